"""Waiting for something that Telnyx finishes later, with progress for whoever waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.api.retry import Clock
from telnyx_tools.tool.context import Progress

T = TypeVar("T")

FIRST_SECS, LONGEST_SECS = 0.5, 3.0
CLOCK = Clock()


async def follow(
    latest: T,
    read: Callable[[], Awaitable[T]],
    *,
    done: Callable[[T], bool],
    status: Callable[[T], str],
    progress: Progress,
    seconds: float,
) -> T:
    """Read until `done`, for at most `seconds`, and return the last state, whatever it is.

    What was started stays started: a read that fails ends the wait and not the call.
    """
    started, pause = CLOCK.monotonic(), FIRST_SECS
    while not done(latest) and (left := started + seconds - CLOCK.monotonic()) > 0:
        await progress(round(seconds - left, 1), seconds, status(latest))
        await CLOCK.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_SECS)
        try:
            latest = await read()
        except TelnyxError:
            break
    return latest
