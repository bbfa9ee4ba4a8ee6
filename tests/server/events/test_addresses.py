"""The addresses of inboxes, and the keys that are believed there."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx2
import pytest
from cachetools import TTLCache
from tests.server.events.inboxes import inbox, worker
from tests.server.events.signing import Signer
from tests.wires import MockWire

from telnyx_remote_mcp.events.addresses import FRESH_SECS, Addresses
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_tools.api.client import Api
from telnyx_tools.api.errors import ApiError

BASE = "https://mcp.example.com"
Answers = Callable[[httpx2.Request], httpx2.Response]

pytestmark = pytest.mark.anyio


def keyed(*signers: Signer) -> tuple[Answers, list[httpx2.Request]]:
    """Telnyx, which shows these public keys one after the other, and what it was asked."""
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, json={"data": {"public": signers[min(len(asked), len(signers)) - 1].public_key}})

    return answer, asked


async def test_the_key_is_asked_for_with_the_callers_credential_and_kept(tmp_path: Path) -> None:
    signer = Signer()
    answer, asked = keyed(signer)
    async with worker(Settings(data_dir=tmp_path), BASE) as services, Api(wire=MockWire(answer)) as api:
        url = await inbox(services, api=api).webhook_url()
        assert url is not None
        assert url.startswith(f"{BASE}/webhooks/")
        assert await inbox(services, api=api).webhook_url() == url
        assert [(request.url.path, request.headers["authorization"]) for request in asked] == [
            ("/v2/public_key", "Bearer KEYmine")
        ]
        address = await services.addresses.find(url.rpartition("/")[2])
        assert address is not None
        assert address.public_keys == (signer.public_key,)
        theirs = await inbox(services, "key:theirs", api=api).webhook_url()
        assert theirs != url
        assert len(url.rpartition("/")[2]) >= 43, "256 bits, which nobody guesses"


async def test_without_an_address_there_is_no_url_and_nothing_is_asked(tmp_path: Path) -> None:
    answer, asked = keyed(Signer())
    async with worker(Settings(data_dir=tmp_path)) as services, Api(wire=MockWire(answer)) as api:
        assert await inbox(services, api=api).webhook_url() is None
    assert asked == []


async def test_the_operators_key_stands_in_where_the_accounts_cannot_be_asked_for(tmp_path: Path) -> None:
    signer = Signer()
    refused = MockWire(lambda request: httpx2.Response(403, json={"errors": []}))
    async with worker(Settings(data_dir=tmp_path), BASE) as services, Api(wire=refused) as api:
        with pytest.raises(ApiError):
            await inbox(services, api=api).webhook_url()
        services.public_key = signer.public_key
        url = await inbox(services, api=api).webhook_url()
        address = await services.addresses.find(str(url).rpartition("/")[2])
        assert address is not None
        assert address.public_keys == (signer.public_key,)


async def test_a_key_that_changed_is_learned_and_the_one_before_is_believed_for_what_is_on_its_way(
    tmp_path: Path,
) -> None:
    store, now = open_store(Settings(data_dir=tmp_path)), 1_000_000.0
    addresses = Addresses(store, lambda: Secret.load(None, tmp_path), clock=lambda: now)
    id_ = await addresses.of("key:mine")
    assert await addresses.needs_key(id_)
    for key in ("first", "second", "third"):
        await addresses.trust(id_, "key:mine", key)
    assert not await addresses.needs_key(id_)
    address = await addresses.find(id_)
    assert address is not None
    assert address.public_keys == ("third", "second")
    now += FRESH_SECS + 1
    assert await addresses.needs_key(id_)
    await store.aclose()


async def test_an_inbox_outlives_a_change_of_the_secret_once_it_is_sealed_again(tmp_path: Path) -> None:
    old, new = b"o" * 32, b"n" * 32
    store = open_store(Settings(data_dir=tmp_path))
    id_ = await Addresses(store, lambda: Secret(old)).of("account:mine")
    both = Addresses(store, lambda: Secret(new, old))
    assert await both.of("account:mine") == id_
    await both.renew()
    alone = Addresses(store, lambda: Secret(new))
    assert await alone.of("account:mine") == id_
    found = await alone.find(id_)
    assert found is not None
    assert found.principal == "account:mine"
    lost = await Addresses(store, lambda: Secret(b"x" * 32)).of("account:mine")
    assert lost != id_, "an id that cannot be opened any more is given up for another"
    await store.aclose()


async def test_a_busy_inbox_learns_within_half_a_minute_of_a_key_that_another_replica_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, now = open_store(Settings(data_dir=tmp_path)), 1_000.0
    monkeypatch.setattr("telnyx_remote_mcp.events.addresses.TTLCache", partial(TTLCache, timer=lambda: now))
    one, other = (Addresses(store, lambda: Secret.load(None, tmp_path)) for _ in range(2))
    id_ = await one.of("key:mine")
    assert await one.find(id_) is not None
    await other.trust(id_, "key:mine", "new")
    for _ in range(4):
        now += 10
        address = await one.find(id_)
    assert address is not None
    assert address.public_keys == ("new",)
    await store.aclose()
