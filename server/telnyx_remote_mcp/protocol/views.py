"""Views: the resources that show events and calls, the tool that reads each, and the events that change it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import mcp_types as types
from mcp.shared.uri_template import UriTemplate

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.events.catalogue import may_read
from telnyx_remote_mcp.surface.surfaces import Surface
from telnyx_tools.tool.event import Event

Wire = Mapping[str, Any]
JSON: Final = "application/json"
MOST: Final = 100
_NUMBER: Final = re.compile(r"\+?[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class View:
    """A resource, or a template of resources with one variable.

    `reader` is the tool that reads the data, and `shown` turns its result into what is shown. `value_in` gives the
    value of the variable that an event is about.
    """

    uri: str
    name: str
    title: str
    description: str
    reader: str
    product: str
    arguments: Callable[[str], Mapping[str, object]]
    is_about: Callable[[Event, str], bool]
    shown: Callable[[Wire], Wire] = dict
    variable: str | None = None
    value_in: Callable[[Event], str | None] = lambda event: None

    def value(self, uri: str) -> str | None:
        """The value of the variable in a URI; "" for a resource without a variable; None for another URI."""
        if self.variable is None:
            return "" if uri == self.uri else None
        match = UriTemplate.parse(self.uri).match(uri)
        return str(match[self.variable]) if match is not None else None

    def is_allowed(self, surface: Surface, caller: Caller) -> bool:
        return may_read(surface, caller, self.reader, self.product)

    def resource(self) -> types.Resource:
        return types.Resource(
            uri=self.uri, name=self.name, title=self.title, description=self.description, mime_type=JSON
        )

    def template(self) -> types.ResourceTemplate:
        return types.ResourceTemplate(
            uri_template=self.uri, name=self.name, title=self.title, description=self.description, mime_type=JSON
        )


def _is_message(type_: str) -> bool:
    return type_.startswith(("message.", "whatsapp.message"))


def _other(event: Event) -> str | None:
    """The number of the other party of a message; None if the party is no number, or the event no message."""
    party = event.sender if event.type.endswith("received") else event.to
    return party if party is not None and _is_message(event.type) and _NUMBER.fullmatch(party) else None


def _messages(wire: Wire) -> Wire:
    """The messages among the events."""
    return {**wire, "events": [each for each in wire.get("events", ()) if _is_message(each["type"])]}


def _conversations(wire: Wire) -> Wire:
    """The conversations in the events, newest first, without their texts."""
    found: dict[str, dict[str, Any]] = {}
    for event in reversed(wire.get("events", ())):
        number = _other(Event.model_validate(event))
        if number is None:
            continue
        inbound = event["type"].endswith("received")
        first = {
            "number": number,
            "own_number": event.get("to" if inbound else "from"),
            "last_at": event.get("occurred_at"),
            "last_type": event["type"],
            "last_message_id": event.get("message_id"),
            "events": 0,
        }
        found.setdefault(number, first)["events"] += 1
    return {"conversations": list(found.values())}


VIEWS: Final = (
    View(
        "telnyx://events",
        "events",
        "Events",
        "What happened of late: messages, calls, digits, orders.",
        "list_events",
        "events",
        lambda _: {"limit": 50},
        lambda event, _: True,
    ),
    View(
        "telnyx://sms/conversations",
        "conversations",
        "Text conversations",
        "With whom messages were exchanged of late, newest first.",
        "list_events",
        "messaging",
        lambda _: {"limit": MOST},
        lambda event, _: _is_message(event.type),
        _conversations,
    ),
    View(
        "telnyx://sms/conversations/{number}",
        "conversation",
        "A text conversation",
        "The messages with one number of late: those that came, and what became of those that were sent.",
        "list_events",
        "messaging",
        lambda number: {"number": number, "limit": MOST},
        lambda event, number: _is_message(event.type) and number in (event.sender, event.to),
        _messages,
        "number",
        _other,
    ),
    View(
        "telnyx://calls/{call_control_id}",
        "call",
        "A call",
        "Whether a call rings, is answered or has ended.",
        "get_call_status",
        "call_control",
        lambda call: {"call_control_id": call},
        lambda event, call: event.call_control_id == call,
        variable="call_control_id",
        value_in=lambda event: event.call_control_id,
    ),
)


def find(uri: str) -> tuple[View, str] | None:
    """The view that shows this URI, and the value of its variable."""
    return next(((view, value) for view in VIEWS if (value := view.value(uri)) is not None), None)


def values(view: View, events: Iterable[Event], begins_with: str) -> list[str]:
    """The distinct values that the variable of a view has in these events, newest first."""
    found = (view.value_in(event) for event in events)
    return list(dict.fromkeys(value for value in found if value is not None and value.startswith(begins_with)))
