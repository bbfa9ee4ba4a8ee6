"""The account's assistants: found, read, copied, deleted and restored."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.assistants import assistants
from telnyx_tools.groups.assistants.assistant import (
    Assistant,
    AssistantRow,
    DeletedAssistant,
    assistant_of,
    rows_of,
)
from telnyx_tools.results.pages import Cursor, Page, PageCursor, PageSize, page_of, page_of_whole
from telnyx_tools.results.result import Detail, Result, marked, objects, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import E164, AssistantId, CallControlId, SecretIdentifier


class Deletion(Result):
    id: str | None = None
    deleted: bool | None = None


class DynamicVariables(Result):
    dynamic_variables: dict[str, object] | None = None
    dynamic_variables_webhook_url: str | None = None


class Texml(Result):
    texml: str | None = Field(None, description="XML")


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/assistants", core=True)
async def list_assistants(
    telnyx: Telnyx, name_contains: str = "", page: PageCursor = "1", detail: Detail = "summary"
) -> Page[AssistantRow]:
    """AI assistants and how their instructions begin."""
    answer = rows_of(await telnyx.get("/ai/assistants"))
    if name_contains:
        wanted = name_contains.lower()
        answer = {"data": [item for item in objects(answer) if wanted in str(item.get("name")).lower()]}
    return page_of_whole(AssistantRow, answer, Cursor.parse(page), detail)


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/assistants/{assistant_id}", core=True)
async def get_assistant(telnyx: Telnyx, assistant_id: AssistantId, detail: Detail = "summary") -> Assistant:
    """An AI assistant's settings; detail full shows all."""
    return assistant_of(await telnyx.get("/ai/assistants/{assistant_id}", assistant_id=assistant_id), detail)


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/assistants/{assistant_id}")
async def get_assistant_variables(
    telnyx: Telnyx,
    assistant_id: AssistantId,
    from_number: E164 | None = None,
    to: E164 | None = None,
    call_control_id: CallControlId | None = None,
) -> DynamicVariables:
    """The dynamic variables an assistant starts a conversation with, fetched from its webhook now."""
    answer = await telnyx.get(
        "/ai/assistants/{assistant_id}",
        query={
            "fetch_dynamic_variables_from_webhook": True,
            "from": from_number,
            "to": to,
            "call_control_id": call_control_id,
        },
        assistant_id=assistant_id,
    )
    return shape(DynamicVariables, answer)


@assistants.tool(
    effect=Effect.DESTROY,
    scope="ai.write",
    calls="DELETE /ai/assistants/{assistant_id}",
    aliases=("mcp_telnyx_delete_assistant",),
)
async def delete_assistant(
    telnyx: Telnyx,
    assistant_id: AssistantId,
    hard_delete: Annotated[bool, Field(description="for good, with all versions and its TeXML application")] = False,
) -> Deletion:
    """Delete an assistant. restore_assistant can bring it back for 30 days, unless hard_delete."""
    answer = await telnyx.delete(
        "/ai/assistants/{assistant_id}", query={"hard_delete": hard_delete or None}, assistant_id=assistant_id
    )
    return shape(Deletion, {"id": assistant_id, "deleted": True} if answer is None else answer)


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/assistants/deleted")
async def list_deleted_assistants(
    telnyx: Telnyx, page: PageCursor = "1", page_size: PageSize = 20
) -> Page[DeletedAssistant]:
    """Deleted assistants that can still be restored, and until when."""
    cursor = Cursor.parse(page, page_size)
    answer = await telnyx.get("/ai/assistants/deleted", query={"page": {"number": cursor.number, "size": cursor.size}})
    return page_of(DeletedAssistant, rows_of(answer), cursor)


@assistants.tool(effect=Effect.WRITE, scope="ai.write", calls="POST /ai/assistants/{assistant_id}/restore")
async def restore_assistant(
    telnyx: Telnyx,
    assistant_id: Annotated[AssistantId, From("list_deleted_assistants")],
) -> Assistant:
    """Restore a deleted assistant."""
    return assistant_of(await telnyx.post("/ai/assistants/{assistant_id}/restore", assistant_id=assistant_id))


@assistants.tool(effect=Effect.WRITE, scope="ai.write", calls="POST /ai/assistants/{assistant_id}/clone")
async def clone_assistant(telnyx: Telnyx, assistant_id: AssistantId) -> Assistant:
    """Copy an assistant, without its telephony and messaging settings."""
    answer = await telnyx.post("/ai/assistants/{assistant_id}/clone", idempotency_key=True, assistant_id=assistant_id)
    return assistant_of(answer)


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/assistants/{assistant_id}/texml")
async def get_assistant_texml(telnyx: Telnyx, assistant_id: AssistantId) -> Texml:
    """TeXML that connects a call to an assistant, for start_texml_call or your own TeXML. To answer a number with the
    assistant, set its default_texml_app_id as connection_id with update_phone_number."""
    answer = await telnyx.get("/ai/assistants/{assistant_id}/texml", assistant_id=assistant_id)
    return Texml(texml=answer) if isinstance(answer, str) else marked(Texml, "its answer was no text", answer)


@assistants.tool(effect=Effect.WRITE, scope="ai.write", calls="POST /ai/assistants/import")
async def import_assistants(
    telnyx: Telnyx,
    provider: Literal["elevenlabs", "vapi", "retell"],
    api_key_ref: SecretIdentifier,
    import_ids: Annotated[list[str] | None, Field(description="the provider's ids; default: all")] = None,
) -> Page[AssistantRow]:
    """Import assistants from another provider; ones imported before are overwritten."""
    body = present({"provider": provider, "api_key_ref": api_key_ref, "import_ids": import_ids})
    answer = await telnyx.post("/ai/assistants/import", body=body, idempotency_key=True)
    return page_of(AssistantRow, rows_of(answer), Cursor())
