"""Calls and messages that an assistant makes later."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.assistants import assistants
from telnyx_tools.groups.assistants.settings import Variables
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.tool.bodies import Given, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import E164, AssistantId, Id, Moment, OwnNumber

Channel = Literal["phone_call", "sms_chat"]
EventId = Annotated[Id, From("list_assistant_events")]


class CallSettings(Given):
    sip_region: Literal["US", "Europe", "Canada", "Australia", "Middle East"] | None = None


class ScheduledEvent(Result):
    scheduled_event_id: str | None = None
    assistant_id: str | None = None
    telnyx_conversation_channel: str | None = Field(None, description="phone_call or sms_chat")
    telnyx_agent_target: str | None = Field(None, description="your number")
    telnyx_end_user_target: str | None = None
    scheduled_at_fixed_datetime: str | None = None
    status: str | None = Field(None, description="pending, in_progress, completed, failed...")
    text: str | None = None
    conversation_id: str | None = None
    errors: list[object] | None = None
    created_at: str | None = None


class CancelledEvent(Result):
    scheduled_event_id: str | None = None
    cancelled: bool | None = None


@assistants.tool(
    effect=Effect.SPENDS,
    scope="ai.write",
    calls="POST /ai/assistants/{assistant_id}/scheduled_events",
    check="Call list_assistant_events: if the event is there, it was scheduled.",
)
async def schedule_assistant_event(
    telnyx: Telnyx,
    assistant_id: AssistantId,
    channel: Channel,
    to: E164,
    from_number: OwnNumber,
    scheduled_at: Moment,
    text: Annotated[str | None, Field(min_length=1, description="the message; needed for sms_chat")] = None,
    dynamic_variables: Variables | None = None,
    conversation_metadata: dict[str, str] | None = None,
    max_retries_client_errors: Annotated[int | None, Field(ge=0, description="when nobody answers")] = None,
    retry_interval_secs: Annotated[int | None, Field(ge=1)] = None,
    call_settings: CallSettings | None = None,
) -> ScheduledEvent:
    """Schedule an assistant to call or text somebody."""
    if channel == "sms_chat" and text is None:
        raise InvalidArguments([Problem("text", "A message needs its text.")])
    body = {
        "telnyx_conversation_channel": channel,
        "telnyx_end_user_target": to,
        "telnyx_agent_target": from_number,
        "scheduled_at_fixed_datetime": scheduled_at,
        "text": text,
        "dynamic_variables": dynamic_variables,
        "conversation_metadata": conversation_metadata,
        "max_retries_client_errors": max_retries_client_errors,
        "retry_interval_secs": retry_interval_secs,
        "call_settings": call_settings,
    }
    answer = await telnyx.post(
        "/ai/assistants/{assistant_id}/scheduled_events",
        body=present(body),
        idempotency_key=True,
        assistant_id=assistant_id,
    )
    return shape(ScheduledEvent, answer)


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/assistants/{assistant_id}/scheduled_events")
async def list_assistant_events(
    telnyx: Telnyx,
    assistant_id: AssistantId,
    channel: Channel | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[ScheduledEvent]:
    """Scheduled calls and messages of an assistant, with their outcome."""
    return await fetch_page(
        ScheduledEvent,
        telnyx,
        "/ai/assistants/{assistant_id}/scheduled_events",
        {"conversation_channel": channel, "from_date": since, "to_date": until},
        page=page,
        page_size=page_size,
        detail=detail,
        assistant_id=assistant_id,
    )


@assistants.tool(
    effect=Effect.READ, scope="ai.read", calls="GET /ai/assistants/{assistant_id}/scheduled_events/{event_id}"
)
async def get_assistant_event(
    telnyx: Telnyx, assistant_id: AssistantId, event_id: EventId, detail: Detail = "summary"
) -> ScheduledEvent:
    """One scheduled call or message of an assistant, with its outcome."""
    answer = await telnyx.get(
        "/ai/assistants/{assistant_id}/scheduled_events/{event_id}", assistant_id=assistant_id, event_id=event_id
    )
    return shape(ScheduledEvent, answer, detail)


@assistants.tool(
    effect=Effect.DESTROY, scope="ai.write", calls="DELETE /ai/assistants/{assistant_id}/scheduled_events/{event_id}"
)
async def cancel_assistant_event(telnyx: Telnyx, assistant_id: AssistantId, event_id: EventId) -> CancelledEvent:
    """Cancel a scheduled call or message of an assistant."""
    await telnyx.delete(
        "/ai/assistants/{assistant_id}/scheduled_events/{event_id}", assistant_id=assistant_id, event_id=event_id
    )
    return CancelledEvent(scheduled_event_id=event_id, cancelled=True)
