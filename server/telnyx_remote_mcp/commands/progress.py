"""The progress of a call, as a person at a terminal sees it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import anyio
from anyio.abc import TaskGroup

QUIET_SECS = 2.0
"""A call that is done by then shows nothing."""


class Progress:
    """One line on stderr that tells how long a call has taken, and how far it says it is. Nothing elsewhere than at a
    terminal. An object of it takes what a tool reports."""

    def __init__(self, tool: str) -> None:
        self._tool = tool
        self._told = ""
        self._held = False
        self._tasks: TaskGroup | None = None

    async def __call__(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        self._told = message or (f"{progress:g} of {total:g}" if total else f"{progress:g}")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Show nothing meanwhile: the person is asked something."""
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
