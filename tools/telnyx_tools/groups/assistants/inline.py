"""Tools that an assistant has of its own: those that steer the call cannot be shared."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.groups.assistants.kinds import Retrieval
from telnyx_tools.tool.bodies import Given
from telnyx_tools.tool.types import AssistantParty


class When(Given):
    description: str | None = Field(None, description="when to do it")


class HangupTool(Given):
    type: Literal["hangup"]
    hangup: When


class SkipTurnTool(Given):
    type: Literal["skip_turn"]
    skip_turn: When


class Nothing(Given):
    """It has no settings."""


class SendDtmfTool(Given):
    type: Literal["send_dtmf"]
    send_dtmf: Nothing


class MessageTemplate(Given):
    message_template: str | None = Field(None, description="may hold {{dynamic variables}}")


class SendMessageTool(Given):
    type: Literal["send_message"]
    send_message: MessageTemplate


class TransferTarget(Given):
    to: AssistantParty
    name: str | None = None


class Transfer(Given):
    targets: list[TransferTarget] = Field(min_length=1)
    from_number: AssistantParty | None = Field(None, alias="from", description="your number")
    description: str | None = None
    warm_transfer_instructions: str | None = Field(None, description="what to tell the target first")


class TransferTool(Given):
    type: Literal["transfer"]
    transfer: Transfer


class RetrievalTool(Given):
    type: Literal["retrieval"]
    retrieval: Retrieval


class ReferTarget(Given):
    name: str
    sip_address: str


class Refer(Given):
    targets: list[ReferTarget] = Field(min_length=1)


class ReferTool(Given):
    type: Literal["refer"]
    refer: Refer


InlineTools = Annotated[
    list[HangupTool | TransferTool | RetrievalTool | ReferTool | SendDtmfTool | SendMessageTool | SkipTurnTool],
    Field(
        max_length=200,
        description="the assistant's own: call tools and knowledge; replaces all. Others: create_assistant_tool",
    ),
]
