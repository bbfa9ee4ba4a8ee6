"""Request slots: limit how many requests to one subscriber run at a time, and when new events may be sent to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class RequestSlots:
    """The limit on requests to one subscriber.

    While the subscriber asks for a pause, no new event is sent. Events that were sent before are retried on their own
    schedule, and all others wait instead of being refused one by one.
    """

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._paused_until = 0.0

    def pause(self, secs: float) -> None:
        """Send no new event for so many seconds."""
        self._paused_until = max(self._paused_until, time.monotonic() + secs)

    @asynccontextmanager
    async def hold(self, *, first_attempt: bool) -> AsyncIterator[None]:
        """Hold a slot for one request. `first_attempt` says that its event was not sent before."""
        await self._free.acquire()
        while first_attempt and (pause := self._paused_until - time.monotonic()) > 0:
            self._free.release()
            await asyncio.sleep(pause)
            await self._free.acquire()
        try:
            yield
        finally:
            self._free.release()
