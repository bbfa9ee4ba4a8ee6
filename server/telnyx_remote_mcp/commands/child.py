"""A Python program that runs as long as this process needs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from telnyx_remote_mcp.settings import SECRETS, Settings, variable

_NEEDED = frozenset(
    {"PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV"}
)


def environment() -> dict[str, str]:
    """The variables that a child gets: what Python needs to run, and the settings that are no secrets."""
    settings = {variable(name) for name in Settings.model_fields if name not in SECRETS}
    return {
        name: value
        for name, value in os.environ.items()
        if name in _NEEDED or name in settings or name.startswith("PYTHON")
    }


@contextmanager
def child(module: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process of `python -m module`, and the first line it writes ("" where it fails); it ends with the block.

    Its stdin is a pipe that closes when this process is gone, however that happens.
    """
    command = [sys.executable, "-m", module, *arguments]
    # It gets no key: it needs none, and every process of the user can read what another one was started with.
    # A session of its own: Ctrl-C in the terminal reaches this process alone, which then ends the child in order.
    with subprocess.Popen(  # noqa: S603 - modules of this distribution, and no shell
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True, env=environment()
    ) as process:
        try:
            yield process, process.stdout.readline() if process.stdout else ""
        finally:
            process.terminate()


def left_alone(module: str, *arguments: str) -> str:
    """Start `python -m module`, which outlives this process and ends by itself; the first line that it writes."""
    process = subprocess.Popen(  # noqa: S603 - as above
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        env=environment(),
    )
    line = process.stdout.readline() if process.stdout else ""
    if process.stdout:
        process.stdout.close()
    process.returncode = 0  # nobody waits for it, and that is no mistake
    return line
