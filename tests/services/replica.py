"""One server process, as an operator starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx2
from tests.e2e.processes import END_SECS, PROGRAM, descendants, environment
from tests.services.ports import free_port
from tests.services.surroundings import Surroundings


class Replica:
    """One `serve` process on a fixed port, with the settings that all replicas share."""

    def __init__(
        self,
        directory: Path,
        given: dict[str, str],
        options: tuple[str, ...],
        *,
        faked: bool = False,
        program: Sequence[str] = (PROGRAM,),
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.surroundings = Surroundings(directory / "surroundings")
        self.port, self.metrics_port = free_port(), free_port()
        self._directory = directory
        self._given = {"TELNYX_MCP_PUBLIC_URL": self.url, **given}
        if faked:
            self._given |= self.surroundings.variables
        ports = ("--port", str(self.port), "--metrics-port", str(self.metrics_port))
        self._command = [*program, "serve", *ports, *options]
        self._log = (directory / "log").open("a")
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        given = environment(self._directory, **self._given)
        self.process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=self._log, text=True, env=given, start_new_session=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("Serving on"), self.log

    @property
    def processes(self) -> list[int]:
        """Its own process, and the processes that it started."""
        with suppress(OSError):  # one that ends meanwhile
            return [self.process.pid, *descendants(self.process.pid)]
        return []

    @property
    def workers(self) -> list[int]:
        """Its worker processes, if it has several."""
        return [each for each in self.processes if b"spawn_main" in _command_of(each)]

    def ready(self) -> None:
        """Wait until it has reached its store: it listens, and answers, earlier than that."""
        until = time.monotonic() + END_SECS
        while httpx2.get(f"{self.url}/readyz", timeout=END_SECS).status_code != 200:
            assert time.monotonic() < until, self.log
            time.sleep(0.05)

    @property
    def log(self) -> str:
        return (self._directory / "log").read_text()

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples of this metric with these labels."""
        text = httpx2.get(f"http://127.0.0.1:{self.metrics_port}/metrics").text
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        lines = (line for line in text.splitlines() if line.startswith((f"{name}{{", f"{name} ")))
        return sum(float(line.rpartition(" ")[2]) for line in lines if all(each in line for each in wanted))

    def end(self) -> int:
        self.process.terminate()
        code = self.process.wait(END_SECS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def kill(self) -> None:
        """Kill it with all processes that it started, as when a machine is switched off."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.end()

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        self._log.close()


def _command_of(process: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""
