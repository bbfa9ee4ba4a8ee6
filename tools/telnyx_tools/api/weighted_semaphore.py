"""A weighted semaphore: limits how much of something is held at a time, in one process."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class WeightedSemaphore:
    """Holds up to `most` units. A task that needs more than are left waits its turn, in order of asking."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._left = most
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def hold(self, count: int) -> AsyncIterator[None]:
        """Hold `count` units. If that is more than `most`, hold all of them."""
        count = min(count, self._most)
        await self._take(count)
        try:
            yield
        finally:
            self._give_back(count)

    async def _take(self, count: int) -> None:
        if not self._waiting and count <= self._left:
            self._left -= count
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((count, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back(count)
            else:
                self._next()
            raise

    def _give_back(self, count: int) -> None:
        self._left += count
        self._next()

    def _next(self) -> None:
        while self._waiting and (self._waiting[0][1].done() or self._waiting[0][0] <= self._left):
            count, turn = self._waiting.popleft()
            if not turn.done():
                self._left -= count
                turn.set_result(None)
