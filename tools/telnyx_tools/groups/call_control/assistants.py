"""AI assistants that talk on calls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.groups.call_control.arguments import CallAssistant
from telnyx_tools.groups.call_control.commands import CommandResult, command
from telnyx_tools.shared.client_state import ClientState
from telnyx_tools.tool.bodies import Given
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import CallControlId, Id


class Participant(Given):
    call_control_id: CallControlId
    role: Literal["user"] = "user"
    name: str | None = None
    on_hangup: Literal["continue_conversation", "end_conversation"] | None = None


class AssistantMessage(Given):
    role: Literal["user", "assistant", "system", "developer"]
    content: str


Messages = Annotated[list[AssistantMessage], Field(min_length=1)]


def _joining(participant: Participant) -> dict[str, object]:
    """Build the participant as it is sent: with its role, which is always the same, and the call as its id."""
    given = participant.model_dump(exclude_none=True)
    return {"id": given.pop("call_control_id"), **given}


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/ai_assistant_start"
)
async def start_call_assistant(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    assistant: CallAssistant,
    greeting: Annotated[str | None, Field(description="said first, in place of the assistant's own")] = None,
    message_history: Messages | None = None,
    participants: Annotated[list[Participant] | None, Field(description="other calls of the conversation")] = None,
    send_message_history_updates: Annotated[
        bool | None, Field(description="send events with the whole transcript")
    ] = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Start an AI assistant on an answered call, billed by the minute. Returns the conversation's id."""
    return await command(
        telnyx,
        "/calls/{call_control_id}/actions/ai_assistant_start",
        call_control_id,
        client_state,
        assistant=assistant,
        greeting=greeting,
        message_history=message_history,
        participants=None if participants is None else [_joining(each) for each in participants],
        send_message_history_updates=send_message_history_updates,
    )


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/ai_assistant_stop"
)
async def stop_call_assistant(
    telnyx: Telnyx, call_control_id: CallControlId, client_state: ClientState | None = None
) -> CommandResult:
    """Stop the AI assistant on a call; the call continues."""
    return await command(telnyx, "/calls/{call_control_id}/actions/ai_assistant_stop", call_control_id, client_state)


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/ai_assistant_add_messages"
)
async def add_assistant_messages(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    messages: Messages,
    trigger_response: Annotated[bool | None, Field(description="make it answer at once")] = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Give the AI assistant on a call information, such as the result of a lookup."""
    return await command(
        telnyx,
        "/calls/{call_control_id}/actions/ai_assistant_add_messages",
        call_control_id,
        client_state,
        messages=messages,
        trigger_response=trigger_response,
    )


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/ai_assistant_join"
)
async def join_call_assistant(
    telnyx: Telnyx,
    call_control_id: Annotated[CallControlId, Field(description="the call that joins")],
    conversation_id: Annotated[Id, From("start_call_assistant")],
    participant: Participant,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Add another call to an AI assistant's conversation."""
    return await command(
        telnyx,
        "/calls/{call_control_id}/actions/ai_assistant_join",
        call_control_id,
        client_state,
        conversation_id=conversation_id,
        participant=_joining(participant),
    )
