"""What an account has planned: things that happen at a moment of the sandbox's time."""

import heapq
import itertools
from collections.abc import Callable

Happening = Callable[[float], object]
"""Takes the moment it was planned for, which may be long past when somebody looks."""


class Agenda:
    """Nothing runs by itself: whoever looks at the account runs what is due first, in order of time."""

    def __init__(self) -> None:
        self._planned: list[tuple[float, int, Happening]] = []
        self._count = itertools.count()

    def plan(self, moment: float, happening: Happening) -> None:
        heapq.heappush(self._planned, (moment, next(self._count), happening))

    def run(self, now: float) -> None:
        """Let happen what is due, and what that plans up to `now`."""
        while self._planned and self._planned[0][0] <= now:
            moment, _, happening = heapq.heappop(self._planned)
            happening(moment)
