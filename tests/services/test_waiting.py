"""Waiting for events, over the Redis that several replicas share."""

from pathlib import Path

import pytest
from tests.server.events.waits import WaitBehaviour
from tests.services.conftest import RedisServer

from telnyx_remote_mcp.settings import Settings


@pytest.fixture
def settings(redis_server: RedisServer, tmp_path: Path) -> Settings:
    redis_server.flush()
    return Settings(secret="s" * 32, redis_url=redis_server.url, data_dir=tmp_path)


class TestWaitingOverRedis(WaitBehaviour):
    pass
