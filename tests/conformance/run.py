"""Runs the official conformance suite: `python -m tests.conformance.run`, after `npm install` in tests/node.

Tested are our layers around the suite's fixtures, and the server as it is. Only what `layers.yml` and
`product.yml` give a reason for may fail or warn, and what passes may not be listed there. Exits with 1
otherwise.
"""

import asyncio
import logging
import re
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp
from tests.conformance import apps

HERE = Path(__file__).parent
MODULES = HERE.parent / "node" / "node_modules"
SUITE = (MODULES / ".bin" / "node", MODULES / "@modelcontextprotocol" / "conformance" / "dist" / "index.js")

VERSIONS = ("2025-11-25", "2026-07-28")
_SCENARIO = re.compile(r"^[✓✗] (\S+): (\d+) passed, (\d+) failed", re.MULTILINE)
_UNSCORED = re.compile(r"^  [✓✗] (\S+) \(", re.MULTILINE)


@dataclass(frozen=True)
class Target:
    """What is tested; the file of its name says what may fail there."""

    name: str
    app: Callable[[Path], AbstractAsyncContextManager[ASGIApp]]

    def options(self, version: str) -> list[str]:
        """Everything that a version of the protocol has, against the file."""
        return ["--suite", "all", "--spec-version", version, "--expected-failures", str(HERE / f"{self.name}.yml")]


LAYERS, PRODUCT = Target("layers", apps.fixtures), Target("product", apps.product)


async def main() -> int:
    # The SDK warns of the forged states and the like that the suite sends.
    logging.getLogger("mcp").setLevel(logging.ERROR)
    outcomes = []
    for target in (LAYERS, PRODUCT):
        async with _serving(target) as url:
            outcomes += [await _run(f"{target.name}, {v}", url, *target.options(v)) for v in VERSIONS]
            if target is LAYERS:
                outcomes.append(await _run("layers, required", url, "--requirements", VERSIONS[-1]))
    return 0 if all(outcomes) else 1


async def _run(name: str, url: str, *options: str) -> bool:
    """Run the suite once; what it says is shown only where something fails that should not."""
    command = [*map(str, SUITE), "server", "--url", url, *options]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output = (await process.communicate())[0].decode()
    passed, failed = _counts(output)
    good = process.returncode == 0 and passed > 0
    if not good:
        sys.stdout.write(output)
    print(f"conformance ({name}): {passed} passed, {_failures(failed, good)}", flush=True)  # noqa: T201 - a script
    return good


def _failures(failed: int, good: bool) -> str:
    if not good:
        return f"{failed} failed, not as expected: see above"
    return f"0 failed, {failed} failed as expected" if failed else "0 failed"


def _counts(output: str) -> tuple[int, int]:
    """How many checks passed and failed, without the scenarios of extensions, which are run but not scored."""
    unscored = set(_UNSCORED.findall(output))
    counts = [(int(passed), int(failed)) for name, passed, failed in _SCENARIO.findall(output) if name not in unscored]
    return sum(passed for passed, _ in counts), sum(failed for _, failed in counts)


@asynccontextmanager
async def _serving(target: Target) -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory() as data_dir, socket.create_server(("127.0.0.1", 0)) as listener:
        async with target.app(Path(data_dir)) as app:
            server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, proxy_headers=False))
            task = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                # By name: the suite tests DNS rebinding only there.
                yield f"http://localhost:{listener.getsockname()[1]}/mcp"
            finally:
                server.should_exit = True
                await task


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
