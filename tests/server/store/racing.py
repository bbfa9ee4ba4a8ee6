"""Races: several processes that begin at the same moment."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def race(
    command: Sequence[str], count: int, *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> list[str]:
    """What each of the processes wrote. Each says that it is ready, and begins when it reads a line."""
    racers = [
        subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    return [racer.communicate(timeout=30)[0] for racer in racers]
