"""The diagnosis of a call: its timeline, the reason of its end in words, and what to do next."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.diagnostics import diagnostics
from telnyx_tools.groups.diagnostics.call import Event, Leg, text, worst
from telnyx_tools.groups.diagnostics.deliveries import WebhookDelivery
from telnyx_tools.groups.diagnostics.evidence import Wanted, find_legs
from telnyx_tools.groups.diagnostics.hangups import Meaning, explain
from telnyx_tools.results.outside import LONGEST_NAME, Outside
from telnyx_tools.results.pages import Cursor, page_of
from telnyx_tools.results.result import Part, Result
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import CallControlId, CallParty, Day, Id

FIRST, LAST = 8, 16
"""Of a long timeline, so many events of its beginning and of its end are shown."""

LONGEST = 60
"""Characters of one thing that an event tells."""

OTHERS = 10
FAILED_DELIVERIES = 3
_TOLD = ("status", "reason", "error", "result", "direction", "hangup_cause", "hangup_source", "sip_hangup_cause")


class Step(Part):
    at: str | None = None
    event: str | None = None
    command: bool | None = Field(None, description="true: sent to Telnyx; else reported by it")
    told: Annotated[dict[str, str] | None, Outside("the network, or the other side of the call", LONGEST_NAME)] = None


class OtherCall(Part):
    call_control_id: str | None = None
    call_leg_id: str | None = None
    started_at: str | None = None
    to: str | None = None
    hangup_cause: str | None = None


class CallDiagnosis(Result):
    found: bool | None = None
    failed: bool | None = None
    meaning: str | None = None
    next_steps: list[str] | None = None
    hangup_cause: str | None = None
    hangup_source: str | None = Field(None, description="who ended it: caller, callee or unknown")
    sip_code: str | None = None
    direction: str | None = None
    sender: str | None = Field(None, serialization_alias="from")
    to: str | None = None
    connection_id: str | None = None
    call_control_id: str | None = Field(None, description="while its events are known")
    call_leg_id: str | None = None
    call_session_id: str | None = None
    started_at: str | None = None
    answered_at: str | None = None
    ended_at: str | None = None
    secs: int | None = Field(None, description="from the answer to the end")
    cost: str | None = Field(None, description="USD")
    timeline: list[Step] | None = None
    steps_left_out: int | None = None
    failed_webhooks: list[WebhookDelivery] | None = None
    other_calls: list[OtherCall] | None = Field(None, description="that fit as well, newest first")


@diagnostics.tool(
    effect=Effect.READ,
    scope="reporting.read",
    calls=("GET /call_events", "GET /detail_records", "GET /calls/{call_control_id}", "GET /webhook_deliveries"),
)
async def diagnose_call(
    telnyx: Telnyx,
    call_leg_id: Annotated[Id | None, From("make_call", "list_call_events")] = None,
    call_session_id: Annotated[Id | None, From("make_call", "list_call_events", what="all legs of a call")] = None,
    call_control_id: CallControlId | None = None,
    from_number: CallParty | None = None,
    to: CallParty | None = None,
    day: Annotated[Day | None, Field(description="YYYY-MM-DD, UTC; with numbers; default: the last 24 hours")] = None,
) -> CallDiagnosis:
    """Why a call failed: timeline, who ended it and why in words, failed webhooks, what to do next. Give an id of the
    call, or its numbers and day; a day alone finds that day's last failed call."""
    wanted = Wanted(call_control_id, call_leg_id, call_session_id, from_number, to, day)
    if wanted == Wanted():
        raise InvalidArguments([Problem("call_leg_id", "Name the call: by an id, or by its numbers and the day.")])
    legs = await find_legs(telnyx, wanted)
    if not legs:
        return CallDiagnosis(found=False, next_steps=_search_on(wanted))
    leg = worst(legs)
    diagnosis = _diagnosis(leg, [other for other in legs if other is not leg])
    diagnosis.failed_webhooks = await _failed_webhooks(telnyx, leg)
    if diagnosis.failed_webhooks:
        diagnosis.next_steps = [*(diagnosis.next_steps or []), WEBHOOKS_FAILED]
    return diagnosis


WEBHOOKS_FAILED = (
    "Webhooks of this call did not arrive: mend what answers at their URL, or set another one with `update_connection`."
)
NOT_ANSWERED = (
    "Nothing answered this incoming call: no command followed call.initiated. Check the application's "
    "webhook_event_url, or voice_url of TeXML, with `get_connection`, and that what is there answers the call."
)
STILL_GOING = Meaning("The call has not ended.", "Read it with `get_call_status`, or ask again after its end.")
RECORD_ONLY = Meaning(
    "The call was answered and has ended. Why is not known: its events are no longer kept.",
    "If it ended too early, compare its length with time_limit_secs, and ask the people who were on it.",
)


