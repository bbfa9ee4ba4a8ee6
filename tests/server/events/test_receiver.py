"""The receiver of webhooks, on a socket."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.protocol.servers import app_of
from tests.server.events.signing import OURS, PERSON, Signer, received, webhook
from tests.server.serving import serving

from telnyx_remote_mcp.events.addresses import Addresses, key_of
from telnyx_remote_mcp.events.inbox_events import InboxEvents, readable
from telnyx_remote_mcp.events.receiver import MAX_BYTES
from telnyx_remote_mcp.events.services import EventServices
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.journal import START
from telnyx_remote_mcp.store.secret import Secret

MINE, THEIRS = "key:mine", "key:theirs"


class Desk:
    """A server that takes webhooks, and its inboxes."""

    def __init__(self, url: str, services: EventServices, http: httpx2.AsyncClient) -> None:
        self.url, self.services, self.http = url, services, http
        self.signer = Signer()

    async def open(self, principal: str, signer: Signer | None = None) -> str:
        """The path of an account's inbox, whose key is known."""
        inbox_id = await self.services.addresses.of(principal)
        await self.services.addresses.trust(inbox_id, principal, (signer or self.signer).public_key)
        return f"/webhooks/{inbox_id}"

    async def post(self, path: str, body: bytes, signer: Signer | None = None, **changed: Any) -> int:
        headers = (signer or self.signer).headers(body, changed.pop("at", None)) | changed
        return (await self.http.post(path, content=body, headers=headers)).status_code

    async def texts(self, principal: str = MINE) -> list[str | None]:
        entries = await self.services.inbox_events.after(principal, START, 1_000)
        return [event.text for _, event in readable(entries)]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path) as made:
        yield made


@asynccontextmanager
async def opened(directory: Path) -> AsyncIterator[Desk]:
    app, _ = app_of(directory)
    settings = Settings(data_dir=directory)
    store = open_store(settings)
    services = EventServices(store, store, lambda: Secret.load(None, directory))
    async with app.router.lifespan_context(app), serving(app) as url, httpx2.AsyncClient(base_url=url) as http:
        yield Desk(url, services, http)
    services.close()
    await store.aclose()


