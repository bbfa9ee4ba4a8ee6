"""A Python program that runs as long as this process needs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def child(module: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process of `python -m module`, and the first line it writes ("" where it fails); it ends with the block.

    Its stdin is a pipe that closes when this process is gone, however that happens.
    """
    command = [sys.executable, "-m", module, *arguments]
    # A session of its own: Ctrl-C in the terminal reaches this process alone, which then ends the child in order.
    with subprocess.Popen(  # noqa: S603 - modules of this distribution, and no shell
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process, process.stdout.readline() if process.stdout else ""
        finally:
            process.terminate()
