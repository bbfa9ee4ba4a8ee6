"""Polling a resource until Telnyx has finished it, with progress messages for the client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.api.retry import Clock
from telnyx_tools.tool.context import Inbox, Progress
from telnyx_tools.tool.event import Wanted

T = TypeVar("T")

FIRST_SECS, LONGEST_SECS = 0.5, 3.0
EVENT_SECS = 15.0
"""The longest wait for an event before the resource is read anyway: an event may be lost."""
CLOCK = Clock()


Pause = Callable[[float, float], Coroutine[Any, Any, None]]
"""Waits between two reads: the first number of seconds, or, if it waits for an event, at most the second number."""


async def _sleep(secs: float, most: float) -> None:
    await CLOCK.sleep(secs)


def until_event(inbox: Inbox, wanted: Wanted, progress: Progress) -> Pause:
    """A pause that ends when a wanted event comes. Before the first such event from a webhook, it lasts the time given.

    Without that first event nothing says that webhooks arrive here at all.
    """
    since: str | None = None

    async def pause(secs: float, most: float) -> None:
        nonlocal since
        try:
            if since is None:
                found = await inbox.find(wanted, None, 1)
                if any(event.polled is None for event in found.events):
                    since = found.next
                await CLOCK.sleep(0 if since is not None else secs)
            else:
                since = (await inbox.wait(wanted, since, min(EVENT_SECS, most), None, progress)).next
        except TelnyxError:
            await CLOCK.sleep(secs)

    return pause


async def follow(
    latest: T,
    read: Callable[[], Awaitable[T]],
    *,
    done: Callable[[T], bool],
    status: Callable[[T], str],
    progress: Progress,
    seconds: float,
    rest: Pause | None = None,
) -> T:
    """Call `read` until `done`, for at most `seconds` or until the server's shutdown begins. Return the last state,
    finished or not.

    `rest` waits between two reads. A read that fails ends the waiting and raises nothing: what Telnyx started goes on.
    """
    rest = rest or _sleep
    started, pause = CLOCK.monotonic(), FIRST_SECS
    while not done(latest) and (left := started + seconds - CLOCK.monotonic()) > 0:
        progress.waited = True
        await progress(round(seconds - left, 1), seconds, status(latest))
        await progress.shutdown.unless_begun(rest(min(pause, left), left))
        if progress.shutdown.has_begun:
            break
        pause = min(pause * 1.5, LONGEST_SECS)
        try:
            latest = await read()
        except TelnyxError:
            break
    return latest
