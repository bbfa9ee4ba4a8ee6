"""The meter: what the parts of a process tell of their work. It keeps none of it; `metrics` and `traces` do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

Direction = Literal["in", "out"]


class Meter:
    """Takes every measurement and keeps none.

    What is told has bounds: no argument names a person, a key, a number or a resource. Seconds are those that the thing
    told of has just taken.
    """

    def request(self, method: str, route: str, status: int, secs: float) -> None:
        """A request was answered; `secs` until the answer began, since some last for hours."""

    def working(self, change: int) -> None:
        """So many requests more, or fewer, are at work."""

    def waiting(self, change: int) -> None:
        """So many requests more, or fewer, wait for their place."""

    def call(self, tool: str, effect: str, outcome: str, era: str, secs: float) -> None:
        """A call of a tool ended."""

    def guard(self, name: str, decision: str, secs: float) -> None:
        """A guard let a call go on, or did not."""

    def sending(self, change: int) -> None:
        """So many requests to Telnyx more, or fewer, are under way."""

    def upstream(self, operation: str, status: str, attempt: int, secs: float) -> None:
        """One attempt of a request to Telnyx ended; `operation` is its method and path template."""

    def key_check(self, verdict: str, secs: float) -> None:
        """Telnyx was asked about a key."""

    def store(self, backend: str, outcome: str, secs: float) -> None:
        """The store was used once."""

    def event(self, direction: Direction, outcome: str, lag_secs: float | None = None) -> None:
        """An event came in from Telnyx, or is settled on its way out to an agent; `lag_secs` after it happened."""

    def delivery(self, name: str, status: str, attempt: int, secs: float) -> None:
        """One attempt to deliver to a subscriber ended; `name` is the type of the event, or of a message of ours, and
        `status` the HTTP status or why there was none."""


UNMEASURED: Final = Meter()
"""Nobody measures."""


class Meters(Meter):
    """Tells several."""

    def __init__(self, *meters: Meter) -> None:
        for name in (name for name in vars(Meter) if not name.startswith("_")):
            setattr(self, name, _all([getattr(meter, name) for meter in meters]))


def _all(told: Sequence[Callable[..., None]]) -> Callable[..., None]:
    def tell(*measured: object) -> None:
        for each in told:
            each(*measured)

    return tell
