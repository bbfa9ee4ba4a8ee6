"""Where a client runs."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.clients.terminal import run

HERE = Path(__file__).parent
NODE = HERE.parent / "node"
BINS = (NODE / "node_modules" / ".bin", HERE / "node_modules" / ".bin")
"""Node itself, newer than what machines have, and programs that are written for it."""


@dataclass(frozen=True)
class Desk:
    """Where a client runs: a home of its own, the server's URL, and the address of a model that follows a script."""

    home: Path
    bin: Path
    url: str
    model: str

    async def run(self, *command: object, answers: Mapping[str, str] | None = None, **variables: str) -> str:
        """What a command writes. Raises Failed."""
        env = {
            "HOME": str(self.home),
            "PATH": os.pathsep.join([str(self.bin), *map(str, BINS), os.environ["PATH"]]),
            "BROWSER": str(self.bin / "browser"),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            "DO_NOT_TRACK": "1",
            **variables,
        }
        work = self.home / "work"
        work.mkdir(exist_ok=True)
        return await run([str(part) for part in command], env, work, answers or {})

    async def drive(self, driver: str, *arguments: str, lock: str = "", **variables: str) -> str:
        """What a driver writes: with the packages of a lock file here, or with those of this project. Raises Failed."""
        python = HERE / ".venv" / lock / "bin" / "python" if lock else sys.executable
        return await self.run(python, HERE / "drivers" / driver, *arguments, **variables)
