"""Tools that assistants use on the way, kept apart from them and attached to several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.assistants import assistants
from telnyx_tools.groups.assistants.assistant import without_credentials
from telnyx_tools.groups.assistants.kinds import (
    ClientSideTool,
    Function,
    Handoff,
    Invite,
    Pay,
    Retrieval,
    UpdateDynamicVariables,
    Vision,
    Webhook,
)
from telnyx_tools.results.pages import Cursor, Page, PageCursor, PageSize, page_of
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.tool.bodies import OMITTED, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import AssistantId, Id

AssistantToolId = Annotated[Id, From("list_assistant_tools")]
DisplayName = Annotated[str, Field(min_length=1, description="unique in the account")]
Timeout = Annotated[int, Field(ge=500, le=120_000)]

KINDS = (
    "webhook",
    "function",
    "client_side_tool",
    "retrieval",
    "handoff",
    "invite",
    "pay",
    "update_dynamic_variables",
    "vision",
)


class AssistantToolRow(Result):
    id: str | None = None
    type: str | None = None
    display_name: str | None = None
    timeout_ms: int | None = None
    created_at: str | None = None


class AssistantTool(AssistantToolRow):
    tool_definition: dict[str, Any] | None = Field(None, description="header values are shown only as references")


class Attached(Result):
    assistant_id: str | None = None
    tool_id: str | None = None
    attached: bool | None = None


class DeletedTool(Result):
    id: str | None = None
    deleted: bool | None = None


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/tools")
async def list_assistant_tools(
    telnyx: Telnyx,
    name: str | None = None,
    type: Annotated[str | None, Field(description="like webhook, retrieval, handoff")] = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[AssistantToolRow]:
    """Tools that assistants can use."""
    cursor = Cursor.parse(page, page_size)
    query: Query = {"filter": {"name": name, "type": type}, "page": {"number": cursor.number, "size": cursor.size}}
    answer = without_credentials(await telnyx.get("/ai/tools", query=query))
    return page_of(AssistantToolRow, answer, cursor, detail)


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/tools/{tool_id}")
async def get_assistant_tool(telnyx: Telnyx, tool_id: AssistantToolId, detail: Detail = "summary") -> AssistantTool:
    """One assistant tool and its definition."""
    return _shown(await telnyx.get("/ai/tools/{tool_id}", tool_id=tool_id), detail)


@assistants.tool(effect=Effect.WRITE, scope="ai.write", calls="POST /ai/tools")
async def create_assistant_tool(
    telnyx: Telnyx,
    display_name: DisplayName,
    webhook: Webhook | None = None,
    function: Function | None = None,
    client_side_tool: ClientSideTool | None = None,
    retrieval: Retrieval | None = None,
    handoff: Handoff | None = None,
    invite: Invite | None = None,
    pay: Pay | None = None,
    update_dynamic_variables: UpdateDynamicVariables | None = None,
    vision: Vision | None = None,
    timeout_ms: Timeout | None = None,
) -> AssistantTool:
    """Create a tool for assistants; give the object of one type. retrieval searches embedded buckets. Then call
    attach_assistant_tool."""
    given = {
        "webhook": webhook,
        "function": function,
        "client_side_tool": client_side_tool,
        "retrieval": retrieval,
        "handoff": handoff,
        "invite": invite,
        "pay": pay,
        "update_dynamic_variables": update_dynamic_variables,
        "vision": vision,
    }
    kinds = [kind for kind, value in given.items() if value is not None]
    if len(kinds) != 1:
        raise InvalidArguments([Problem("webhook", f"Give exactly one of {', '.join(KINDS)}.")])
    body = present({"display_name": display_name, "type": kinds[0], **given, "timeout_ms": timeout_ms})
    return _shown(await telnyx.post("/ai/tools", body=body, idempotency_key=True))


@assistants.tool(effect=Effect.WRITE, scope="ai.write", calls="PATCH /ai/tools/{tool_id}", idempotent=True)
async def update_assistant_tool(
    telnyx: Telnyx,
    tool_id: AssistantToolId,
    display_name: NewValue[DisplayName] = OMITTED,
    webhook: NewValue[Webhook] = OMITTED,
    function: NewValue[Function] = OMITTED,
    client_side_tool: NewValue[ClientSideTool] = OMITTED,
    retrieval: NewValue[Retrieval] = OMITTED,
    handoff: NewValue[Handoff] = OMITTED,
    invite: NewValue[Invite] = OMITTED,
    pay: NewValue[Pay] = OMITTED,
    update_dynamic_variables: NewValue[UpdateDynamicVariables] = OMITTED,
    vision: NewValue[Vision] = OMITTED,
    timeout_ms: NewValue[Timeout] = OMITTED,
) -> AssistantTool:
    """Change a tool for all assistants that use it. Give the whole object of its type."""
    body = changed(
        {
            "display_name": display_name,
            "webhook": webhook,
            "function": function,
            "client_side_tool": client_side_tool,
            "retrieval": retrieval,
            "handoff": handoff,
            "invite": invite,
            "pay": pay,
            "update_dynamic_variables": update_dynamic_variables,
            "vision": vision,
            "timeout_ms": timeout_ms,
        }
    )
    return _shown(await telnyx.patch("/ai/tools/{tool_id}", body=body, tool_id=tool_id), also=body)


@assistants.tool(effect=Effect.DESTROY, scope="ai.write", calls="DELETE /ai/tools/{tool_id}")
async def delete_assistant_tool(telnyx: Telnyx, tool_id: AssistantToolId) -> DeletedTool:
    """Delete a tool; the assistants that use it lose it."""
    await telnyx.delete("/ai/tools/{tool_id}", tool_id=tool_id)
    return DeletedTool(id=tool_id, deleted=True)


@assistants.tool(
    effect=Effect.WRITE,
    scope="ai.write",
    calls="PUT /ai/assistants/{assistant_id}/tools/{tool_id}",
    idempotent=True,
)
async def attach_assistant_tool(telnyx: Telnyx, assistant_id: AssistantId, tool_id: AssistantToolId) -> Attached:
    """Let an assistant use a tool."""
    await telnyx.put("/ai/assistants/{assistant_id}/tools/{tool_id}", assistant_id=assistant_id, tool_id=tool_id)
    return Attached(assistant_id=assistant_id, tool_id=tool_id, attached=True)


@assistants.tool(effect=Effect.DESTROY, scope="ai.write", calls="DELETE /ai/assistants/{assistant_id}/tools/{tool_id}")
async def detach_assistant_tool(telnyx: Telnyx, assistant_id: AssistantId, tool_id: AssistantToolId) -> Attached:
    """Remove a tool from an assistant; the tool itself stays."""
    await telnyx.delete("/ai/assistants/{assistant_id}/tools/{tool_id}", assistant_id=assistant_id, tool_id=tool_id)
    return Attached(assistant_id=assistant_id, tool_id=tool_id, attached=False)


def _shown(answer: object, detail: Detail = "summary", also: Iterable[str] = ()) -> AssistantTool:
    return shape(AssistantTool, without_credentials(answer), detail, also)
