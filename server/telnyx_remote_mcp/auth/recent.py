"""A cache of values that were read from the store a moment ago."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.store.base import StoreUnavailable

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Values by key, each cached for `secs` from when its read began; at most `max_keys`, the oldest are dropped first.

    Where the store does not answer, a value counts for `stale_secs`. Older values are dropped at the next read, so that
    no secret stays in memory.
    """

    def __init__(self, secs: float, max_keys: int, *, stale_secs: float = 0.0, clock: Clock = time.monotonic) -> None:
        self._secs = secs
        self._stale_secs = max(secs, stale_secs)
        self._max_keys = max_keys
        self._clock = clock
        self._values: OrderedDict[str, tuple[float, Value]] = OrderedDict()

    async def get(self, key: str, read: Callable[[], Awaitable[Value]]) -> Value:
        """The cached value, or the one that `read` returns. Raises what `read` raises."""
        now = self._clock()
        kept = self._values.get(key)
        if kept is not None and now < kept[0] + self._secs:
            return kept[1]
        try:
            value = await read()
        except StoreUnavailable:
            if kept is not None and now < kept[0] + self._stale_secs:
                return kept[1]
            raise
        self._keep(key, value, now)
        return value

    def put(self, key: str, value: Value) -> None:
        """Cache a value that was just written."""
        self._keep(key, value, self._clock())

    def forget(self, key: str) -> None:
        self._values.pop(key, None)

    def _keep(self, key: str, value: Value, read_at: float) -> None:
        while self._values and (len(self._values) >= self._max_keys or self._oldest() + self._stale_secs <= read_at):
            self._values.popitem(last=False)
        self._values[key] = (read_at, value)
        self._values.move_to_end(key)

    def _oldest(self) -> float:
        return next(iter(self._values.values()))[0]
