"""The detail records of calls, as `GET /detail_records` shows them once a call has ended."""

from ...account import Account, money
from ...clock import iso
from ..connections.connection import Connection
from .call import Call, Fields
from .costs import billed_secs, cost_of, rate_of

DIRECTIONS = {"outgoing": "outbound", "incoming": "inbound"}


def records_of(account: Account) -> list[tuple[float, Fields]]:
    """The ended calls by when they started. They have no hangup cause: that is for the events to say."""
    return [(call.created_at, _record(account, call)) for call in account.collection(Call).values() if call.ended]


def _record(account: Account, call: Call) -> Fields:
    connection = account.collection(Connection).get(call.connection_id)
    return {
        "record_type": "call-control",
        "id": call.leg_id,
        "user_id": account.ids.owner_id,
        "call_control_id": call.id,
        "call_leg_id": call.leg_id,
        "call_session_id": call.session_id,
        "connection_id": call.connection_id,
        "connection_name": connection.name if connection else None,
        "direction": DIRECTIONS[call.direction],
        "cli": call.sender,
        "cld": call.recipient,
        "started_at": iso(call.created_at),
        "answered_at": None if call.answered_at is None else iso(call.answered_at),
        "finished_at": iso(call.ended_at or call.created_at),
        "call_sec": call.duration_secs(call.ended_at or call.created_at),
        "billed_sec": billed_secs(call),
        "rate": money(rate_of(call)),
        "rate_measured_in": "minutes",
        "cost": money(cost_of(call)),
        "currency": "USD",
    }
