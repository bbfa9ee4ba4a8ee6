"""The web site of the two subscribers, as a process: `python -m scripts.subscriber_site DIRECTORY PATH...`.

It prints its port and the secrets of its gateways as JSON. Then it reads commands, one a line: `down PATH`, `up PATH`,
and `report`, for which it prints what each gateway received.
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
            if word == "report":
                _say({path: _report(hooks, path) for path in paths})
            else:
                hooks.at(path).is_down = word == "down"


def _report(hooks: Site, path: str) -> dict[str, Any]:
    """The ids of the deliveries that a gateway accepted and of those that it refused, and its answers by status."""
    gateway = hooks.at(path)
    return {"ids": gateway.ids, "turned_away": gateway.turned_away, "log": Counter(map(str, gateway.log))}


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
