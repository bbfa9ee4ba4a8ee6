"""The place that a request takes among those at work: lent to others while the request only waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from starlette.types import Scope

_KEY: Final = "telnyx.place"


class Place(Protocol):
    """A place of one request."""

    def leave(self) -> None:
        """Let others have it."""
        ...

    def take_back(self) -> None:
        """Have it again, at once, even where that makes one too many for a moment."""
        ...


def enter(scope: Scope, place: Place) -> None:
    """Make it the place of this request."""
    scope[_KEY] = place


def place_of(scope: Scope) -> Place | None:
    """The place of this request."""
    found: Place | None = scope.get(_KEY)
    return found


@contextmanager
def lent(place: Place | None) -> Iterator[None]:
    """Let others have the place for as long as the context lasts. Without one there is nothing to lend."""
    if place is None:
        yield
        return
    place.leave()
    try:
        yield
    finally:
        place.take_back()
