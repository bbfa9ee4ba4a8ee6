"""The meter: the interface through which the server reports measurements. `metrics` and `traces` implement it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

Direction = Literal["in", "out"]
Decision = Literal["linked", "denied", "key_refused", "sign_in_failed"]


class Meter:
    """Takes every measurement and does nothing with it; subclasses record them.

    The values of the arguments are bounded: none names a person, a key, a number or a resource. `secs` is how long the
    measured thing has just taken.
    """

    def request(self, method: str, route: str, status: int, secs: float) -> None:
        """A request was answered. `secs` ends when the answer began, since some answers last for hours."""

    def failed_login(self) -> None:
        """A request was refused for a wrong credential, or since too many came from its address before."""

    def connected(self, change: int) -> None:
        """The number of open connections changed by `change`."""

    def link(self, decision: Decision) -> None:
        """A person, on the page that links an account to a client, linked one, said no, or could not prove theirs."""

    def working(self, change: int) -> None:
        """The number of requests in progress changed by `change`."""

    def waiting(self, change: int) -> None:
        """The number of requests that wait for a free slot changed by `change`."""

    def waited(self, outcome: str, secs: float) -> None:
        """A request got a free slot after it waited (`passed`), or gave up (`refused`, `cancelled`)."""

    def call(self, tool: str, effect: str, outcome: str, era: str, secs: float | None) -> None:
        """A call of a tool ended; `secs` is None where it waited for something to happen."""

    def guard(self, name: str, decision: str, secs: float) -> None:
        """A guard let a call pass, or stopped it."""

    def sending(self, change: int) -> None:
        """The number of requests to Telnyx in progress changed by `change`."""

    def upstream(self, operation: str, status: str, attempt: int, secs: float) -> None:
        """One attempt of a request to Telnyx ended. `operation` is its method and path template."""

    def key_check(self, verdict: str, secs: float) -> None:
        """Telnyx was asked about a key."""

    def store(self, backend: str, outcome: str, secs: float) -> None:
        """The store was used once."""

    def event(self, direction: Direction, outcome: str, lag_secs: float | None = None) -> None:
        """An event arrived from Telnyx, or its delivery to an agent was settled, `lag_secs` after it occurred."""

    def delivery(self, name: str, status: str, attempt: int, secs: float) -> None:
        """One attempt to deliver to a subscriber ended.

        `name` is the type of the event, or of a control message, and `status` the HTTP status or why there was none.
        """

    def storing(self, change: int) -> None:
        """So many uses of Redis more, or fewer, are under way."""

    def close(self) -> None:
        """The process is about to end: send what was not sent yet. May take seconds."""


UNMEASURED: Final = Meter()
"""A meter that records nothing."""


class Meters(Meter):
    """Passes each measurement on to several meters."""

    def __init__(self, *meters: Meter) -> None:
        for name in (name for name in vars(Meter) if not name.startswith("_")):
            setattr(self, name, _all([getattr(meter, name) for meter in meters]))


def _all(told: Sequence[Callable[..., None]]) -> Callable[..., None]:
    def tell(*measured: object) -> None:
        for each in told:
            each(*measured)

    return tell
