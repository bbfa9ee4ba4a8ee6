"""The subscribers' site in a process of its own: `python -m scripts.receiving DIRECTORY PATH...`.

Prints its port and the secrets of its gateways as JSON. Then it does what it reads, line by line: `down PATH`,
`up PATH`, and `told`, at which it prints what reached each gateway.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.server.events.subscribers import Site, site


async def main(directory: Path, paths: list[str]) -> None:
    async with site(directory) as (hooks, _):
        _say({"port": hooks.port, "secrets": {path: hooks.at(path).secret for path in paths}})
        while line := await asyncio.to_thread(sys.stdin.readline):
            word, _, path = line.strip().partition(" ")
            if word == "told":
                _say({path: _told(hooks, path) for path in paths})
            else:
                hooks.at(path).is_down = word == "down"


def _told(hooks: Site, path: str) -> dict[str, Any]:
    """The ids of what a gateway took and of what it turned away, and how it answered."""
    gateway = hooks.at(path)
    return {"ids": gateway.ids, "turned_away": gateway.turned_away, "log": Counter(map(str, gateway.log))}


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
