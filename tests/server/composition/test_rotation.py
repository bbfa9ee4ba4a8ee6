"""The secret is changed by rolling restarts: replicas with its values in different orders work on one store at once."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client import Client
from starlette.responses import Response
from tests.e2e.clients import call, connected, headers
from tests.e2e.processes import UNATTENDED
from tests.protocol.servers import Peer
from tests.server.auth.oauth.replica import Replica, running
from tests.server.serving import serving
from tests.server.stories.agent import KEY, refusal

from telnyx_remote_mcp.audit.log import DIRECTORY
from telnyx_remote_mcp.audit.reader import records
from telnyx_remote_mcp.auth.api_keys import principal_of
from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.events.addresses import Addresses
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.names import Names
from telnyx_remote_mcp.store.resealing import Resealing
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite import SqliteStore
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.web.linking.browser import Browser, Browsers
from telnyx_remote_mcp.web.linking.sessions import Sessions
from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.server import serving as serving_sandbox

pytestmark = pytest.mark.anyio

OLD, NEW = "o" * 32, "n" * 32
PHASES = [(OLD, f"{OLD},{NEW}"), (f"{OLD},{NEW}", f"{NEW},{OLD}"), (f"{NEW},{OLD}", NEW)]
"""What the replicas have that are not restarted yet, and those that are, as docs/operations.md has it."""
URL = "https://mcp.example.com"
MOST = 8


@pytest.fixture
async def telnyx() -> AsyncIterator[httpx2.AsyncClient]:
    async with (
        serving_sandbox(create_sandbox()) as base_url,
        httpx2.AsyncClient(base_url=base_url, headers=headers(KEY)) as http,
    ):
        yield http


@asynccontextmanager
async def replica(data_dir: Path, telnyx: httpx2.AsyncClient, secret: str) -> AsyncIterator[Client]:
    """A server with this secret, and an agent that calls it."""
    settings = Settings(
        api_base_url=str(telnyx.base_url).rstrip("/"),
        data_dir=data_dir,
        secret=secret,
        policy=UNATTENDED,
        quotas=f"messages={MOST}/hour",
    )
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        serving(app) as url,
        connected(f"{url}/mcp?groups=messaging", KEY) as client,
    ):
        yield client


async def balance(telnyx: httpx2.AsyncClient) -> Decimal:
    return Decimal((await telnyx.get("/balance")).json()["data"]["balance"])


def message(text: str) -> dict[str, Any]:
    return {"from_number": "+12025550101", "to": "+12025550123", "text": text}


async def test_a_call_is_sent_once_whichever_replicas_it_comes_to_and_limits_hold(
    tmp_path: Path, telnyx: httpx2.AsyncClient
) -> None:
    for number, phase in enumerate(PHASES):
        async with replica(tmp_path, telnyx, phase[0]) as before, replica(tmp_path, telnyx, phase[1]) as after:
            for one, other in ((before, after), (after, before)):
                sms = message(f"Hello {number} {one is before}")
                assert "duplicate_of" not in await call(one, "send_message", **sms)
                left = await balance(telnyx)
                assert "duplicate_of" in await call(other, "send_message", **sms)
                assert await balance(telnyx) == left
    async with replica(tmp_path, telnyx, NEW) as client:
        for number in range(MOST - 2 * len(PHASES)):
            await call(client, "send_message", **message(f"The last {number}"))
        error = await refusal(client, "send_message", **message("One too many"))
        assert error["code"] == "quota_exceeded"
    assert len({record["who"] for record in records(tmp_path / DIRECTORY)}) == 1


async def test_a_server_that_starts_while_its_store_is_down_turns_keys_away_until_it_answers(
    tmp_path: Path, telnyx: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> None:
        raise StoreUnavailable("down")

    monkeypatch.setattr("telnyx_remote_mcp.store.names._RETRY_SECS", 0.0)
    app = create_app(Settings(api_base_url=str(telnyx.base_url).rstrip("/"), data_dir=tmp_path))
    async with AsyncExitStack() as until:
        with monkeypatch.context() as outage:
            outage.setattr(SqliteStore, "get", down)
            await until.enter_async_context(app.router.lifespan_context(app))
            url = await until.enter_async_context(serving(app))
            agent = await until.enter_async_context(Peer.of(url, KEY))
            assert (await agent.modern("tools/list")).status_code == 503
        with anyio.fail_after(10):
            while (await agent.modern("tools/list")).status_code == 503:
                pass


def values(secret: str) -> tuple[bytes, ...]:
    return tuple(value.encode() for value in secret.split(","))


async def test_who_signed_in_stays_signed_in_whichever_replicas_they_come_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Within a second of its first look a replica would not look for a key that another one made a moment ago.
    monkeypatch.setattr("telnyx_remote_mcp.auth.authorization_server.keys._MISSED_SECS", 0.0)
    async with running(tmp_path, public_url=URL, secrets=values(OLD)) as first:
        idle, tokens = await first.signed_in(), await first.signed_in()
    for phase in PHASES:
        async with (
            running(tmp_path, public_url=URL, secrets=values(phase[0])) as before,
            running(tmp_path, public_url=URL, secrets=values(phase[1])) as after,
        ):
            for one, other in ((before, after), (after, before)):
                await one.oauth.upkeep.renew()
                tokens = await refreshed(other, tokens)
                assert (await one.call(tokens["access_token"])).status_code == 200
                fresh = await one.signed_in()
                assert (await other.call(fresh["access_token"])).status_code == 200
                await refreshed(other, fresh)
            await after.oauth.upkeep.renew()  # within the hour after the last one was restarted
    async with running(tmp_path, public_url=URL, secrets=values(NEW)) as last:
        await refreshed(last, idle)


async def refreshed(replica: Replica, tokens: dict[str, str]) -> dict[str, str]:
    response = await replica.refresh(tokens["client_id"], tokens["refresh_token"])
    assert response.status_code == 200, response.text
    return {**tokens, **response.json()}


async def test_the_inbox_of_an_account_stays(tmp_path: Path) -> None:
    async with aclosing(open_store(Settings(data_dir=tmp_path))) as store:
        ids = [await inbox_id(store, Secret(*values(value))) for value in (OLD, *(after for _, after in PHASES))]
    assert len({*ids}) == 1


async def inbox_id(store: Store, secret: Secret) -> str:
    """The id of the account's inbox at a server that starts with this secret, and seals everything by it."""
    names, addresses = Names(store, secret), Addresses(store, lambda: secret)
    await names.settle()
    found = await addresses.of(principal_of(KEY, secret.name_key("pepper")))
    await Resealing(store, secret, [names.renew, addresses.renew]).take_turn()
    return found


async def test_a_browser_stays_signed_in(tmp_path: Path) -> None:
    async with aclosing(open_store(Settings(data_dir=tmp_path))) as store:
        response, browsers = Response(), Browsers(b"k" * 32, secure=False)
        before, both, after = (
            Sessions(store, Vault(Secret(*values(value))), browsers) for value in (OLD, f"{NEW},{OLD}", NEW)
        )
        await before.enter(Browser("", True), "key:mine", response)
        browser = Browser(response.headers["set-cookie"].partition("=")[2].partition(";")[0], False)
        assert await after.account(browser) is None
        await both.renew()
        assert await after.account(browser) == "key:mine"
