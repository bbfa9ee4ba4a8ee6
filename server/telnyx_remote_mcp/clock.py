"""Clocks, as functions that tests can replace.

The machine's clock tells moments; somebody may set it while we run. What lasts for a time is measured by one that
nobody sets: `time.monotonic` within a process, else these.
"""

import time
from collections.abc import Callable

Clock = Callable[[], float]


def since_boot() -> float:
    """Seconds since the machine booted, as all its processes count them; where none are told, since any moment."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


_BOOTED_AT = time.time() - since_boot()


def unset() -> float:
    """Unix seconds by the clock as it was when this process began, whoever has set it since."""
    return _BOOTED_AT + since_boot()


def earliest() -> float:
    """Unix seconds that have come by either: what was promised until then is not over before."""
    return min(time.time(), unset())
