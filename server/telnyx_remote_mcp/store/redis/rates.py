"""Rate limits in Redis: sliding windows, counted by the library `limits`."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Final

from telnyx_remote_mcp.buckets import LocalRate, Rate
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.redis.client import RedisClient

if TYPE_CHECKING:
    from limits.aio.strategies import SlidingWindowCounterRateLimiter

WINDOW_SECS: Final = 60.0


class RedisRates:
    """The rate limits of one Redis, under `PREFIX:`."""

    def __init__(self, client: RedisClient, prefix: str) -> None:
        self.client = client
        self._prefix = prefix

    def rate(self, name: str, per_minute: int) -> Rate:
        return RedisRate(self, name, per_minute)

    @cached_property
    def limiter(self) -> SlidingWindowCounterRateLimiter:
        from limits.aio.storage import RedisStorage
        from limits.aio.strategies import SlidingWindowCounterRateLimiter

        storage = RedisStorage(
            "redis://",
            implementation="redispy",
            key_prefix=self._prefix,
            connection_pool=self.client.redis.connection_pool,  # type: ignore[arg-type]  # an option, typed plain
        )
        return SlidingWindowCounterRateLimiter(storage)


class RedisRate:
    """A rate limit in Redis. To take costs one round trip, and a second one if the limit is reached.

    While Redis does not answer, this process counts by itself.
    """

    def __init__(self, rates: RedisRates, name: str, per_minute: int) -> None:
        from limits import RateLimitItemPerMinute

        self._rates = rates
        self._name = name
        self._item = RateLimitItemPerMinute(per_minute)
        self._local = LocalRate(per_minute)

    async def wait(self, key: str) -> float:
        try:
            async with self._rates.client.available():
                limiter = self._rates.limiter
                return 0.0 if await limiter.test(self._item, self._name, key) else await self._left(key)
        except StoreUnavailable:
            return await self._local.wait(key)

    async def take(self, key: str) -> float:
        try:
            async with self._rates.client.available():
                limiter = self._rates.limiter
                return 0.0 if await limiter.hit(self._item, self._name, key) else await self._left(key)
        except StoreUnavailable:
            return await self._local.take(key)

    async def _left(self, key: str) -> float:
        """Seconds until the window has room again, at least 0.1."""
        reset_at, _ = await self._rates.limiter.get_window_stats(self._item, self._name, key)
        return min(max(reset_at - time.time(), 0.1), WINDOW_SECS)
