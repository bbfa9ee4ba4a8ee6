"""Commands to a call, and their result."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from pydantic import Field

from telnyx_tools.api.client import Replay, Telnyx
from telnyx_tools.results.result import Result, shape
from telnyx_tools.shared.client_state import encoded
from telnyx_tools.tool.bodies import present


class CommandResult(Result):
    result: str | None = Field(None, description="ok: accepted; the effect follows, see list_call_events")
    conversation_id: str | None = None
    recording_id: str | None = None
    conversation_relay_id: str | None = None
    note: str | None = None


def command_body(fields: Mapping[str, object], client_state: str | None = None) -> dict[str, object]:
    """The body with an id by which Telnyx knows a repetition: it carries the command out once."""
    return present({**fields, "client_state": encoded(client_state), "command_id": str(uuid.uuid4())})


async def command(
    telnyx: Telnyx, template: str, call_control_id: str, client_state: str | None = None, /, **fields: object
) -> CommandResult:
    """Send a command that costs nothing by itself; `fields` is its body, without nulls."""
    body = command_body(fields, client_state)
    answer = await telnyx.post(template, body=body, replay=Replay.SAFE, call_control_id=call_control_id)
    return shape(CommandResult, answer)


async def spend(
    telnyx: Telnyx, template: str, call_control_id: str, client_state: str | None = None, /, **fields: object
) -> CommandResult:
    """Send a command that rings somebody. It is never sent again once it may have arrived."""
    body = command_body(fields, client_state)
    return shape(CommandResult, await telnyx.post(template, body=body, call_control_id=call_control_id))
