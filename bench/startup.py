"""Measures the time until the server over stdio gives its first answer, compared with importing the SDK only."""

from __future__ import annotations

import statistics
import subprocess
import sys
from dataclasses import dataclass
from time import perf_counter

from bench.messages import INITIALIZE
from bench.servers import ROOT, environment

STDIO = [sys.executable, "-m", "telnyx_remote_mcp", "stdio"]
IMPORT = [sys.executable, "-c", "import mcp.server; print(flush=True)"]


@dataclass(frozen=True)
class Startup:
    """Medians in seconds."""

    stdio: float
    sdk_import: float

    @property
    def ratio(self) -> float:
        return self.stdio / self.sdk_import


def measure_startup(rounds: int) -> Startup:
    """Measure both in turns, after one start of each to warm the disk cache."""
    pairs = [(_first_answer(), _import()) for _ in range(rounds + 1)][1:]
    return Startup(statistics.median(stdio for stdio, _ in pairs), statistics.median(plain for _, plain in pairs))


def _first_answer() -> float:
    seconds, answer = _until_first_line(STDIO, INITIALIZE)
    if b'"serverInfo"' not in answer:
        raise RuntimeError(f"{' '.join(STDIO)} answered {answer[:200]!r}")
    return seconds


def _import() -> float:
    seconds, _ = _until_first_line(IMPORT, b"")
    return seconds


def _until_first_line(command: list[str], given: bytes) -> tuple[float, bytes]:
    """The time until the first line of output, and the line. The end of the process is not measured."""
    started = perf_counter()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(given)
        process.stdin.flush()
        line = process.stdout.readline()
        seconds = perf_counter() - started
    return seconds, line
