"""The server as users run it: the installed program, in a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("telnyx-mcp-server"))
END_SECS = 30
SERVICE_LINKS = {
    "TELNYX_MCP_SERVICE_HOST": "10.96.0.17",
    "TELNYX_MCP_SERVICE_PORT": "80",
    "TELNYX_MCP_SERVICE_PORT_HTTP": "80",
    "TELNYX_MCP_PORT": "tcp://10.96.0.17:80",
    "TELNYX_MCP_PORT_80_TCP": "tcp://10.96.0.17:80",
    "TELNYX_MCP_PORT_80_TCP_PROTO": "tcp",
    "TELNYX_MCP_PORT_80_TCP_PORT": "80",
    "TELNYX_MCP_PORT_80_TCP_ADDR": "10.96.0.17",
    "TELNYX_MCP_REDIS_PORT": "tcp://10.96.0.18:6379",
}
"""The variables that Kubernetes sets in a container for Services named telnyx-mcp and telnyx-mcp-redis."""


UNATTENDED = Path(__file__).with_name("unattended.toml")
"""A policy for agents without a user: nobody is asked before deletions and permanent purchases."""


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    """This process's environment, without its Telnyx settings and with these variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TELNYX")}
    return {**kept, "TELNYX_MCP_DATA_DIR": str(data_dir), **variables}


def run(data_dir: Path, *arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    return subprocess.run(
        [PROGRAM, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(data_dir, **variables),
    )


def descendants(process: int) -> list[int]:
    """The processes that a process started, directly or indirectly."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [found for child in map(int, children) for found in (child, *descendants(child))]


@dataclass(frozen=True)
class Server:
    """A server that listens. `log` gets the stderr of it, its workers and its sandbox."""

    process: subprocess.Popen[str]
    base_url: str
    log: Path

    @property
    def url(self) -> str:
        return f"{self.base_url}/mcp"

    @property
    def metrics_url(self) -> str:
        """The URL of the metrics, for a server that publishes them."""
        found = re.search(r"Metrics are at port (\d+)", self.log.read_text())
        assert found is not None, self.log.read_text()
        return f"http://127.0.0.1:{found[1]}/metrics"

    def end(self) -> str:
        """Send SIGTERM, wait for the end, and return the output after the first line."""
        self.process.terminate()
        stdout, _ = self.process.communicate(timeout=END_SECS)
        return stdout + self.log.read_text()


@contextmanager
def served(data_dir: Path, *options: str, **variables: str) -> Iterator[Server]:
    """`telnyx-mcp-server serve` on a free port."""
    log = data_dir / "stderr.log"
    command = [PROGRAM, "serve", "--port", "0", *options]
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment(data_dir, **variables)
        ) as process,
    ):
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("Serving on http://127.0.0.1:"), log.read_text()
            yield Server(process, line.split()[2].removesuffix("/mcp"), log)
        finally:
            process.terminate()
            process.wait(END_SECS)
