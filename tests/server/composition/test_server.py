"""How the parts of worker processes are put together."""

import asyncio
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import anyio.lowlevel
import pytest
from tests.server.auth.upstream import Telnyx

from telnyx_remote_mcp.auth import api_keys
from telnyx_remote_mcp.composition import server
from telnyx_remote_mcp.settings import Settings
from telnyx_tools.api import wire
from telnyx_tools.api.wire import Wire

KEY = "KEY0123456789abcdef_MARKED"


@pytest.mark.anyio
async def test_workers_on_files_hear_of_each_others_dead_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    telnyx = Telnyx(KEY)
    monkeypatch.setattr(server, "balance_check", lambda _: telnyx.check)
    monkeypatch.setattr(api_keys, "LOOK_EVERY_SECS", 0.0)
    settings = Settings(data_dir=tmp_path, workers=2)
    async with AsyncExitStack() as stack:
        workers = [server._Worker(settings, server.PublicFetch(), server.UNMEASURED, None) for _ in range(2)]
        for worker in workers:
            for store in (worker.store, worker.calls):
                await stack.enter_async_context(aclosing(store))
            await worker.names.settle()
            await worker.keys.verify(KEY, "203.0.113.9")
        one, other = (worker.keys for worker in workers)
        one.reject(one.principal(KEY))
        async with asyncio.timeout(10):
            while await other.known(KEY) is not None:
                await anyio.lowlevel.checkpoint()


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