def _diagnosis(leg: Leg, others: list[Leg]) -> CallDiagnosis:
    steps = [_step(event) for event in leg.events]
    left_out = max(0, len(steps) - FIRST - LAST)
    meaning = _meaning(leg)
    return CallDiagnosis(
        found=True,
        failed=leg.failed,
        meaning=meaning.meaning,
        next_steps=[*_hints(leg), meaning.next],
        hangup_cause=leg.cause or None,
        hangup_source=leg.said("hangup_source") or None,
        sip_code=leg.sip_code or None,
        direction=leg.said("direction") or None,
        sender=leg.said("from", "cli", "originating_number") or None,
        to=leg.said("to", "cld", "destination_number") or None,
        connection_id=leg.said("connection_id") or None,
        call_control_id=leg.said("call_control_id") or None,
        call_leg_id=leg.id or None,
        call_session_id=leg.session_id or None,
        started_at=leg.started_at or None,
        answered_at=leg.answered_at,
        ended_at=leg.ended_at,
        secs=_secs(leg),
        cost=leg.cost,
        timeline=(steps[:FIRST] + steps[-LAST:] if left_out else steps) or None,
        steps_left_out=left_out or None,
        other_calls=[_other(other) for other in others[:OTHERS]] or None,
    )


def _meaning(leg: Leg) -> Meaning:
    if not leg.ended_at:
        return STILL_GOING
    if leg.answered_at and not (leg.cause or leg.sip_code):
        return RECORD_ONLY
    return explain(leg.cause, leg.sip_code)


def _hints(leg: Leg) -> list[str]:
    """Hints from the timeline, besides the cause."""
    refused = [event.name for event in leg.events if event.failed_command]
    hints = [f"These commands were refused: {', '.join(dict.fromkeys(refused))}."] if refused else []
    commands = [event for event in leg.events if event.type == "command"]
    if leg.events and leg.incoming and not leg.answered_at and not commands:
        hints.append(NOT_ANSWERED)
    return hints


def _step(event: Event) -> Step:
    told = {name: text(event.payload, name)[:LONGEST] for name in _TOLD if text(event.payload, name)}
    return Step(at=event.at, event=event.name, command=True if event.type == "command" else None, told=told or None)


def _other(leg: Leg) -> OtherCall:
    to = leg.said("to", "cld", "destination_number") or None
    return OtherCall(
        call_control_id=leg.said("call_control_id") or None,
        call_leg_id=leg.id,
        started_at=leg.started_at,
        to=to,
        hangup_cause=leg.cause or None,
    )


def _secs(leg: Leg) -> int | None:
    recorded = leg.record.get("call_sec")
    if isinstance(recorded, int):
        return recorded
    try:
        ended, answered = datetime.fromisoformat(leg.ended_at or ""), datetime.fromisoformat(leg.answered_at or "")
        return int((ended - answered).total_seconds())
    except (ValueError, TypeError):
        return None


async def _failed_webhooks(telnyx: Telnyx, leg: Leg) -> list[WebhookDelivery] | None:
    """The deliveries for this leg; empty if they cannot be read, so the rest of the diagnosis still returns."""
    if not leg.id:
        return None
    query: dict[str, Any] = {"status": {"eq": "failed"}, "webhook": {"contains": leg.id}}
    try:
        answer = await telnyx.get("/webhook_deliveries", query={"filter": query, "page": {"size": FAILED_DELIVERIES}})
    except ApiError:
        return None
    return page_of(WebhookDelivery, answer, Cursor()).items[:FAILED_DELIVERIES] or None


def _search_on(wanted: Wanted) -> list[str]:
    """The next step if nothing was found."""
    if wanted.call_control_id and not (wanted.call_leg_id or wanted.call_session_id):
        return ["Telnyx forgets this id a day after the call: name it by call_leg_id, or by its numbers and day."]
    steps = ["Check the numbers and the day (UTC), or list what there was with `list_call_events`."]
    if wanted.day is None:
        steps.insert(0, "Give the day: without it only calls of the last 24 hours are found.")
    steps.append(
        "A call that was refused when it was dialled leaves no trace: the error that `make_call` gave says why. One "
        "that never reached Telnyx, or went to a number on no connection, leaves none either: see `get_phone_number`."
    )
    return steps
