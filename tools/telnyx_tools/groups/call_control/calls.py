"""A call: its state now, or once something happened."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.groups.call_control.arguments import LiveCall
from telnyx_tools.groups.call_control.state import CallState, read_state
from telnyx_tools.shared import waiting
from telnyx_tools.shared.waiting import follow, until_event
from telnyx_tools.tool.context import Inbox, Progress
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.event import Wanted

SETTLING_SECS = 1.0

Until = Literal["answered", "ended", "gathered", "spoken", "bridged", "recorded", "paid", "machine_detected"]


@call_control.tool(effect=Effect.READ, scope="voice.read", calls=("GET /calls/{call_control_id}", "GET /call_events"))
async def get_call_status(telnyx: Telnyx, call_control_id: LiveCall) -> CallState:
    """Whether a call is ringing, answered or ended, and why it ended. Works until 10 minutes after the end; then use
    list_call_events."""
    return await read_state(telnyx, call_control_id)


@call_control.tool(
    effect=Effect.READ, scope="voice.read", calls=("GET /calls/{call_control_id}", "GET /call_events"), core=True
)
async def wait_for_call(
    telnyx: Telnyx,
    progress: Progress,
    inbox: Inbox,
    call_control_id: LiveCall,
    until: Annotated[Until, Field(description="gathered: digits; spoken: speech or audio is over; paid: a payment is")],
    timeout_secs: Annotated[int, Field(ge=0, le=300)] = 45,
) -> CallState:
    """Wait until something happens on a call, or it ends. Returns the digits or hangup cause; after timeout_secs, the
    call's state."""

    async def read() -> CallState:
        return await read_state(telnyx, call_control_id, until)

    state = await follow(
        await read(),
        read,
        done=lambda each: _over(each, until),
        status=lambda each: each.status or "unknown",
        progress=progress,
        seconds=timeout_secs,
        rest=until_event(inbox, Wanted(call_control_id=call_control_id), progress),
    )
    if state.status == "ended" and state.hangup_cause is None:
        await waiting.CLOCK.sleep(SETTLING_SECS)  # the last events may come after the end
        state = await read()
    if not _over(state, until):
        state.note = f"Not {until} yet. Call wait_for_call again to go on waiting."
        if until == "paid":
            state.note += " Resume no recording meanwhile."
    elif state.event is None and until not in ("ended", state.status):
        state.note = f"The call ended before it was {until}."
    return state


def _over(state: CallState, until: str) -> bool:
    return state.status == "ended" or until == state.status or state.event is not None
