"""The sandbox's clock, which runs at a chosen speed and can be moved forward."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Counts seconds since the epoch. The states of deliveries, orders and the like are computed from it."""

    def __init__(self, source: Callable[[], float] = time.time, *, speed: float = 1.0) -> None:
        self._source = source
        self._speed = speed
        self._origin = source()
        self._advanced = 0.0

    def now(self) -> float:
        return self._origin + (self._source() - self._origin) * self._speed + self._advanced

    def advance(self, secs: float) -> None:
        self._advanced += secs


def iso(moment: float) -> str:
    """A moment as the API writes it: UTC with milliseconds, `2026-01-31T08:00:00.000Z`."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")[:23] + "Z"
