"""An account's agenda: actions planned for later moments of the sandbox's time."""

import heapq
import itertools
from collections.abc import Callable

Happening = Callable[[float], object]
"""Called with the moment for which it was planned. That may be long past: actions run only when a request comes."""


class Agenda:
    """A queue of planned actions. Nothing runs by itself: each request first runs all actions that are due, in
    order."""

    def __init__(self) -> None:
        self._planned: list[tuple[float, int, Happening]] = []
        self._count = itertools.count()

    def plan(self, moment: float, happening: Happening) -> None:
        # The count keeps actions for the same moment in order, and keeps the heap from comparing functions.
        heapq.heappush(self._planned, (moment, next(self._count), happening))

    def run(self, now: float) -> None:
        """Run everything that is due at `now`, including actions planned by these."""
        while self._planned and self._planned[0][0] <= now:
            moment, _, happening = heapq.heappop(self._planned)
            happening(moment)
