"""A cache of values that were read a moment ago, so that they are not read for every request."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.store.base import StoreUnavailable

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Values by key, each for `secs` from when its reading began; at most `max_keys`, the oldest go first.

    For `stale_secs` a value counts where it cannot be read anew, because the store does not answer. What is older is
    let go with the next reading: a secret does not stay in memory.
    """

    def __init__(self, secs: float, max_keys: int, *, stale_secs: float = 0.0, clock: Clock = time.monotonic) -> None:
        self._secs = secs
        self._stale_secs = max(secs, stale_secs)
        self._max_keys = max_keys
        self._clock = clock
        self._values: OrderedDict[str, tuple[float, Value]] = OrderedDict()

    async def get(self, key: str, read: Callable[[], Awaitable[Value]]) -> Value:
        """The value, read again when it is no longer recent. Raises what `read` raises."""
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
        """This is the value from now on."""
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
