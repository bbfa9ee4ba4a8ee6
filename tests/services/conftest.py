"""Servers that the tests here start; they must be installed."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis


class RedisServer:
    """A Redis of the tests' own, on a socket in a directory of theirs."""

    def __init__(self, directory: Path) -> None:
        self.url = f"unix://{directory}/redis.sock"
        self._command = [
            *("redis-server", "--port", "0", "--unixsocket", f"{directory}/redis.sock", "--dir", str(directory)),
            *("--save", "", "--appendonly", "yes"),
        ]
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "ready to accept connections" in line.lower():
                return
        raise RuntimeError("redis-server did not start")

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushdb()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()
