"""Asking Telnyx for events that no webhook told: of a call, a message, an order, a verification, or of late."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Final

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.api.errors import ApiError, TelnyxError
from telnyx_tools.results.result import objects, unwrapped
from telnyx_tools.shared.event_payload import payload_of
from telnyx_tools.shared.telnyx_events import (
    from_event,
    from_message,
    from_order,
    from_record,
    from_verification,
    from_webhook,
)
from telnyx_tools.tool.event import Event, Poll, Wanted, moment, seconds

LATE_SECS: Final = 900
"""How late the detail record of a message may come; Telnyx does not say."""
RECORDS: Final = 20
EVENTS: Final = 100
MOST_TEXTS: Final = 5
"""Messages whose texts one asking reads; get_message reads the others."""

RECEIVED: Final = frozenset({"message.received", "whatsapp.message_received"})

_Source = Callable[[float], Awaitable[list[Event]]]

GONE = (
    "Check the call_control_id. Telnyx forgets a call 10 minutes after its end: `list_call_events` with its "
    "call_leg_id or call_session_id knows more."
)


def poll_for(telnyx: Telnyx, wanted: Wanted) -> Poll:
    """The asking for what is wanted; it asks for nothing where Telnyx lists nothing of that kind."""
    asking = _Asking(telnyx, wanted)

    async def poll(since: float) -> Sequence[Event]:
        found = await asyncio.gather(*(source(since) for source in asking.sources()))
        return [event.model_copy(update={"polled": True}) for events in found for event in events]

    return poll


@dataclass(slots=True)
class _Asking:
    """`leg_id` is that of the call that is asked about, `read` are the messages whose texts were."""

    telnyx: Telnyx
    wanted: Wanted
    leg_id: str | None = None
    read: dict[str, Event] = field(default_factory=dict)

    def sources(self) -> list[_Source]:
        """Where what is wanted is to be found: by its id, else by product."""
        wanted = self.wanted
        if wanted.call_control_id is not None:
            return [self._of_call]
        if wanted.message_id is not None:
            return [self._of_message]
        if wanted.number_order_id is not None:
            return [self._of_order]
        if wanted.verification_id is not None:
            return [self._of_verification]
        lists = {
            "message": self._received,
            "call": self._called,
            "number_order": self._ordered,
            "verification": self._verified,
        }
        return [source for product, source in lists.items() if product in listed(wanted)]

    async def _of_call(self, since: float) -> list[Event]:
        """All events of the call, whenever they were: its id tells that they are wanted."""
        if self.leg_id is None:
            self.leg_id = await self._leg()
        return await self._events({"leg_id": self.leg_id}) if self.leg_id is not None else []

    async def _leg(self) -> str | None:
        call_control_id = self.wanted.call_control_id or ""
        try:
            call = unwrapped(await self.telnyx.get("/calls/{call_control_id}", call_control_id=call_control_id))
        except ApiError as error:
            if error.status == 404:
                error.remedy = GONE
            raise
        leg = call.get("call_leg_id") if isinstance(call, dict) else None
        return leg if isinstance(leg, str) else None

    async def _called(self, since: float) -> list[Event]:
        """The events of calls of late, which of a call that comes in are the first."""
        of: dict[str, Any] = {"type": "webhook", "occurred_at": {"gte": _rough(since)}}
        return await self._events({**of, "from": self.wanted.sender, "to": self.wanted.to})

    async def _events(self, of: Mapping[str, Any]) -> list[Event]:
        query: Query = {"filter": dict(of), "page": {"size": EVENTS}}
        answer = await self.telnyx.get("/call_events", query=query)
        return [event for raw in objects(answer) if (event := call_event(raw)) is not None]

    async def _of_message(self, since: float) -> list[Event]:
        event = from_message(_object(await self.telnyx.get("/messages/{id}", id=self.wanted.message_id or "")))
        return [event] if event is not None else []

    async def _of_order(self, since: float) -> list[Event]:
        event = from_order(
            _object(
                await self.telnyx.get(
                    "/number_orders/{number_order_id}", number_order_id=self.wanted.number_order_id or ""
                )
            )
        )
        return [event] if event is not None else []

    async def _ordered(self, since: float) -> list[Event]:
        query: Query = {"page": {"size": RECORDS}}
        events = [from_order(order) for order in objects(await self.telnyx.get("/number_orders", query=query))]
        return [event for event in events if event is not None and event.occurred_at >= moment(since)]

    async def _of_verification(self, since: float) -> list[Event]:
        id_ = self.wanted.verification_id or ""
        answer = await self.telnyx.get("/verifications/{verification_id}", verification_id=id_)
        event = from_verification(_object(answer))
        return [event] if event is not None else []

    async def _verified(self, since: float) -> list[Event]:
        answer = await self.telnyx.get(
            "/verifications/by_phone_number/{phone_number}", phone_number=self.wanted.number or ""
        )
        events = [from_verification(each) for each in objects(answer)]
        return [event for event in events if event is not None and event.occurred_at >= moment(since)]

    async def _received(self, since: float) -> list[Event]:
        """The messages that came, of which their detail records tell, and with the next reading their texts."""
        wanted = self.wanted
        if wanted.number is not None or wanted.between:
            one = wanted.number or min(wanted.between)
            sides: list[dict[str, str | None]] = [{"cli": one}, {"cld": one}]
        else:
            sides = [{"cli": wanted.sender, "cld": wanted.to}]
        found = await asyncio.gather(*(self._records(side, since) for side in sides))
        events = {event.id: event for events in found for event in events}
        return [await self._with_text(event) for event in sorted(events.values(), key=_newest_first)]

    async def _records(self, side: Mapping[str, str | None], since: float) -> list[Event]:
        query: Query = {
            "filter": {
                "record_type": "messaging",
                "direction": "inbound",
                **side,
                "created_at": {"gte": _rough(since - LATE_SECS)},
            },
            "sort": "-created_at",
            "page": {"size": RECORDS},
        }
        records = objects(await self.telnyx.get("/detail_records", query=query))
        return [event for record in records if (event := from_record(record)) is not None]

    async def _with_text(self, event: Event) -> Event:
        id_ = event.message_id or ""
        if id_ not in self.read and len(self.read) < MOST_TEXTS and self.wanted.is_about(event):
            self.read[id_] = await self._message(id_) or event
        return self.read.get(id_, event)

    async def _message(self, id_: str) -> Event | None:
        try:
            return from_message(_object(await self.telnyx.get("/messages/{id}", id=id_)))
        except TelnyxError:
            return None


def listed(wanted: Wanted) -> Set[str]:
    """The products whose lists tell of what is wanted. Of messages that is that they came: what became of one that was
    sent, is told to those who ask for that one. Verifications are listed by number."""
    if not wanted.types:
        return {"message", "call"}
    by_list = {"call", "number_order"} | ({"verification"} if wanted.number is not None else set())
    products = {type_.partition(".")[0] for type_ in wanted.types} & by_list
    return products | {"message"} if wanted.types & RECEIVED else products


def call_event(raw: Mapping[str, Any]) -> Event | None:
    """The event of an entry in the list of call events; None for a command."""
    if raw.get("type") == "command":
        return None
    metadata = raw.get("metadata")
    told = from_webhook({"metadata": metadata})
    if told is not None:
        return told
    name, at, leg = raw.get("name"), raw.get("event_timestamp"), raw.get("call_leg_id")
    payload = {**payload_of(metadata), "call_leg_id": leg, "call_session_id": raw.get("call_session_id")}
    return from_event({"id": f"{leg} {name} {at}", "event_type": name, "occurred_at": at, "payload": payload})


def _object(answer: object) -> dict[str, Any]:
    found = unwrapped(answer)
    return found if isinstance(found, dict) else {}


def _newest_first(event: Event) -> float:
    return -(seconds(event.occurred_at) or 0.0)


def _rough(secs: float) -> str:
    """A moment as filters take it."""
    return moment(secs)[:19] + "Z"
