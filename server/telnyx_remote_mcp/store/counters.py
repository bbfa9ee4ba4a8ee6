"""Counters: how much was used of something within a time."""

from typing import NamedTuple, Protocol


class Taken(NamedTuple):
    """An attempt to take: whether it succeeded, how much is taken now, and after how many seconds that is forgotten."""

    allowed: bool
    value: float
    resets_in: float


class Counters(Protocol):
    """Numbers by (kind, key), each for a time that starts with the first addition and then ends with the number.

    Every operation is atomic, over processes and replicas, and raises StoreUnavailable. The numbers are doubles: what
    must add up exactly is counted in whole units, such as cents. The keys are as readable as those of the store.
    """

    async def get(self, kind: str, key: str) -> float:
        """The number now; 0 where there is none, or its time is over."""
        ...

    async def add(self, kind: str, key: str, by: float, ttl_secs: float) -> float:
        """Add to the number, and return what it is then. A negative `by` gives back, down to 0.

        `ttl_secs` counts where there was no number: it does not make the time of one longer.
        """
        ...

    async def take(self, kind: str, key: str, by: float, limit: float, ttl_secs: float) -> Taken:
        """Add to the number unless it would then be above the limit, in which case nothing changes."""
        ...
