"""Chats with an assistant, and texts that it sends first."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import LONG_SECS, Json, Telnyx
from telnyx_tools.api.errors import OutcomeUnknown
from telnyx_tools.groups.assistants import assistants
from telnyx_tools.groups.assistants.conversations import ConversationId
from telnyx_tools.results.outside import Outside
from telnyx_tools.results.result import Result, marked, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import E164, AssistantId, WhatsappNumber, WhatsappRecipient

CHECK = "Call list_conversations with this assistant_id and end_user, then get_conversation_messages."
CHAT_CHECK = "Call get_conversation_messages with the conversation_id; without one, list_conversations."

_CHAT = "/ai/assistants/{assistant_id}/chat"

Metadata = Annotated[dict[str, str], Field(description="kept with the conversation")]


class ChatReply(Result):
    content: Annotated[str | None, Outside("the assistant, of what it was given to read", answers=True)] = Field(
        None, description="what the assistant answered"
    )
    conversation_id: str | None = Field(None, description="give it to go on")


class StartedConversation(Result):
    conversation_id: str | None = None
    message_id: str | None = None


@assistants.tool(
    effect=Effect.SPENDS,
    scope="ai.write",
    calls=(f"POST {_CHAT}", "POST /ai/conversations", "GET /ai/assistants/{assistant_id}"),
    check=CHAT_CHECK,
)
async def chat_with_assistant(
    telnyx: Telnyx,
    assistant_id: AssistantId,
    content: Annotated[str, Field(min_length=1, description="what to say to it")],
    conversation_id: Annotated[
        ConversationId | None, From("an earlier answer", note="left out: a new conversation")
    ] = None,
    name: Annotated[str | None, Field(description="the speaker's name")] = None,
) -> ChatReply:
    """Send a message to an assistant and get its answer, to test it without a call."""
    body = present({"content": content, "conversation_id": conversation_id, "name": name})
    if conversation_id is None:
        answer = await _begin(telnyx, assistant_id)
        conversation_id = _id_of(answer)
        if conversation_id is None:
            return marked(ChatReply, "gave the new conversation no id, so nothing was said to the assistant", answer)
        body["conversation_id"] = conversation_id
    try:
        answer = await telnyx.post(_CHAT, body=body, timeout_secs=LONG_SECS, assistant_id=assistant_id)
    except OutcomeUnknown as error:
        error.check = f"Call get_conversation_messages with conversation_id {conversation_id}."
        raise
    return shape(ChatReply, answer).model_copy(update={"conversation_id": conversation_id})


async def _begin(telnyx: Telnyx, assistant_id: str) -> Json:
    """A new conversation with an assistant. Raises the error of one that does not exist before anything is opened."""
    await telnyx.get("/ai/assistants/{assistant_id}", assistant_id=assistant_id)
    metadata = {"assistant_id": assistant_id, "telnyx_conversation_channel": "web_chat"}
    return await telnyx.post("/ai/conversations", body={"metadata": metadata}, idempotency_key=True)


@assistants.tool(
    effect=Effect.SPENDS, scope="ai.write", calls="POST /ai/assistants/{assistant_id}/chat/sms", check=CHECK
)
async def send_assistant_sms(
    telnyx: Telnyx,
    assistant_id: AssistantId,
    to: E164,
    from_number: Annotated[E164, Field(description="your number on the assistant's messaging profile")],
    text: Annotated[str | None, Field(min_length=1, description="first message; default: its greeting")] = None,
    should_create_conversation: Annotated[bool | None, Field(description="start a new conversation")] = None,
    conversation_metadata: Metadata | None = None,
) -> StartedConversation:
    """Let an assistant text somebody and answer the replies. Its messaging must be enabled."""
    body = {
        "from": from_number,
        "to": to,
        "text": text,
        "should_create_conversation": should_create_conversation,
        "conversation_metadata": conversation_metadata,
    }
    answer = await telnyx.post(
        "/ai/assistants/{assistant_id}/chat/sms", body=present(body), idempotency_key=True, assistant_id=assistant_id
    )
    return shape(StartedConversation, answer)


@assistants.tool(
    effect=Effect.SPENDS, scope="ai.write", calls="POST /ai/assistants/{assistant_id}/chat/whatsapp", check=CHECK
)
async def send_assistant_whatsapp(
    telnyx: Telnyx,
    assistant_id: AssistantId,
    to: WhatsappRecipient,
    from_number: WhatsappNumber,
    content: Annotated[str, Field(min_length=1, description="what the assistant should talk about")],
    conversation_metadata: Metadata | None = None,
) -> StartedConversation:
    """Let an assistant start a WhatsApp conversation. It needs a whatsapp_template tool with an approved template."""
    body = {
        "from": from_number,
        "to": to,
        "content": content,
        "conversation_metadata": conversation_metadata,
    }
    answer = await telnyx.post(
        "/ai/assistants/{assistant_id}/chat/whatsapp",
        body=present(body),
        idempotency_key=True,
        assistant_id=assistant_id,
    )
    return shape(StartedConversation, answer)


def _id_of(answer: object) -> str | None:
    raw = answer.get("data", answer) if isinstance(answer, dict) else None
    found = raw.get("id") if isinstance(raw, dict) else None
    return str(found) if found else None
