"""Detail records and usage of ended calls, with their costs. Events, not records, say why a call ended."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...account import Account, money
from ...clock import iso
from ..connections.connection import Connection
from . import costs
from .assistant import CallConversation
from .call import Call, Fields
from .conference import Conference
from .recording import Recording

DIRECTIONS = {"outgoing": "outbound", "incoming": "inbound"}

Timed = Iterable[tuple[float, Fields]]
"""Records with the moment that they are found by."""


@dataclass(frozen=True, slots=True)
class RecordKind:
    """`time` is the field that lists are ordered and filtered by."""

    time: str
    filters: tuple[str, ...]
    records: Callable[[Account], Timed]


def _calls(account: Account, record_type: str, price: Callable[[Call], Decimal]) -> Timed:
    for call in _ended(account):
        rate = price(call)
        yield (
            call.created_at,
            {
                "record_type": record_type,
                "id": call.leg_id,
                "call_control_id": call.id,
                "call_leg_id": call.leg_id,
                "call_session_id": call.session_id,
                "user_id": account.ids.owner_id,
                "connection_id": call.connection_id,
                "connection_name": _connection_name(account, call),
                "direction": DIRECTIONS[call.direction],
                "cli": call.sender,
                "cld": call.recipient,
                "started_at": iso(call.created_at),
                "answered_at": None if call.answered_at is None else iso(call.answered_at),
                "finished_at": iso(call.ended_at or call.created_at),
                "call_sec": call.duration_secs(account.clock.now()),
                "billed_sec": costs.billed_secs(call),
                "rate": money(rate),
                "rate_measured_in": "minutes",
                "cost": money(rate * costs.billed_minutes(call)),
                "currency": "USD",
            },
        )


def _control(account: Account) -> Timed:
    return _calls(account, "call-control", lambda call: costs.CONTROL_RATE)


def _trunking(account: Account) -> Timed:
    records = _calls(account, "sip-trunking", costs.trunk_rate)
    return ((moment, record) for moment, record in records if record["rate"] != "0.00")


def _detections(account: Account) -> Timed:
    for call in _ended(account):
        if call.answered_by is not None and call.answered_at is not None:
            yield (
                call.answered_at,
                {
                    "record_type": "amd",
                    "id": call.leg_id,
                    "call_leg_id": call.leg_id,
                    "call_session_id": call.session_id,
                    "connection_id": call.connection_id,
                    "connection_name": _connection_name(account, call),
                    "feature": str(call.settings.get("answering_machine_detection", "")).upper(),
                    "invoked_at": iso(call.answered_at),
                    "is_telnyx_billable": True,
                    "rate": money(costs.DETECTION_PRICE),
                    "rate_measured_in": "invocations",
                    "cost": money(costs.DETECTION_PRICE),
                    "currency": "USD",
                    "tags": "",
                },
            )


def _conferences(account: Account) -> Timed:
    for conference in account.collection(Conference).values():
        if conference.ended_at is None:
            continue
        yield (
            conference.created_at,
            {
                "record_type": "conference",
                "id": conference.id,
                "name": conference.name,
                "region": conference.region,
                "user_id": account.ids.owner_id,
                "call_leg_id": conference.creator.leg_id,
                "call_session_id": conference.creator.session_id,
                "connection_id": conference.creator.connection_id,
                "call_sec": int(conference.ended_at - conference.created_at),
                "participant_count": len(conference.participants),
                "participant_call_sec": sum(
                    int(each.updated_at - each.created_at) for each in conference.participants.values()
                ),
                "is_telnyx_billable": False,
                "started_at": iso(conference.created_at),
                "ended_at": iso(conference.ended_at),
                "expires_at": iso(conference.expires_at),
            },
        )


def _participants(account: Account) -> Timed:
    for conference in account.collection(Conference).values():
        for participant in conference.participants.values():
            if participant.status != "left":
                continue
            call = participant.call
            yield (
                participant.created_at,
                {
                    "record_type": "conference-participant",
                    "id": participant.id,
                    "user_id": account.ids.owner_id,
                    "conference_id": conference.id,
                    "call_leg_id": call.leg_id,
                    "call_session_id": call.session_id,
                    "originating_number": call.sender,
                    "destination_number": call.recipient,
                    "joined_at": iso(participant.created_at),
                    "left_at": iso(participant.updated_at),
                    "call_sec": int(participant.updated_at - participant.created_at),
                    "billed_sec": 0,
                    "is_telnyx_billable": False,
                    "rate": "0.00",
                    "rate_measured_in": "minutes",
                    "cost": "0.00",
                    "currency": "USD",
                },
            )


def _recordings(account: Account) -> Timed:
    for recording in account.collection(Recording).values():
        if recording.ended_at is not None:
            yield (
                recording.ended_at,
                {
                    "record_type": "recording",
                    "id": recording.id,
                    "call_leg_id": recording.call.leg_id,
                    "call_session_id": recording.call.session_id,
                    "created_at": iso(recording.ended_at),
                    "call_sec": int(recording.secs(recording.ended_at)),
                    "cost": "0.00",
                    "currency": "USD",
                },
            )


def _conversations(account: Account) -> Timed:
    for conversation in account.collection(CallConversation).values():
        if conversation.ended_at is not None:
            yield (
                conversation.started_at,
                {
                    "record_type": "ai-voice-assistant",
                    "id": conversation.id,
                    "assistant_id": conversation.assistant_id,
                    "call_leg_id": conversation.call.leg_id,
                    "call_session_id": conversation.call.session_id,
                    "created_at": iso(conversation.started_at),
                    "call_sec": int(conversation.ended_at - conversation.started_at),
                    "cost": "0.00",
                    "currency": "USD",
                },
            )


_CALL_FILTERS = (
    "id", "direction", "cli", "cld", "connection_id", "call_control_id", "call_session_id", "call_leg_id",
)  # fmt: skip

KINDS = {
    "call-control": RecordKind("started_at", _CALL_FILTERS, _control),
    "sip-trunking": RecordKind("started_at", _CALL_FILTERS, _trunking),
    "amd": RecordKind("invoked_at", ("connection_id", "call_session_id", "call_leg_id", "feature"), _detections),
    "conference": RecordKind("started_at", ("id", "name", "connection_id", "call_session_id"), _conferences),
    "conference-participant": RecordKind("joined_at", ("conference_id", "call_session_id"), _participants),
    "recording": RecordKind("created_at", ("id", "call_session_id", "call_leg_id"), _recordings),
    "ai-voice-assistant": RecordKind("created_at", ("id", "assistant_id", "call_session_id"), _conversations),
}


def usage(record_type: str) -> Callable[[Account], Timed]:
    """The metrics of calls that `/usage_reports` adds up: attempted, completed, billed seconds, cost."""

    def events(account: Account) -> Timed:
        for moment, record in KINDS[record_type].records(account):
            counted = {"attempted": 1, "completed": int(record["answered_at"] is not None)}
            told = {name: record[name] for name in ("direction", "billed_sec", "cost")}
            yield moment, {**told, **counted}

    return events


def _ended(account: Account) -> Iterator[Call]:
    return (call for call in account.collection(Call).values() if call.ended)


def _connection_name(account: Account, call: Call) -> str | None:
    connection = account.collection(Connection).get(call.connection_id)
    return None if connection is None else connection.name
