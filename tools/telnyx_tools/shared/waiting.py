"""Waiting for something that Telnyx finishes later, with progress for whoever waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.api.retry import Clock
from telnyx_tools.tool.context import Inbox, Progress
from telnyx_tools.tool.event import Wanted

T = TypeVar("T")

FIRST_SECS, LONGEST_SECS = 0.5, 3.0
TOLD_SECS = 15.0
"""The longest between two readings where events tell when to read: one may be lost."""
CLOCK = Clock()


Rest = Callable[[float, float], Awaitable[None]]
"""Passes so many seconds, or more, if something else tells when to look, up to the second number."""


async def _sleep(secs: float, most: float) -> None:
    await CLOCK.sleep(secs)


def until_told(inbox: Inbox, wanted: Wanted, progress: Progress) -> Rest:
    """Rests until an event tells of what is waited for, once a webhook has told of it at all; until then for the time
    given."""
    since: str | None = None

    async def rest(secs: float, most: float) -> None:
        nonlocal since
        try:
            if since is None:
                found = await inbox.find(wanted, None, 1)
                if any(event.polled is None for event in found.events):
                    since = found.next
                await CLOCK.sleep(0 if since is not None else secs)
            else:
                since = (await inbox.wait(wanted, since, min(TOLD_SECS, most), None, progress)).next
        except TelnyxError:
            await CLOCK.sleep(secs)

    return rest


async def follow(
    latest: T,
    read: Callable[[], Awaitable[T]],
    *,
    done: Callable[[T], bool],
    status: Callable[[T], str],
    progress: Progress,
    seconds: float,
    rest: Rest | None = None,
) -> T:
    """Read until `done`, for at most `seconds`, and return the last state, whatever it is.

    `rest` passes the time between two readings. What was started stays started: a read that fails ends the wait and not
    the call.
    """
    rest = rest or _sleep
    started, pause = CLOCK.monotonic(), FIRST_SECS
    while not done(latest) and (left := started + seconds - CLOCK.monotonic()) > 0:
        await progress(round(seconds - left, 1), seconds, status(latest))
        await rest(min(pause, left), left)
        pause = min(pause * 1.5, LONGEST_SECS)
        try:
            latest = await read()
        except TelnyxError:
            break
    return latest
