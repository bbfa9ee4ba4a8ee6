"""Clocks, as functions that tests can replace.

The machine's clock gives moments, but somebody may set it while we run. So durations are measured with a clock that
nobody can set: `time.monotonic` within one process, and the clocks of this module otherwise.
"""

import time
from collections.abc import Callable

Clock = Callable[[], float]


def since_boot() -> float:
    """Seconds since the machine booted, the same in all its processes; if unknown, seconds since any fixed moment."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


_BOOTED_AT = time.time() - since_boot()


def steady() -> float:
    """Steady Unix seconds: by the machine's clock as it was at the start of this process, even if it was set since."""
    return _BOOTED_AT + since_boot()


def earliest() -> float:
    """The earlier Unix time of `time.time` and `steady`.

    Used for expiry: if the machine's clock is set forward, nothing ends before the time that was promised.
    """
    return min(time.time(), steady())
