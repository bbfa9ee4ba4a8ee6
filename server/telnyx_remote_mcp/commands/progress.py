"""Shows the progress of a call to a person at a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import anyio
from anyio.abc import TaskGroup

QUIET_SECS = 2.0
"""A call that ends within this time shows no progress."""


class Progress:
    """One line on stderr with the time that a call has taken, and the progress that it reports. Shown only at a
    terminal. The object is called with what a tool reports."""

    def __init__(self, tool: str) -> None:
        self._tool = tool
        self._told = ""
        self._held = False
        self._tasks: TaskGroup | None = None

    async def __call__(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        self._told = message or (f"{progress:g} of {total:g}" if total else f"{progress:g}")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Show nothing during the block, while the person is asked something."""
        self._held = True
        try:
            yield
        finally:
            self._held = False

    async def __aenter__(self) -> Progress:
        if sys.stderr.isatty():
            self._tasks = await anyio.create_task_group().__aenter__()
            self._tasks.start_soon(self._show)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tasks is not None:
            self._tasks.cancel_scope.cancel()
            await self._tasks.__aexit__(kind, error, trace)

    async def _show(self) -> None:
        started = time.monotonic()
        await anyio.sleep(QUIET_SECS)
        try:
            while True:
                if not self._held:
                    line = f"{self._tool}: {time.monotonic() - started:.0f} s {self._told}"
                    sys.stderr.write(f"\r{line[:79]:<79}")
                    sys.stderr.flush()
                await anyio.sleep(1)
        finally:
            sys.stderr.write(f"\r{'':<79}\r")
