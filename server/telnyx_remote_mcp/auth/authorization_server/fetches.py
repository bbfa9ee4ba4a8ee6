"""Limits on fetches that strangers cause: few at a time, one per URL at a time, and none of a URL that just failed."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from telnyx_remote_mcp.auth.authorization_server.public_fetch import FetchError
from telnyx_remote_mcp.buckets import Rate
from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.http.refusal import Refusal, retry_after

AT_ONCE: Final = 4
PER_MINUTE: Final = 120
"""Of a budget that all replicas share."""
FAILED_SECS: Final = 60.0
MAX_FAILED: Final = 1_000

Fetched = TypeVar("Fetched")


class Fetches(Generic[Fetched]):
    """Fetches URLs with `read`, which raises FetchError, within these limits; raises the 503 beyond them."""

    def __init__(
        self, read: Callable[[str], Awaitable[Fetched]], budget: Rate, *, clock: Clock = time.monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._budget = budget
        self._running: dict[str, asyncio.Task[Fetched]] = {}
        self._failed: OrderedDict[str, tuple[float, FetchError]] = OrderedDict()

    async def get(self, url: str) -> Fetched:
        """Return the document at the URL; a failure is cached for a minute. Raises FetchError and Refusal."""
        until, error = self._failed.get(url, (0.0, None))
        if error is not None and self._clock() < until:
            raise error
        return await asyncio.shield(self._running.get(url) or self._begin(url))

    def _begin(self, url: str) -> asyncio.Task[Fetched]:
        if len(self._running) >= AT_ONCE:
            raise _too_many(1)
        task = self._running[url] = asyncio.ensure_future(self._fetched(url))
        task.add_done_callback(lambda done: self._finish(url, done))
        return task

    async def _fetched(self, url: str) -> Fetched:
        if wait := await self._budget.take(""):
            raise _too_many(wait)
        return await self._read(url)

    def _finish(self, url: str, task: asyncio.Task[Fetched]) -> None:
        del self._running[url]
        error = None if task.cancelled() else task.exception()
        if isinstance(error, FetchError):
            self._failed[url] = (self._clock() + FAILED_SECS, error)
            self._failed.move_to_end(url)
            if len(self._failed) > MAX_FAILED:
                self._failed.popitem(last=False)


def _too_many(wait: float) -> Refusal:
    return Refusal(
        503,
        "temporarily_unavailable",
        "The server looks up too many applications at this moment; try again.",
        retry_after(wait),
    )
