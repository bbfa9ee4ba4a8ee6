"""Turns: when a request may go to a subscriber, of which so many are under way at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """While the subscriber asks for quiet no event is begun: what it was sent already comes again in its own time, and
    all others wait, instead of being turned away one after the other."""

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._quiet_until = 0.0

    def quieten(self, secs: float) -> None:
        """Begin nothing for so long."""
        self._quiet_until = max(self._quiet_until, time.monotonic() + secs)

    @asynccontextmanager
    async def one(self, *, begins: bool) -> AsyncIterator[None]:
        """A turn, for an event that was sent before or for one that `begins`."""
        await self._free.acquire()
        while begins and (quiet := self._quiet_until - time.monotonic()) > 0:
            self._free.release()
            await asyncio.sleep(quiet)
            await self._free.acquire()
        try:
            yield
        finally:
            self._free.release()
