"""The traces of a call: call events, detail records, deliveries of webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.groups.diagnostics.call import Leg, leg_id_of, legs_of, text
from telnyx_tools.results.result import objects
from telnyx_tools.shared.records import RecordType, records_query

LARGEST_PAGE = 250
_NUMBERS = {
    "cli": ("cli", "originating_number", "from"),
    "cld": ("cld", "destination_number", "to"),
}
"""Names of the caller's and the called number in records."""

CALLS: tuple[RecordType, ...] = ("call-control", "sip-trunking")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The call that is asked for."""

    call_control_id: str | None = None
    call_leg_id: str | None = None
    call_session_id: str | None = None
    from_number: str | None = None
    to: str | None = None
    day: date | None = None


async def find_legs(telnyx: Telnyx, wanted: Wanted) -> list[Leg]:
    """The legs that fit, newest first, with all that events and records tell of them."""
    if wanted.call_leg_id or wanted.call_session_id:
        events = await _events(telnyx, {"leg_id": wanted.call_leg_id, "application_session_id": wanted.call_session_id})
        legs = legs_of(events, [])
        return legs_of(events, await _records_of(telnyx, legs)) if legs else []
    if wanted.call_control_id is not None:
        return await _by_call_control_id(telnyx, wanted.call_control_id)
    return await _by_numbers(telnyx, wanted)


async def _by_call_control_id(telnyx: Telnyx, call_control_id: str) -> list[Leg]:
    """Telnyx knows a call by this id until ten minutes after its end, its events for a day."""
    leg_id = await _leg_id(telnyx, call_control_id)
    if leg_id is None:
        recent = await _events(telnyx, {})
        known = [leg for leg in legs_of(recent, []) if leg.said("call_control_id") == call_control_id]
        leg_id = known[0].id if known else None
    return [] if leg_id is None else await find_legs(telnyx, Wanted(call_leg_id=leg_id))


async def _leg_id(telnyx: Telnyx, call_control_id: str) -> str | None:
    try:
        answer = await telnyx.get("/calls/{call_control_id}", call_control_id=call_control_id)
    except ApiError as error:
        if error.status not in (404, 422):
            raise
        return None
    data = answer.get("data", answer) if isinstance(answer, dict) else None
    return text(data, "call_leg_id") or None if isinstance(data, dict) else None


async def _by_numbers(telnyx: Telnyx, wanted: Wanted) -> list[Leg]:
    """The events of the last day, and the records of the day that is named; then the events of those calls."""
    events = await _events(telnyx, {"from": wanted.from_number, "to": wanted.to})
    if wanted.day is not None:
        events = [event for event in events if text(event, "event_timestamp").startswith(wanted.day.isoformat())]
    records = await _records(telnyx, wanted) if wanted.day is not None else []
    legs = legs_of(events, records)
    if wanted.day is None:
        return legs_of(events, await _records_of(telnyx, legs)) if legs else []
    silent = [leg for leg in legs if leg.id and not leg.events][:3]
    for leg in silent:
        events += await _events(telnyx, {"leg_id": leg.id})
    return legs_of(events, records)


async def _events(telnyx: Telnyx, filters: Mapping[str, str | None]) -> list[dict[str, Any]]:
    query: Query = {"filter": filters, "page": {"size": LARGEST_PAGE}}
    return objects(await telnyx.get("/call_events", query=query))


async def _records_of(telnyx: Telnyx, legs: list[Leg]) -> list[dict[str, Any]]:
    """The records of legs whose events are known: of the newest one's numbers and day."""
    newest = legs[0]
    day = _day(newest.started_at)
    if day is None:
        return []
    numbers = Wanted(from_number=newest.said("from") or None, to=newest.said("to") or None, day=day)
    known = {leg.id for leg in legs}
    return [record for record in await _records(telnyx, numbers) if leg_id_of(record) in known]


async def _records(telnyx: Telnyx, wanted: Wanted) -> list[dict[str, Any]]:
    """Return the records of both products that charge for a call."""
    return [record for record_type in CALLS for record in await _search(telnyx, record_type, wanted)]


async def _search(telnyx: Telnyx, record_type: RecordType, wanted: Wanted) -> list[dict[str, Any]]:
    """Search by number where the API takes that, else read the whole day and pick here."""
    numbers = {"cli": wanted.from_number, "cld": wanted.to}
    given = {name: number for name, number in numbers.items() if number}
    try:
        records = await _search_by(telnyx, record_type, given, wanted.day)
    except ApiError as error:
        if error.status != 400 or not given:
            raise
        records = await _search_by(telnyx, record_type, {}, wanted.day)
    return [record for record in records if _has(record, given)]


async def _search_by(
    telnyx: Telnyx, record_type: RecordType, filters: Mapping[str, str], day: date | None
) -> list[dict[str, Any]]:
    query = {**records_query(record_type, filters, first=day, last=day), "page": {"size": LARGEST_PAGE}}
    return objects(await telnyx.get("/detail_records", query=query))


def _has(record: Mapping[str, Any], numbers: Mapping[str, str]) -> bool:
    return all(text(record, *_NUMBERS[name]) in ("", number) for name, number in numbers.items())


def _day(moment: str) -> date | None:
    try:
        return datetime.fromisoformat(moment).date()
    except ValueError:
        return None
