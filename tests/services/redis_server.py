"""A Redis for the tests, whose user has the rights that the guide gives it."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path


def _rights() -> list[str]:
    """The user of the server in Redis, as the guide has it."""
    guide = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    return next(line for line in guide.splitlines() if line.startswith("user telnyx-mcp ")).split()[1:]


class RedisServer:
    """A Redis for the tests, on a socket in their directory. It writes to disk before it acknowledges.

    `url` is for the server under test, whose user may do what docs/operations.md says; `admin_url` is for the test.
    """

    def __init__(self, directory: Path, *options: str) -> None:
        self.admin_url = f"unix://{directory}/redis.sock"
        self.url = f"unix://telnyx-mcp@{directory}/redis.sock?password=PASSWORD"
        self._command = [
            *("redis-server", "--port", "0", "--unixsocket", f"{directory}/redis.sock", "--dir", str(directory)),
            *("--save", "", "--appendonly", "yes", "--user", *_rights(), *options),
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

    def stop(self, number: int = signal.SIGTERM) -> None:
        self._process.send_signal(number)
        self._process.communicate(timeout=10)
