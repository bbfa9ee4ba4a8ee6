"""A call as it stands."""

from __future__ import annotations

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.groups.call_control.arguments import LiveCall
from telnyx_tools.groups.call_control.state import CallState, read_state
from telnyx_tools.tool.effect import Effect


@call_control.tool(effect=Effect.READ, scope="voice.read", calls=("GET /calls/{call_control_id}", "GET /call_events"))
async def get_call_status(telnyx: Telnyx, call_control_id: LiveCall) -> CallState:
    """Whether a call is ringing, answered or ended (and why), until 10 minutes after its end; later list_call_events
    knows."""
    return await read_state(telnyx, call_control_id)
