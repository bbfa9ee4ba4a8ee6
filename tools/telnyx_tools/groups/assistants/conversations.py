"""Conversations of assistants: which there were, what was said, and what was learned from them."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field, model_validator

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.assistants import assistants
from telnyx_tools.results.outside import LONGEST_NAME, Outside
from telnyx_tools.results.pages import NEXT, Cursor, Page, PageCursor, cursor_of, page_of, page_of_whole
from telnyx_tools.results.result import Detail, Part, Result, objects
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import AssistantId, CallParty, Id, Moment

LONGEST_TEXT = 2_000
"""Characters of one message in a summary."""

ConversationId = Annotated[Id, From("list_conversations")]


_PLACE = re.compile(
    r"(?P<moment>[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{5,15}(Z|[+-][0-9:]{4,6})?)(~(?P<skip>[0-9]{1,3}))?"
)


ConversationCursor = Annotated[str, cursor_of(rf"1|{_PLACE.pattern}"), NEXT]


class ConversationInfo(Part):
    assistant_id: str | None = None
    telnyx_conversation_channel: str | None = Field(None, description="like phone_call or sms_chat")
    telnyx_agent_target: str | None = Field(None, description="the assistant's number")
    telnyx_end_user_target: str | None = Field(None, description="the other's number")
    call_control_id: str | None = None


class Conversation(Result):
    id: str | None = None
    name: Annotated[str | None, Outside("the conversation", LONGEST_NAME)] = None
    created_at: str | None = None
    last_message_at: str | None = None
    metadata: ConversationInfo | None = None


class ToolCall(Part):
    id: str | None = None
    function: Annotated[dict[str, object] | None, Outside("the assistant, in talk with a person")] = None


class ConversationMessage(Result):
    role: str | None = Field(None, description="user, assistant or tool")
    text: Annotated[str | None, Outside("a person in talk with the assistant, or it")] = None
    sent_at: str | None = None
    tool_calls: list[ToolCall] | None = None

    @model_validator(mode="before")
    @classmethod
    def _when(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and not raw.get("sent_at") and raw.get("created_at"):
            return {**raw, "sent_at": raw["created_at"]}
        return raw


class DeletedConversation(Result):
    id: str | None = None
    deleted: bool | None = None


class Insight(Part):
    insight_id: str | None = None
    result: Annotated[str | None, Outside("a model, of a conversation")] = Field(
        None, description="text, or JSON where the insight has a schema"
    )


class ConversationInsights(Result):
    id: str | None = None
    status: str | None = Field(None, description="pending, in_progress, completed or failed")
    conversation_insights: list[Insight] | None = None
    created_at: str | None = None


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/conversations", core=True)
async def list_conversations(
    telnyx: Telnyx,
    assistant_id: AssistantId | None = None,
    end_user: Annotated[CallParty | None, Field(description="the person's number (E.164)")] = None,
    created_after: Moment | None = None,
    page: ConversationCursor = "1",
    page_size: Annotated[int, Field(ge=1, le=100)] = 20,
) -> Page[Conversation]:
    """Conversations of assistants, newest first."""
    place = _PLACE.fullmatch(page)
    skip = int(place["skip"] or 0) if place else 0
    query = {
        "metadata->assistant_id": _equal(assistant_id),
        "metadata->telnyx_end_user_target": _equal(end_user),
        **_between(created_after, place["moment"] if place else None),
        "limit": page_size + skip,
        "order": "created_at.desc",
    }
    answer = await telnyx.get("/ai/conversations", query={key: value for key, value in query.items() if value})
    found = page_of(Conversation, answer, Cursor(skip=skip))
    held = len(objects(answer))
    more = skip + len(found.items) < held or held >= page_size + skip
    return found.model_copy(update={"next": _next(found.items, place, skip) if more else None})


def _between(after: str | None, last: str | None) -> dict[str, str]:
    """The list has one filter of a moment; a second one goes into `or`."""
    since = {"or": f"(created_at.gte.{after})"} if last else {"created_at": f"gte.{after}"}
    return {**(since if after else {}), **({"created_at": f"lte.{last}"} if last else {})}


def _next(items: list[Conversation], place: re.Match[str] | None, skip: int) -> str | None:
    """The moment of the last conversation given, and how many of that moment were given already."""
    last = items[-1].created_at if items else None
    if last is None:
        return None
    given = sum(item.created_at == last for item in items)
    return f"{last}~{given + (skip if place and place['moment'] == last else 0)}"


def _equal(value: str | None) -> str | None:
    return None if value is None else f"eq.{value}"


@assistants.tool(
    effect=Effect.READ, scope="ai.read", calls="GET /ai/conversations/{conversation_id}/messages", core=True
)
async def get_conversation_messages(
    telnyx: Telnyx,
    conversation_id: ConversationId,
    page: PageCursor = "1",
    detail: Detail = "summary",
) -> Page[ConversationMessage]:
    """The messages of one conversation."""
    cursor = Cursor.parse(page)
    answer = await telnyx.get(
        "/ai/conversations/{conversation_id}/messages",
        query={"page": {"number": cursor.number, "size": cursor.size}},
        conversation_id=conversation_id,
    )
    if detail == "summary" and isinstance(answer, dict) and isinstance(answer.get("data"), list):
        answer = {**answer, "data": [_bounded(message) for message in answer["data"]]}
    return page_of(ConversationMessage, answer, cursor, detail)


def _bounded(message: Any) -> Any:
    text = message.get("text") if isinstance(message, dict) else None
    if not isinstance(text, str) or len(text) <= LONGEST_TEXT:
        return message
    return {**message, "text": f"{text[:LONGEST_TEXT]}… ({len(text):,} characters)"}


@assistants.tool(
    effect=Effect.READ, scope="ai.read", calls="GET /ai/conversations/{conversation_id}/conversations-insights"
)
async def get_conversation_insights(
    telnyx: Telnyx,
    conversation_id: ConversationId,
    page: PageCursor = "1",
    detail: Detail = "summary",
) -> Page[ConversationInsights]:
    """The results of the assistant's insights for a conversation, ready within minutes of its end."""
    answer = await telnyx.get(
        "/ai/conversations/{conversation_id}/conversations-insights", conversation_id=conversation_id
    )
    return page_of_whole(ConversationInsights, answer, Cursor.parse(page), detail)


@assistants.tool(effect=Effect.DESTROY, scope="ai.write", calls="DELETE /ai/conversations/{conversation_id}")
async def delete_conversation(telnyx: Telnyx, conversation_id: ConversationId) -> DeletedConversation:
    """Delete a conversation and its messages for good."""
    await telnyx.delete("/ai/conversations/{conversation_id}", conversation_id=conversation_id)
    return DeletedConversation(id=conversation_id, deleted=True)
