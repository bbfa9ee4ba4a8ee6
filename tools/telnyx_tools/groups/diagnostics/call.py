"""A leg of a call, put together from its events and its detail record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from telnyx_tools.shared.event_payload import payload_of

Fields = Mapping[str, Any]

NORMAL = {"normal_clearing", "originator_cancel", "time_limit"}
_LEG = ("call_leg_id", "telnyx_leg_id", "leg_id")
_SESSION = ("call_session_id", "telnyx_session_id", "session_id")


@dataclass(slots=True)
class Event:
    name: str
    type: str
    at: str
    payload: Fields

    @property
    def failed_command(self) -> bool:
        return self.type == "command" and text(self.payload, "status").lower() in ("failed", "error")


@dataclass(slots=True)
class Leg:
    """Either part may be missing: events are forgotten, records come only after the end."""

    id: str
    session_id: str = ""
    events: list[Event] = field(default_factory=list)
    record: Fields = field(default_factory=dict)
    costs: list[str] = field(default_factory=list)
    """What each product charged: the control of the call, and the network that carried it."""

    @property
    def cost(self) -> str | None:
        """The sum, None where no record says."""
        try:
            amounts = [Decimal(cost) for cost in self.costs if cost]
        except InvalidOperation:
            return None
        return f"{sum(amounts):f}" if amounts else None

    def said(self, *names: str) -> str:
        """The last thing that its events, or else its record, say under one of the names."""
        for event in reversed(self.events):
            if found := text(event.payload, *names):
                return found
        return text(self.record, *names)

    def moment(self, event_name: str, *record_names: str) -> str | None:
        """The time of its first event of this name, else the time that its detail record has."""
        at = next((event.at for event in self.events if event.name == event_name), None)
        return at or text(self.record, *record_names) or None

    @property
    def started_at(self) -> str:
        return text(self.record, "started_at") or (self.events[0].at if self.events else "")

    @property
    def answered_at(self) -> str | None:
        return self.moment("call.answered", "answered_at")

    @property
    def ended_at(self) -> str | None:
        return self.moment("call.hangup", "finished_at", "ended_at")

    @property
    def cause(self) -> str:
        return self.said("hangup_cause")

    @property
    def sip_code(self) -> str:
        return self.said("sip_hangup_cause", "sip_response_code", "sip_code")

    @property
    def incoming(self) -> bool:
        return self.said("direction") in ("incoming", "inbound")

    @property
    def failed(self) -> bool:
        """Also where nobody answered, unless we gave up on it ourselves."""
        cause = self.cause.lower()
        unanswered = bool(self.ended_at) and not self.answered_at and (self.incoming or cause != "originator_cancel")
        return unanswered or bool(cause and cause not in NORMAL) or any(event.failed_command for event in self.events)


def text(fields: Fields, *names: str) -> str:
    """The first of the names that has a value, as text."""
    found = (fields.get(name) for name in names)
    return next((str(value) for value in found if isinstance(value, str | int) and value != ""), "")


def leg_id_of(record: Fields) -> str:
    """The leg that a detail record is of; its own id where it does not say."""
    return text(record, *_LEG, "id", "uuid")


def legs_of(events: Sequence[Fields], records: Iterable[Fields]) -> list[Leg]:
    """The legs that events (newest first) and records tell of, newest first; the events of each oldest first."""
    legs: dict[str, Leg] = {}
    for raw in reversed(events):
        payload = payload_of(raw.get("metadata"))
        leg_id = text(raw, *_LEG) or text(payload, *_LEG)
        leg = legs.setdefault(leg_id, Leg(leg_id, text(raw, *_SESSION) or text(payload, *_SESSION)))
        at = text(raw, "event_timestamp") or text(payload, "occurred_at")
        leg.events.append(Event(text(raw, "name"), text(raw, "type"), at, payload))
    for record in records:
        leg_id = leg_id_of(record)
        leg = legs.setdefault(leg_id, Leg(leg_id, text(record, *_SESSION)))
        leg.record = {**record, **leg.record}
        leg.costs.append(text(record, "cost"))
    for leg in legs.values():
        leg.events.sort(key=lambda event: (event.at, event.type != "command"))
    return sorted(legs.values(), key=lambda leg: leg.started_at, reverse=True)


def worst(legs: Sequence[Leg]) -> Leg:
    """The one to explain: the newest that failed, else the newest."""
    return next((leg for leg in legs if leg.failed), legs[0])
