"""The concurrency slot of a request. A request that only waits releases its slot to others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from starlette.types import Scope

_KEY: Final = "telnyx.place"


class Slot(Protocol):
    """The slot that one request holds among those that may run at once."""

    def leave(self) -> None:
        """Release the slot, so that another request can have it."""
        ...

    def take_back(self) -> None:
        """Take the slot again at once, even if that exceeds the limit by one for a moment."""
        ...


def assign(scope: Scope, slot: Slot) -> None:
    """Store the slot in the ASGI scope of its request."""
    scope[_KEY] = slot


def slot_of(scope: Scope) -> Slot | None:
    """The slot of the request with this ASGI scope; None where it has none."""
    found: Slot | None = scope.get(_KEY)
    return found


@contextmanager
def released(slot: Slot | None) -> Iterator[None]:
    """Release the slot while the context lasts, and take it back at the end. Does nothing for None."""
    if slot is None:
        yield
        return
    slot.leave()
    try:
        yield
    finally:
        slot.take_back()
