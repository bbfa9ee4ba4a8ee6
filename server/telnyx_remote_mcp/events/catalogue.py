"""The catalogue: the types of events that clients can subscribe to, and the filters and payload of each."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.auth.scopes import lacks
from telnyx_remote_mcp.surface.surfaces import Surface
from telnyx_tools.tool.event import Event, Wanted

READER: Final = "list_events"
"""The tool that reads the same events: a caller who may not call it cannot subscribe to any."""
LONGEST: Final = 200
"""Characters of a filter's value."""

_NUMBER: Final = re.compile(r"\+?[0-9]{1,20}")
"""Only phone numbers are shown as parties: a SIP address or a name is text that a stranger chose."""
_FILTERS: Final = {
    "number": "a number on either side (E.164)",
    "profile": "the messaging profile, or the application of calls",
    "call": "the call_control_id of one call",
}
_MESSAGE: Final = ("message_id", "from", "to", "messaging_profile_id", "status")
_CALL: Final = ("call_control_id", "call_leg_id", "call_session_id", "connection_id", "from", "to", "status")


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of events. `payload` names the event fields that subscribers get; none is text that a stranger wrote.
    `product` is the group of tools whose data the events are about."""

    name: str
    description: str
    product: str
    payload: tuple[str, ...]
    filters: tuple[str, ...]

    def described(self, delivery: Collection[str]) -> dict[str, Any]:
        """The type as `events/list` shows it."""
        return {
            "name": self.name,
            "description": self.description,
            "delivery": list(delivery),
            "inputSchema": _schema({name: _FILTERS[name] for name in self.filters}, open_=False),
            "payloadSchema": _schema(dict.fromkeys(self.payload, ""), open_=True),
        }

    def wanted(self, arguments: Mapping[str, Any]) -> Wanted:
        """The filter that these arguments describe. Raises ValueError, whose text says what is wrong."""
        for name, value in arguments.items():
            if name not in self.filters:
                raise ValueError(f"{name[:LONGEST]!r} is no filter of {self.name}; it has {', '.join(self.filters)}")
            if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
                raise ValueError(f"{name} is a text of 1 to {LONGEST} characters")
        return Wanted(
            types=frozenset({self.name}),
            number=arguments.get("number"),
            profile=arguments.get("profile"),
            call_control_id=arguments.get("call"),
        )

    def occurrence(self, event: Event) -> dict[str, Any]:
        """The event as subscribers get it, without a cursor."""
        told = event.model_dump(mode="json", by_alias=True, exclude_none=True)
        data = {
            name: told[name]
            for name in self.payload
            if name in told and (name not in ("from", "to") or _NUMBER.fullmatch(told[name]))
        }
        return {"eventId": event.id, "name": self.name, "timestamp": event.occurred_at, "data": data}

    def is_allowed(self, surface: Surface, caller: Caller) -> bool:
        """Whether the caller may learn of these events here."""
        return may_read(surface, caller, READER, self.product)


def _message(name: str, description: str, *, product: str = "messaging", more: tuple[str, ...] = ()) -> EventType:
    return EventType(name, description, product, (*_MESSAGE, *more), ("number", "profile"))


def _call(name: str, description: str, more: tuple[str, ...] = ()) -> EventType:
    return EventType(name, description, "call_control", (*_CALL, *more), ("number", "profile", "call"))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The event types by name."""

    types: Mapping[str, EventType] = field(default_factory=dict)

    def find(self, name: object) -> EventType | None:
        return self.types.get(name) if isinstance(name, str) else None

    def allowed(self, surface: Surface, caller: Caller) -> list[EventType]:
        """The types that the caller may subscribe to here."""
        return [each for each in self.types.values() if each.is_allowed(surface, caller)]


_TEXT: Final = "get_message reads its text."
CATALOGUE: Final = Catalogue(
    {
        each.name: each
        for each in (
            _message("message.received", f"A text arrived at a number of the account. {_TEXT}"),
            _message("message.delivered", "A message that was sent has been delivered."),
            _message("message.failed", "A message that was sent could not be delivered.", more=("error_codes",)),
            _message("whatsapp.message_received", f"A WhatsApp message arrived. {_TEXT}", product="whatsapp"),
            _call("call.incoming", "Somebody calls a number of the account."),
            _call("call.answered", "A call was answered."),
            _call("call.digits", "Digits were gathered on a call. list_call_events reads them."),
            _call("call.ended", "A call ended.", more=("hangup_cause",)),
            EventType("number_order.completed", "Ordered numbers are there.", "numbers", ("number_order_id",), ()),
            EventType("number_order.failed", "An order of numbers failed.", "numbers", ("number_order_id",), ()),
            EventType(
                "verification.completed", "A code was verified.", "verify", ("verification_id", "status"), ("number",)
            ),
        )
    }
)


def may_read(surface: Surface, caller: Caller, name: str, product: str) -> bool:
    """Whether the caller may call the tool that reads the same data, and has permission for the product."""
    tool = surface.find(name)
    if tool is None or surface.exceeded_by(tool):
        return False
    if surface.permission is not None and surface.permission.level(product) is None:
        return False
    return caller.scopes is None or not lacks(caller.scopes, tool)


def canonical(value: object) -> str:
    """A value as canonical JSON: the order of its keys makes no difference."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _schema(described: Mapping[str, str], *, open_: bool) -> dict[str, Any]:
    """The schema of an object whose members are strings, or for `error_codes` a list of them."""
    properties = {
        name: {"type": "array", "items": {"type": "string"}}
        if name == "error_codes"
        else {"type": "string", **({"description": text} if text else {})}
        for name, text in described.items()
    }
    return {"type": "object", "properties": properties, **({} if open_ else {"additionalProperties": False})}
