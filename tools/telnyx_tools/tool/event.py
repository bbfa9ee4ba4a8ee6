"""Events, things that happened at Telnyx, in one form for all products; and `Wanted`, a filter of events."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.results.outside import LONGEST_NAME, Outside
from telnyx_tools.results.result import Part, Result
from telnyx_tools.tool.moments import in_utc


class Event(Part):
    """An event with the least that tells what it is about; tools fetch the rest by its ids.

    What strangers wrote, said or typed stands in `text`, `digits` and `result` alone.
    """

    id: str = Field(description="Telnyx's id of it, where it has one")
    type: str
    occurred_at: str = ""
    sender: str | None = Field(None, alias="from")
    to: str | None = None
    status: str | None = None
    call_control_id: str | None = None
    call_leg_id: str | None = None
    call_session_id: str | None = None
    connection_id: str | None = None
    message_id: str | None = None
    messaging_profile_id: str | None = None
    number_order_id: str | None = None
    verification_id: str | None = None
    recording_id: str | None = None
    hangup_cause: str | None = None
    error_codes: list[str] | None = None
    digits: Annotated[str | None, Outside("the caller", LONGEST_NAME)] = Field(None, description="that were typed")
    text: Annotated[str | None, Outside("who sent it")] = None
    result: Annotated[Any, Outside("the caller, or a model of what they said")] = Field(
        None, description="of a detection, an AI gather or a payment"
    )
    polled: bool | None = Field(None, description="true: found by asking Telnyx, not told by a webhook")

    model_config = Part.model_config | {"populate_by_name": True, "extra": "ignore"}

    @property
    def subject(self) -> str:
        """A key of what happened. It is the same whether the event came by a webhook or was found by asking Telnyx."""
        about = self.message_id or self.number_order_id or self.verification_id
        return f"{self.type} {self.id if about is None else about}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A filter of events. A field that is not given matches every event. `number` may be on either side, those of
    `between` must be both sides. `profile` is the messaging profile or the application of calls. `since` is a moment in
    ISO 8601."""

    types: frozenset[str] = frozenset()
    call_control_id: str | None = None
    message_id: str | None = None
    number_order_id: str | None = None
    verification_id: str | None = None
    number: str | None = None
    between: frozenset[str] = frozenset()
    sender: str | None = None
    to: str | None = None
    profile: str | None = None
    since: str | None = None

    @property
    def names_one(self) -> bool:
        """Whether the filter names one call, message, order or verification."""
        ids = (self.call_control_id, self.message_id, self.number_order_id, self.verification_id)
        return any(id_ is not None for id_ in ids)

    def matches(self, event: Event) -> bool:
        """Whether the event passes the filter."""
        if self.types and event.type not in self.types:
            return False
        if self.since is not None and event.occurred_at < self.since:
            return False
        return self.is_about(event)

    def is_about(self, event: Event) -> bool:
        """Whether the event is about the call, message, order, verification and numbers of the filter, whatever its
        type and time."""
        return (
            self.call_control_id in (None, event.call_control_id)
            and self.message_id in (None, event.message_id)
            and self.number_order_id in (None, event.number_order_id)
            and self.verification_id in (None, event.verification_id)
            and self.sender in (None, event.sender)
            and self.to in (None, event.to)
            and (self.number is None or self.number in (event.sender, event.to))
            and (not self.between or self.between == {event.sender, event.to})
            and (self.profile is None or self.profile in (event.messaging_profile_id, event.connection_id))
        )


class Events(Result):
    """Events in the order in which they occurred."""

    events: list[Event] = Field(default_factory=list)
    next: str | None = Field(None, description="give it as `since`: nothing that comes meanwhile is missed")
    missed: bool | None = Field(None, description="true: what is older than the first event was dropped")
    note: str | None = None


Poll = Callable[[float], Awaitable[Sequence[Event]]]
"""Asks Telnyx for events since a moment (Unix seconds), which may not have come by a webhook."""


def utc(moment: str) -> str:
    """A moment in ISO 8601, in the one form that can be compared as text. Any other text is returned as it is."""
    try:
        return _written(in_utc(moment))
    except ValueError:
        return moment


def moment(secs: float) -> str:
    """Unix seconds in the same form."""
    return _written(datetime.fromtimestamp(secs, UTC))


def seconds(moment: str) -> float | None:
    """The Unix seconds of a moment in ISO 8601; None for another text."""
    try:
        return in_utc(moment).timestamp()
    except ValueError:
        return None


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
