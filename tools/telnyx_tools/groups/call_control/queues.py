"""Calls that wait in a queue."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.groups.call_control.commands import CommandResult, command
from telnyx_tools.shared.client_state import ClientState
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import CallControlId


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/enqueue")
async def enqueue_call(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    queue_name: Annotated[str, Field(min_length=1, description="made if it is new")],
    max_size: Annotated[int | None, Field(ge=1, description="of a new queue; default 300")] = None,
    max_wait_time_secs: Annotated[int | None, Field(ge=1)] = None,
    keep_after_hangup: bool | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Put a call into a queue. To take the first call out, use bridge_calls with the queue."""
    return await command(
        telnyx,
        "/calls/{call_control_id}/actions/enqueue",
        call_control_id,
        client_state,
        queue_name=queue_name,
        max_size=max_size,
        max_wait_time_secs=max_wait_time_secs,
        keep_after_hangup=keep_after_hangup,
    )


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/leave_queue")
async def leave_queue(
    telnyx: Telnyx, call_control_id: CallControlId, client_state: ClientState | None = None
) -> CommandResult:
    """Take a call out of its queue; the call continues."""
    return await command(telnyx, "/calls/{call_control_id}/actions/leave_queue", call_control_id, client_state)
