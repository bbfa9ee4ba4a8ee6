"""A replica for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.server.auth.oauth.replica import Replica, running


@pytest.fixture
async def replica(tmp_path: Path) -> AsyncIterator[Replica]:
    async with running(tmp_path) as replica:
        yield replica
