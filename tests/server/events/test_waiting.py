"""Waiting for events, over the SQLite file that several workers share."""

from pathlib import Path

import pytest
from tests.server.events.waits import WaitBehaviour

from telnyx_remote_mcp.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


class TestWaitingOverSqlite(WaitBehaviour):
    pass
