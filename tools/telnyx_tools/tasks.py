"""The end of background tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Final

CLEANUP_SECS: Final = 5.0
"""Enough for a cancelled task to release leases and close connections, which a second cancellation would interrupt."""


async def end(tasks: Iterable[asyncio.Task[Any]], again_secs: float) -> None:
    """Cancel the tasks, and wait until all are done. One that is not done after `again_secs` is cancelled again. Errors
    that they ended with are dropped.

    One cancellation may get lost: before Python 3.12, `asyncio.wait_for` drops it if what it waits for has just ended,
    and the client of Redis sends every command with `wait_for`.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=again_secs)
        for task in done:
            if not task.cancelled():
                task.exception()  # else asyncio would log that nobody asked for it
