"""The state of a call, read from its status and its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from telnyx_tools.api.client import Json, Query, Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.results.outside import LONGEST_NAME, Outside
from telnyx_tools.results.result import Result, objects, shape
from telnyx_tools.shared.client_state import decoded
from telnyx_tools.shared.event_payload import payload_of

_READ_EVENTS = 100

GONE = (
    "Check the call_control_id. Telnyx forgets a call 10 minutes after its end: `list_call_events` with its "
    "call_leg_id or call_session_id knows more."
)

ENDS: Mapping[str, tuple[frozenset[str], tuple[str, ...]]] = {
    "answered": (frozenset({"call.answered"}), ()),
    "gathered": (frozenset({"call.gather.ended", "call.ai_gather.ended"}), ("gather",)),
    "spoken": (frozenset({"call.speak.ended", "call.playback.ended"}), ("speak", "playback")),
    "bridged": (frozenset({"call.bridged"}), ("bridge", "transfer")),
    "recorded": (frozenset({"call.recording.saved"}), ("record",)),
    "paid": (frozenset({"call.payment.completed"}), ("pay",)),
    "machine_detected": (
        frozenset({"call.machine.detection.ended", "call.machine.premium.detection.ended"}),
        (),
    ),
}
"""What ends a wait, and the words in the names of the commands that it belongs to: an older result is not theirs."""


class CallState(Result):
    call_control_id: str | None = None
    call_leg_id: str | None = None
    call_session_id: str | None = None
    is_alive: bool | None = None
    status: str | None = Field(None, description="ringing, answered or ended")
    call_duration: int | None = Field(None, description="seconds")
    start_time: str | None = None
    end_time: str | None = None
    hangup_cause: str | None = Field(None, description="such as normal_clearing, user_busy, timeout, call_rejected")
    hangup_source: str | None = None
    sip_hangup_cause: str | None = None
    client_state: Annotated[Any, BeforeValidator(decoded)] = None
    event: str | None = Field(None, description="what ended the wait")
    occurred_at: str | None = None
    digits: Annotated[str | None, Outside("the caller", LONGEST_NAME)] = Field(None, description="gathered")
    gather_status: str | None = Field(None, description="valid, invalid, timeout, call_hangup or cancelled")
    result: Annotated[Any, Outside("the caller, or a model of what they said")] = Field(
        None, description="what an AI gather, the machine detection or a payment came to; who was not reached"
    )
    payment_error: str | None = None
    recording_id: str | None = None
    note: str | None = None


async def read_state(telnyx: Telnyx, call_control_id: str, until: str | None = None) -> CallState:
    """The call now; with `until`, a name of `ENDS`, also what came of it if that is known."""
    try:
        answer = await telnyx.get("/calls/{call_control_id}", call_control_id=call_control_id)
    except ApiError as error:
        if error.status == 404:
            error.remedy = GONE
        raise
    raw, state = answer.get("data", answer) if isinstance(answer, dict) else None, shape(CallState, answer)
    if not isinstance(raw, dict):
        return state
    events = await _events(telnyx, "leg_id", state.call_leg_id)
    update: dict[str, Any] = {"status": _status(state, events)}
    if hangup := _latest(events, frozenset({"call.hangup"})):
        payload = payload_of(hangup.get("metadata"))
        update |= {name: payload.get(name) for name in ("hangup_cause", "hangup_source", "sip_hangup_cause")}
    if until is not None and until in ENDS and (outcome := _outcome(events, *ENDS[until])):
        update |= _told(outcome)
    elif until == "bridged" and update["status"] != "ended":
        update |= _refused(await _events(telnyx, "application_session_id", state.call_session_id), state.call_leg_id)
    return shape(CallState, {**raw, **{name: value for name, value in update.items() if value is not None}})


async def _events(telnyx: Telnyx, of: str, value: str | None) -> list[dict[str, Any]]:
    """The events of a leg or session in the order in which they happened, the last of many; none where they cannot be
    read."""
    if value is None:
        return []
    try:
        answer = await _page(telnyx, {of: value}, 1)
        last = _last_page(answer)
        found = objects(answer if last is None else await _page(telnyx, {of: value}, last))
    except ApiError:
        return []
    return sorted(found, key=_moment)


async def _page(telnyx: Telnyx, of: dict[str, str], number: int) -> Json:
    query: Query = {"filter": of, "page": {"number": number, "size": _READ_EVENTS}}
    return await telnyx.get("/call_events", query=query)


def _last_page(answer: Json) -> int | None:
    """The page with the newest events, where that is not the one at hand."""
    meta = answer.get("meta") if isinstance(answer, dict) else None
    pages = meta.get("total_pages") if isinstance(meta, dict) else None
    found = objects(answer)
    oldest_first = len(found) > 1 and _moment(found[0]) < _moment(found[-1])
    return pages if isinstance(pages, int) and pages > 1 and oldest_first else None


def _moment(event: Mapping[str, Any]) -> str:
    return str(event.get("event_timestamp"))


def _status(state: CallState, events: Sequence[Mapping[str, Any]]) -> str:
    names = {event.get("name") for event in events}
    if "call.hangup" in names or (state.is_alive is False and state.end_time):
        return "ended"
    return "answered" if "call.answered" in names or state.call_duration else "ringing"


def _outcome(
    events: Sequence[Mapping[str, Any]], wanted: frozenset[str], words: tuple[str, ...]
) -> Mapping[str, Any] | None:
    """The latest matching event, or None while a newer command has not produced its own yet."""
    asked = max((index for index, event in enumerate(events) if _asks(event, words)), default=-1)
    return _latest(events[asked + 1 :], wanted)


def _asks(event: Mapping[str, Any], words: tuple[str, ...]) -> bool:
    name = str(event.get("name"))
    return event.get("type") == "command" and any(word in name for word in words) and "stop" not in name


def _latest(events: Sequence[Mapping[str, Any]], names: frozenset[str]) -> Mapping[str, Any] | None:
    return next((event for event in reversed(events) if event.get("name") in names), None)


def _told(event: Mapping[str, Any]) -> dict[str, Any]:
    payload = payload_of(event.get("metadata"))
    told = {name: payload.get(name) for name in ("digits", "result", "payment_error", "recording_id", "client_state")}
    status = payload.get("status") if "gather" in str(event.get("name")) else None
    return {**told, "gather_status": status, "event": event.get("name"), "occurred_at": event.get("event_timestamp")}


def _refused(events: Sequence[Mapping[str, Any]], own_leg: str | None) -> dict[str, Any]:
    """A note on the other leg, the last one dialled, if it ended without an answer."""
    asked = max((index for index, event in enumerate(events) if _asks(event, ("transfer", "dial"))), default=-1)
    answered = {event.get("call_leg_id") for event in events if event.get("name") == "call.answered"}
    ended = [each for each in events[asked + 1 :] if each.get("call_leg_id") not in {*answered, own_leg, None}]
    hangup = _latest(ended, frozenset({"call.hangup"}))
    if hangup is None:
        return {}
    payload = payload_of(hangup.get("metadata"))
    told = {name: payload.get(name) for name in ("to", "hangup_cause") if payload.get(name)}
    note = f"Not bridged: the other side was not reached ({payload.get('hangup_cause')}). This call goes on."
    moment = hangup.get("event_timestamp")
    return {"event": hangup.get("name"), "occurred_at": moment, "result": told, "note": note}
