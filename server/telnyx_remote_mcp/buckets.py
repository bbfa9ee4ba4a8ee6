"""Rate limits: how often something may happen, by a key such as a principal or an address."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Protocol

from telnyx_remote_mcp.clock import Clock

MAX_KEYS: Final = 10_000


class Rate(Protocol):
    """A rate limit: how often something may happen in a minute, by key. Implementations differ in who counts."""

    async def wait(self, key: str) -> float:
        """Seconds until it may happen again, 0.0 if it may now. Counts nothing."""
        ...

    async def take(self, key: str) -> float:
        """Count it once and return 0.0, or return the seconds until it may happen."""
        ...


RateOf = Callable[[str, int], Rate]
"""Makes the rate limit with a name and a number per minute."""


class TokenBuckets:
    """One token bucket per key: `burst` tokens at once, refilled at `per_minute`.

    A bucket is only stored as the time at which it will be full again (the generic cell rate algorithm). At most
    `max_keys` buckets are kept; the least recently used one is dropped, and is full when its key comes back.
    """

    def __init__(
        self, per_minute: float, burst: int, *, clock: Clock = time.monotonic, max_keys: int = MAX_KEYS
    ) -> None:
        if per_minute <= 0 or burst < 1:
            raise ValueError("a rate limit needs more than 0 per minute and a burst of at least 1")
        self._interval = 60.0 / per_minute
        self._capacity = self._interval * burst
        self._clock = clock
        self._max_keys = max_keys
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until the key has a token: 0.0 when it has one now. Takes nothing."""
        now = self._clock()
        return self._missing(self._full_at.get(key, now), now)

    def take(self, key: str) -> float:
        """Take one token and return 0.0, or take nothing and return the seconds until there is one."""
        now = self._clock()
        full_at = max(self._full_at.get(key, now), now)
        missing = self._missing(full_at, now)
        if missing == 0.0:
            self._keep(key, full_at + self._interval)
        return missing

    def put_back(self, key: str) -> None:
        """Return a token that was taken."""
        if key in self._full_at:
            self._full_at[key] -= self._interval

    def _missing(self, full_at: float, now: float) -> float:
        missing = full_at + self._interval - self._capacity - now
        return missing if missing > 1e-6 else 0.0

    def _keep(self, key: str, full_at: float) -> None:
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._max_keys:
            self._full_at.popitem(last=False)


def local_rate(name: str, per_minute: int) -> Rate:
    """A rate limit that this process counts by itself, so the name is not needed."""
    return LocalRate(per_minute)


class LocalRate:
    """A rate limit that this process counts by itself."""

    def __init__(self, per_minute: int, *, clock: Clock = time.monotonic) -> None:
        self._buckets = TokenBuckets(per_minute, per_minute, clock=clock)

    async def wait(self, key: str) -> float:
        return self._buckets.wait(key)

    async def take(self, key: str) -> float:
        return self._buckets.take(key)
