"""Runs Python programs as child processes."""

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
    """The environment variables of a child: those that Python needs, and the settings that are not secret."""
    settings = {variable(name) for name in Settings.model_fields if name not in SECRETS}
    return {
        name: value
        for name, value in os.environ.items()
        if name in _NEEDED or name in settings or name.startswith("PYTHON")
    }


@contextmanager
def child(module: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `python -m module` for the time of the block. Yields the process and the first line that it writes ("" if it
    fails).

    Its stdin is a pipe that closes when this process ends, in whatever way.
    """
    command = [sys.executable, "-m", module, *arguments]
    # It gets no key: it needs none, and every process of the user can read what another one was started with.
    # It gets a session of its own: Ctrl-C in the terminal then reaches only this process, which ends the child in
    # order.
    with subprocess.Popen(  # noqa: S603 - modules of this distribution, and no shell
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True, env=environment()
    ) as process:
        try:
            yield process, process.stdout.readline() if process.stdout else ""
        finally:
            process.terminate()


def start_detached(module: str, *arguments: str) -> str:
    """Start `python -m module` as a process that outlives this one and ends by itself. Returns the first line that it
    writes."""
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
