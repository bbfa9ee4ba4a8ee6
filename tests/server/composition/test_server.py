"""How the parts of worker processes are put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from pathlib import Path

import anyio.lowlevel
import httpx2
import pytest
from tests.server.auth.upstream import Telnyx
from tests.server.events.test_stored_subscriptions import SUBSCRIPTION

from telnyx_remote_mcp.auth import api_keys, grants
from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.auth.links import ApiKeyLink
from telnyx_remote_mcp.composition import server
from telnyx_remote_mcp.events.catalogue import CATALOGUE
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import names
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.sqlite import SqliteStore
from telnyx_remote_mcp.surface.permission import Level, permission
from telnyx_remote_mcp.surface.selection import EVERYTHING
from telnyx_tools.api import wire
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.wire import Wire

KEY = "KEY0123456789abcdef_MARKED"


@pytest.fixture
async def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[server._Worker]]:
    """Two workers on one store that know the key, which Telnyx has forgotten meanwhile."""
    telnyx = Telnyx(KEY)
    monkeypatch.setattr(server, "balance_check", lambda _: telnyx.check)
    monkeypatch.setattr(api_keys, "LOOK_EVERY_SECS", 0.0)
    monkeypatch.setattr(grants, "RECENT_SECS", 0.0)
    settings = Settings(data_dir=tmp_path, workers=2)
    async with AsyncExitStack() as stack:
        started = [server._Worker(settings, server.PublicFetch(), server.UNMEASURED, None) for _ in range(2)]
        for worker in started:
            for store in (worker.store, worker.calls):
                await stack.enter_async_context(aclosing(store))
            await worker.names.settle()
            await worker.keys.verify(KEY, "203.0.113.9")
        telnyx.genuine.clear()
        yield started


@pytest.mark.anyio
async def test_workers_on_files_hear_of_each_others_dead_keys(workers: list[server._Worker]) -> None:
    one, other = (worker.keys for worker in workers)
    one.reject(one.principal(KEY))
    async with asyncio.timeout(10):
        while await other.known(KEY) is not None:
            await anyio.lowlevel.checkpoint()


@pytest.mark.anyio
@pytest.mark.parametrize("linked", [False, True], ids=["key", "grant"])
async def test_deliveries_and_streams_of_a_dead_key_end_at_the_other_worker_too(
    workers: list[server._Worker], linked: bool
) -> None:
    one, other = workers
    principal = one.keys.principal(KEY)
    grant_id = await _linked(one, principal) if linked else None
    key = None if linked else Credential(KEY)
    subscription = replace(SUBSCRIPTION, principal=principal, grant_id=grant_id, api_key=None if linked else KEY)
    caller = Caller(principal, key, "oauth" if linked else "api_key", grant_id=grant_id)
    surface, type_ = other.surfaces.of(EVERYTHING), CATALOGUE.types["message.received"]
    assert await other.authority(subscription, type_) is True
    assert await other.authority.now(surface, caller) is not None
    one._rejected(principal)
    async with asyncio.timeout(10):
        while await other.authority(subscription, type_) is not False:
            await anyio.lowlevel.checkpoint()
        while await other.authority.now(surface, caller) is not None:
            await anyio.lowlevel.checkpoint()


async def _linked(worker: server._Worker, principal: str) -> str:
    """The id of a grant that stands for the key, and that was begun."""
    assert worker.oauth is not None
    grant = await worker.oauth.grants.create(
        client_id="client",
        client_name="Agent",
        account=principal,
        linked=ApiKeyLink(KEY),
        permission=permission({"events": Level.LOOK, "messaging": Level.LOOK}),
        scopes=frozenset({"reporting.read", "messaging.read"}),
    )
    await worker.oauth.grants.begin(grant.id, 3_600)
    return grant.id


@pytest.mark.anyio
async def test_a_worker_is_ready_once_its_store_has_answered_and_stays_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = {"away": True}

    async def get(self: SqliteStore, kind: str, key: str) -> bytes | None:
        if store["away"]:
            raise StoreUnavailable
        return await found(self, kind, key)

    found = SqliteStore.get
    monkeypatch.setattr(SqliteStore, "get", get)
    monkeypatch.setattr(names, "_RETRY_SECS", 0.01)
    app = server.create_app(Settings(data_dir=tmp_path))
    transport = httpx2.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=transport, base_url="http://s") as http:
        first = await http.get("/readyz")
        assert (first.status_code, "retry-after" in first.headers) == (503, True)
        assert (await http.get("/healthz")).status_code == 200, "or the orchestrator ends it, which helps nobody"
        store["away"] = False
        async with asyncio.timeout(10):
            while (await http.get("/readyz")).status_code != 200:
                await anyio.lowlevel.checkpoint()
        store["away"] = True
        assert (await http.get("/readyz")).status_code == 200, "reads go on without the store"


@pytest.mark.anyio
async def test_a_worker_is_prepared_to_call_telnyx_before_it_takes_a_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Wire] = []

    class Noted(Wire):
        def __init__(self) -> None:
            super().__init__()
            opened.append(self)

    monkeypatch.setattr(wire, "Wire", Noted)
    app = server.create_app(Settings(data_dir=tmp_path))
    assert not opened  # it belongs to the event loop
    async with app.router.lifespan_context(app):
        assert len(opened) == 2  # for calls, and for checks of keys
