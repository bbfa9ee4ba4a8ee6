"""Waiting for events, over the SQLite file that several workers share."""

import asyncio
from pathlib import Path

import pytest
from tests.server.events.inboxes import inbox, message, worker
from tests.server.events.waits import WaitBehaviour, ids, listened, wait

from telnyx_remote_mcp.events.inbox_events import InboxEntry
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import StoreUnavailable


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


class TestWaitingOverSqlite(WaitBehaviour):
    pass


@pytest.mark.anyio
async def test_an_event_that_was_announced_while_the_store_did_not_answer_is_read_once_it_does(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telnyx_remote_mcp.events.waiting.AGAIN_SECS", 0.01)
    async with worker(settings) as services:
        failures, after = 3, services.inbox_events.after

        async def fails_at_first(principal: str, cursor: str, limit: int) -> list[InboxEntry]:
            nonlocal failures
            if failures:
                failures -= 1
                raise StoreUnavailable
            return await after(principal, cursor, limit)

        monkeypatch.setattr(services.inbox_events, "after", fails_at_first)
        waiting = asyncio.create_task(wait(services, secs=2))
        await listened(services)
        await inbox(services).add([message(1)])
        assert ids(await waiting) == ["message-1"]