@pytest.mark.anyio
class TestReceiver:
    @pytest.mark.parametrize("by", [3_600.0, -3_600.0])
    async def test_no_event_is_refused_because_the_clock_was_moved(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, by: float
    ) -> None:
        path, right = await desk.open(MINE), time.time
        monkeypatch.setattr("time.time", lambda: right() + by)
        assert await desk.post(path, received("signed by the right clock"), at=right()) == 200
        assert await desk.post(path, received("as if this one were right"), at=right() + by) == 200
        assert await desk.post(path, received("neither"), at=right() - 2 * by) == 401

    async def test_a_signed_event_is_kept_before_it_is_acknowledged(self, desk: Desk) -> None:
        path = await desk.open(MINE)
        assert await desk.post(path, received("one")) == 200
        ((_, event),) = readable(await desk.services.inbox_events.after(MINE, START, 10))
        assert (event.type, event.text, event.sender, event.to) == ("message.received", "one", PERSON, OURS)
        assert event.occurred_at == "2026-11-28T12:00:00.000000Z"

    async def test_the_same_event_again_is_acknowledged_and_has_no_effect(self, desk: Desk) -> None:
        path, body = await desk.open(MINE), received("one", id_="m1")
        sent = [desk.post(path, body) for _ in range(10)]
        assert await asyncio.gather(*sent) == [200] * 10
        assert await desk.post(path, received("changed", id_="m1")) == 200
        assert await desk.texts() == ["one"]

    async def test_what_is_forged_altered_or_late_is_refused_and_never_kept(self, desk: Desk) -> None:
        path, body = await desk.open(MINE), received("forged")
        assert await desk.post(path, body, Signer()) == 401
        assert await desk.post(path, body, at=time.time() - 400) == 401
        assert await desk.post(path, body, at=time.time() + 400) == 401
        assert await desk.post(path, body, **{"telnyx-signature-ed25519": ""}) == 401
        assert (await desk.http.post(path, content=body)).status_code == 401
        altered = await desk.http.post(path, content=body.replace(b"g", b"k"), headers=desk.signer.headers(body))
        assert altered.status_code == 401
        assert await desk.texts() == []

    async def test_a_time_that_is_no_plain_number_is_refused_though_it_is_signed(self, desk: Desk) -> None:
        path, body, now = await desk.open(MINE), received("odd"), str(int(time.time()))
        for odd in ("", "-1", f"+{now}", f"{now}.0", f"{now}e0", f"{now[:4]}_{now[4:]}", f"0x{int(now):x}", "9" * 400):
            headers = {**desk.signer.headers(body), **desk.signer.at(odd, body)}
            assert (await desk.http.post(path, content=body, headers=headers)).status_code == 401, odd
        assert await desk.texts() == []
        plain = {**desk.signer.headers(body), **desk.signer.at(now, body)}
        assert (await desk.http.post(path, content=body, headers=plain)).status_code == 200

    async def test_one_that_was_heard_on_its_way_is_worth_nothing_later_or_elsewhere(self, desk: Desk) -> None:
        signer, body = Signer(), received("heard")
        path, other = await desk.open(MINE, signer), await desk.open(THEIRS, Signer())
        heard = signer.headers(body, time.time() - 290)
        for _ in range(3):
            assert (await desk.http.post(path, content=body, headers=heard)).status_code == 200
        assert (await desk.http.post(other, content=body, headers=heard)).status_code == 401
        later = {**heard, "telnyx-timestamp": str(int(time.time()))}
        assert (await desk.http.post(path, content=body, headers=later)).status_code == 401
        assert (await desk.texts(MINE), await desk.texts(THEIRS)) == (["heard"], [])

    async def test_what_one_account_signed_counts_for_its_own_inbox_alone(self, desk: Desk) -> None:
        mine, theirs = Signer(), Signer()
        path, _ = await desk.open(MINE, mine), await desk.open(THEIRS, theirs)
        assert await desk.post(path, received("theirs"), theirs) == 401
        assert await desk.post(path, received("mine"), mine) == 200
        assert (await desk.texts(MINE), await desk.texts(THEIRS)) == (["mine"], [])

    async def test_an_inbox_without_a_known_key_believes_nobody(self, desk: Desk) -> None:
        inbox_id = await desk.services.addresses.of(MINE)
        assert await desk.post(f"/webhooks/{inbox_id}", received()) == 401

    async def test_an_inbox_that_does_not_exist_is_not_found(self, desk: Desk) -> None:
        path = await desk.open(MINE)
        for guess in ("/webhooks/x", f"{path}x", path[:-1], f"/webhooks/{MINE}", "/webhooks/" + "a" * 5_000):
            assert await desk.post(guess, received()) == 404
        for elsewhere in ("/webhooks", "/webhooks/", f"{path}/x"):
            assert await desk.post(elsewhere, received()) in (307, 404, 405)
        assert await desk.texts() == []
        assert (await desk.http.get(path)).status_code == 405

    async def test_a_body_beyond_the_limit_is_refused_unread(self, desk: Desk) -> None:
        path = await desk.open(MINE)
        assert await desk.post(path, b" " * (MAX_BYTES + 1)) == 413
        large = received("x" * (MAX_BYTES - 1_000))
        assert await desk.post(path, large) == 200
        (text,) = await desk.texts()
        assert text is not None
        assert len(text) == 4_000, "an event holds the beginning"

    async def test_what_is_signed_and_no_event_is_acknowledged_and_dropped(self, desk: Desk) -> None:
        path = await desk.open(MINE)
        bodies = [b"", b"x", b"[]", b"null", b"{}", b'{"data": []}', b'{"data": {"id": 1}}', b"[" * 10_000]
        bodies += [b'{"data":{"id":"1","event_type":"x","payload":[' + b"1," * 9_000 + b"1]}}", b"\xff\xfe"]
        assert [await desk.post(path, body) for body in bodies] == [200] * len(bodies)
        assert await desk.texts() == []

    async def test_a_restarted_server_keeps_the_addresses_and_the_events(self, tmp_path: Path) -> None:
        async with opened(tmp_path) as desk:
            path, signer = await desk.open(MINE), desk.signer
            assert await desk.post(path, received("one")) == 200
        async with opened(tmp_path) as desk:
            assert await desk.post(path, received("two"), signer) == 200
            assert await desk.texts() == ["one", "two"]

    async def test_the_store_holds_no_id_key_or_text_that_can_be_read(self, desk: Desk, tmp_path: Path) -> None:
        path = await desk.open(MINE)
        await desk.post(path, received("a secret meeting"))
        stored = b"".join((tmp_path / name).read_bytes() for name in ("state.db", "state.db-wal"))
        for secret in (path.rpartition("/")[2], "a secret meeting", PERSON, desk.signer.public_key):
            assert secret.encode() not in stored

    async def test_both_shapes_are_read(self, desk: Desk) -> None:
        path = await desk.open(MINE)
        payload = {"call_control_id": "v3:a", "from": PERSON, "to": OURS, "direction": "incoming"}
        inner = {"record_type": "event", "event_type": "call.initiated", "id": "e1", "payload": payload}
        inner["occurred_at"] = "2026-11-28T12:00:00.5Z"
        outer = {"type": "webhook", "name": "call.initiated", "metadata": {"event": inner, "attempt": 1}}
        assert await desk.post(path, json.dumps(outer).encode()) == 200
        digits = {"call_control_id": "v3:a", "digits": "1234", "status": "valid", "from": PERSON, "to": OURS}
        assert await desk.post(path, webhook("call.gather.ended", digits, id_="e2")) == 200
        (first, second) = [event for _, event in readable(await desk.services.inbox_events.after(MINE, START, 10))]
        assert (first.type, first.call_control_id) == ("call.incoming", "v3:a")
        assert (second.type, second.digits, second.sender) == ("call.digits", "1234", PERSON)


