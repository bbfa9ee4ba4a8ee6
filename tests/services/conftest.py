"""Servers that the tests here start; they must be installed."""

from collections.abc import Iterator

import pytest
import redis
from tests.services.cluster import RedisServer as Server


class RedisServer(Server):
    """As it is, and emptied between tests."""

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushdb()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()
