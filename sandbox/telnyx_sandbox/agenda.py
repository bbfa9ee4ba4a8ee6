"""An account's agenda: the things that happen at a later moment of the sandbox's time."""

import heapq
import itertools
from collections.abc import Callable

Happening = Callable[[float], object]
"""Is called with the moment it was planned for, which may be long past when the next request comes."""


class Agenda:
    """Nothing runs by itself: each request first runs everything that is due, in order of time."""

    def __init__(self) -> None:
        self._planned: list[tuple[float, int, Happening]] = []
        self._count = itertools.count()

    def plan(self, moment: float, happening: Happening) -> None:
        # The count keeps the order of planning at one moment, and keeps the heap from comparing functions.
        heapq.heappush(self._planned, (moment, next(self._count), happening))

    def run(self, now: float) -> None:
        """Run everything that is due at `now`, including what that plans in turn."""
        while self._planned and self._planned[0][0] <= now:
            moment, _, happening = heapq.heappop(self._planned)
            happening(moment)
