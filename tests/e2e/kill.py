"""Runs the scenarios of kill -9: `python -m tests.e2e.kill POINTS [REDIS_URL]`. Ends with 1 if a point is wrong."""

import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.e2e import approved_once, never_twice
from tests.e2e.killing import faults

from telnyx_remote_mcp.commands import say


def main() -> None:
    """Run each scenario with as many points as the first argument says, and print the results."""
    environment = {"TELNYX_MCP_REDIS_URL": sys.argv[2]} if len(sys.argv) > 2 else {}
    wrong = 0
    for scenario in (never_twice, approved_once):
        with tempfile.TemporaryDirectory() as directory:
            played = asyncio.run(scenario.play(int(sys.argv[1]), Path(directory), **environment))
            log = faults(Path(directory))
        bad = [point for point in played if not point.is_right]
        for line, times in sorted(Counter(map(str, played)).items()):
            say(f"{times:5}  {line}")
        name = scenario.__name__.rpartition(".")[2].replace("_", " ")
        say(f"{name}: {len(played)} points, {len(bad)} wrong, audit log: {log or 'whole'}\n")
        wrong += len(bad) + len(log)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
