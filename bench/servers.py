"""The server processes of the benchmark (Linux only): how they are started, on which cores, their usage, and their
end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from bench import rival

ROOT = Path(__file__).parent.parent
UNLIMITED = "1000000000"

UPSTREAM = [sys.executable, "-m", "bench.upstream"]
PROXY = [sys.executable, "-m", "bench.proxy"]
OURS = [sys.executable, "-m", "telnyx_remote_mcp", "serve"]


@dataclass(frozen=True)
class Cores:
    """One core for the server under test, the others for load and upstream. If there is only one core, all share it."""

    server: frozenset[int]
    rest: frozenset[int]

    @classmethod
    def available(cls) -> Cores:
        first, *others = sorted(os.sched_getaffinity(0))
        return cls(frozenset({first}), frozenset(others or {first}))


@dataclass(frozen=True)
class Server:
    """A running server, known by its port on loopback."""

    port: int
    pid: int

    @property
    def rss_mb(self) -> float:
        """Resident memory in MB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2

    @property
    def cpu_secs(self) -> float:
        """Processor time so far, in user and system mode."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(command: list[str], cores: frozenset[int], **settings: str) -> Iterator[Server]:
    """Start a server that prints its address in its first line of output, and stop it after the block."""
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=environment(**settings), stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        os.sched_setaffinity(process.pid, cores)
        try:
            assert process.stdout is not None
            port = urlsplit(process.stdout.readline().removeprefix("Serving on ").strip()).port
            if port is None:
                raise RuntimeError(f"{' '.join(command)} did not start: {_end_of(log)}")
            yield Server(port, process.pid)
        finally:
            process.terminate()


def _end_of(log: IO[str]) -> str:
    log.seek(0)
    return log.read()[-600:]


def environment(**settings: str) -> dict[str, str]:
    """This process's environment, without settings of the server that a developer may have set."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TELNYX_")}
    return {**inherited, **settings}


def settings_of_ours(api: str, data_dir: str) -> dict[str, str]:
    """One worker, rate limits that are on but never reached, and no sessions for older clients.

    The load repeats one call; duplicates are allowed, so that each call is really made.
    """
    return {
        "TELNYX_API_BASE_URL": api,
        "TELNYX_MCP_DATA_DIR": data_dir,
        "TELNYX_MCP_PORT": "0",
        "TELNYX_MCP_STATEFUL": "false",
        "TELNYX_MCP_RATE_LIMIT_PER_MINUTE": UNLIMITED,
        "TELNYX_MCP_DUPLICATE_WINDOW_SECS": "0",
        "TELNYX_MCP_QUOTAS": "none",
    }


def fastmcp() -> list[str]:
    return [str(rival.python()), "-m", "bench.fastmcp_app"]
