"""Insights: questions answered after each conversation, and the groups that assistants use."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.groups.assistants import assistants
from telnyx_tools.groups.assistants.settings import Text
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import Id, Url

InsightGroupId = Annotated[Id, From("list_insight_groups")]

_GROUP = "/ai/conversations/insight-groups/{group_id}"
_ASSIGN = "/ai/conversations/insight-groups/{group_id}/insights/{insight_id}/assign"


class InsightName(Part):
    id: str | None = None
    name: str | None = None


class InsightGroup(Result):
    id: str | None = None
    name: str | None = None
    description: str | None = None
    insights: list[InsightName] | None = None
    webhook: str | None = None
    created_at: str | None = None


class InsightTemplate(Result):
    id: str | None = None
    name: str | None = None
    instructions: str | None = None
    json_schema: Any = None
    webhook: str | None = None
    group_id: str | None = Field(None, description="the group that it was put into")
    not_in_group: str | None = Field(None, description="why it could not be put there")
    created_at: str | None = None


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/conversations/insight-groups")
async def list_insight_groups(
    telnyx: Telnyx, page: PageCursor = "1", page_size: PageSize = 20, detail: Detail = "summary"
) -> Page[InsightGroup]:
    """Groups of insights. An assistant uses one, as its insight_group_id."""
    return await fetch_page(
        InsightGroup, telnyx, "/ai/conversations/insight-groups", {}, page=page, page_size=page_size, detail=detail
    )


@assistants.tool(effect=Effect.WRITE, scope="ai.write", calls="POST /ai/conversations/insight-groups")
async def create_insight_group(
    telnyx: Telnyx,
    name: Text,
    description: Annotated[str | None, Field(description="what it is for")] = None,
    webhook: Annotated[Url | None, Field(description="gets the results")] = None,
) -> InsightGroup:
    """Create a group for insights. Then call create_insight, and set the group in insight_settings of
    update_assistant."""
    body = present({"name": name, "description": description, "webhook": webhook})
    return shape(InsightGroup, await telnyx.post("/ai/conversations/insight-groups", body=body, idempotency_key=True))


@assistants.tool(
    effect=Effect.WRITE,
    scope="ai.write",
    calls=("POST /ai/conversations/insights", f"GET {_GROUP}", f"POST {_ASSIGN}"),
)
async def create_insight(
    telnyx: Telnyx,
    name: Text,
    instructions: Annotated[str, Field(min_length=1, description="what to find out from a conversation")],
    json_schema: Annotated[dict[str, Any] | None, Field(description="JSON schema of the result")] = None,
    webhook: Annotated[Url | None, Field(description="gets the results")] = None,
    group_id: InsightGroupId | None = None,
) -> InsightTemplate:
    """Define what to find out after a conversation, and add it to a group."""
    if group_id is not None:
        await telnyx.get(_GROUP, group_id=group_id)  # raises its error while there is no insight yet
    body = {"name": name, "instructions": instructions, "json_schema": json_schema, "webhook": webhook}
    answer = await telnyx.post("/ai/conversations/insights", body=present(body), idempotency_key=True)
    insight = shape(InsightTemplate, answer)
    if group_id is None or not insight.id:
        return insight
    try:
        await telnyx.post(_ASSIGN, group_id=group_id, insight_id=insight.id)
    except TelnyxError as error:
        return insight.model_copy(update={"not_in_group": error.in_words()})
    return insight.model_copy(update={"group_id": group_id})