@pytest.mark.anyio
async def test_refusals_are_counted_for_the_owner(desk: Desk) -> None:
    path = await desk.open(MINE)
    inbox = key_of(path.rpartition("/")[2])
    services = desk.services
    for _ in range(3):
        services.refusals.count(inbox)
    assert await services.refusals.within_a_day(inbox) == 3
    assert await services.refusals.within_a_day(key_of("another")) == 0


class NoStore:
    """A store that does not answer."""

    def __getattr__(self, name: str) -> Any:
        async def fails(*values: object, **named: object) -> None:
            raise StoreUnavailable("down")

        return self if name in ("journal", "counters") else fails


@pytest.mark.anyio
async def test_what_cannot_be_kept_is_not_acknowledged(tmp_path: Path) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Route

    from telnyx_remote_mcp.events.receiver import PATH, Receiver
    from telnyx_remote_mcp.events.refusals import Refusals

    def secret() -> Secret:
        return Secret.load(None, tmp_path)

    store, down, signer = open_store(Settings(data_dir=tmp_path)), NoStore(), Signer()
    addresses = Addresses(store, secret)
    inbox_id = await addresses.of(MINE)
    await addresses.trust(inbox_id, MINE, signer.public_key)
    arrived: list[str] = []
    receiver = Receiver(addresses, InboxEvents(down, secret), Refusals(store), arrived.append)
    async with serving(Starlette(routes=[Route(PATH, receiver)])) as url, httpx2.AsyncClient() as http:
        body = received()
        answer = await http.post(f"{url}/webhooks/{inbox_id}", content=body, headers=signer.headers(body))
    assert (answer.status_code, arrived) == (503, [])
    assert "retry-after" in answer.headers
    await store.aclose()
