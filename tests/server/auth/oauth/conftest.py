"""A replica for each test, or a store and the time that passes for what keeps its state there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.server.auth.oauth.replica import Replica, running
from tests.server.clocks import ManualClock

from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.sqlite import SqliteStore


@pytest.fixture
async def replica(tmp_path: Path) -> AsyncIterator[Replica]:
    async with running(tmp_path) as replica:
        yield replica


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = SqliteStore(tmp_path / "state.db")
    yield store
    await store.aclose()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()
