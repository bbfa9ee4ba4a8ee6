"""Counters: numbers that expire, such as how much of something was used within an hour."""

from typing import Final, NamedTuple, Protocol

ONCE_SECS: Final = 2 * 86_400
"""How long the name of an addition is remembered."""


class Taken(NamedTuple):
    """The result of `take`: whether it succeeded, the number now, and the seconds until the number expires."""

    allowed: bool
    value: float
    resets_in: float


class Counters(Protocol):
    """Numbers by (kind, key). The time to live of a number starts with the first addition.

    Every operation is atomic, over processes and replicas, and raises StoreUnavailable. The numbers are doubles: what
    must add up exactly is counted in whole units, such as cents. Keys can be read in the store, like those of values.
    """

    async def get(self, kind: str, key: str) -> float:
        """The number now; 0 if there is none, or it has expired."""
        ...

    async def add(self, kind: str, key: str, by: float, ttl_secs: float) -> float:
        """Add to the number, and return the new one. A negative `by` subtracts, down to 0.

        `ttl_secs` only applies to a new number: it does not extend the life of an existing one.
        """
        ...

    async def add_once(self, kind: str, key: str, by: float, ttl_secs: float, *, once: str) -> None:
        """Add to the number, unless an addition of the name `once` was made to it within `ONCE_SECS`.

        So it can be tried again after an error, and by several processes.
        """
        ...

    async def take(self, kind: str, key: str, by: float, limit: float, ttl_secs: float) -> Taken:
        """Add to the number, unless that would bring it above the limit: then nothing changes."""
        ...
