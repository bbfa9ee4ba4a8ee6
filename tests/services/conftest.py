"""Servers for the tests in this directory; they must be installed."""

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
import redis
from tests.e2e.killing import Sandbox
from tests.services.redis_server import RedisServer as Server

from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving


class RedisServer(Server):
    """A Redis server that can be emptied between tests."""

    def flush(self) -> None:
        with redis.Redis.from_url(self.admin_url) as client:
            client.flushdb()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
async def sandbox(anyio_backend: str) -> AsyncIterator[Sandbox]:
    async with serving(create_app()) as base_url, httpx2.AsyncClient() as http:
        yield Sandbox(base_url, http)
