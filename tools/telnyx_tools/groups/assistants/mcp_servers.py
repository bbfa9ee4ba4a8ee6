"""MCP servers whose tools assistants use."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.assistants import assistants
from telnyx_tools.groups.assistants.settings import Text
from telnyx_tools.results.pages import Cursor, Page, PageCursor, PageSize, page_of
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.tool.bodies import OMITTED, Change, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import Id, SecretIdentifier, Url

McpServerId = Annotated[Id, From("list_assistant_mcp_servers")]
Transport = Literal["http", "sse"]
AllowedTools = Annotated[list[str], Field(description="default: all")]


class AssistantMcpServer(Result):
    id: str | None = None
    name: str | None = None
    type: str | None = None
    url: str | None = None
    allowed_tools: list[str] | None = None
    created_at: str | None = None


class DeletedMcpServer(Result):
    id: str | None = None
    deleted: bool | None = None


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/mcp_servers")
async def list_assistant_mcp_servers(
    telnyx: Telnyx,
    type: Transport | None = None,
    url: Url | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[AssistantMcpServer]:
    """MCP servers whose tools assistants can use."""
    cursor = Cursor.parse(page, page_size)
    query = {"type": type, "url": url, "page": {"number": cursor.number, "size": cursor.size}}
    answer = await telnyx.get("/ai/mcp_servers", query=query)
    full = isinstance(answer, list) and len(answer) >= cursor.size
    meta = {"total_pages": cursor.number + 1} if full else {}
    listed = {"data": answer, "meta": meta} if isinstance(answer, list) else answer
    return page_of(AssistantMcpServer, listed, cursor, detail)


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/mcp_servers/{mcp_server_id}")
async def get_assistant_mcp_server(
    telnyx: Telnyx, mcp_server_id: McpServerId, detail: Detail = "summary"
) -> AssistantMcpServer:
    """One MCP server whose tools assistants can use."""
    answer = await telnyx.get("/ai/mcp_servers/{mcp_server_id}", mcp_server_id=mcp_server_id)
    return shape(AssistantMcpServer, answer, detail)


@assistants.tool(effect=Effect.WRITE, scope="ai.write", calls="POST /ai/mcp_servers")
async def create_assistant_mcp_server(
    telnyx: Telnyx,
    name: Text,
    url: Url,
    type: Transport = "http",
    api_key_ref: SecretIdentifier | None = None,
    allowed_tools: AllowedTools | None = None,
) -> AssistantMcpServer:
    """Register an MCP server for assistants; then list it in mcp_servers of update_assistant."""
    body = {"name": name, "type": type, "url": url, "api_key_ref": api_key_ref, "allowed_tools": allowed_tools}
    return shape(AssistantMcpServer, await telnyx.post("/ai/mcp_servers", body=present(body), idempotency_key=True))


@assistants.tool(effect=Effect.WRITE, scope="ai.write", calls="PUT /ai/mcp_servers/{mcp_server_id}", idempotent=True)
async def update_assistant_mcp_server(
    telnyx: Telnyx,
    mcp_server_id: McpServerId,
    name: NewValue[Text] = OMITTED,
    url: NewValue[Url] = OMITTED,
    type: NewValue[Transport] = OMITTED,
    api_key_ref: Change[SecretIdentifier] = OMITTED,
    allowed_tools: Annotated[Change[list[str]], Field(description="cleared: all")] = OMITTED,
) -> AssistantMcpServer:
    """Change an MCP server of assistants."""
    body = changed({"name": name, "url": url, "type": type, "api_key_ref": api_key_ref, "allowed_tools": allowed_tools})
    answer = await telnyx.put("/ai/mcp_servers/{mcp_server_id}", body=body, mcp_server_id=mcp_server_id)
    return shape(AssistantMcpServer, answer, also=body)


@assistants.tool(effect=Effect.DESTROY, scope="ai.write", calls="DELETE /ai/mcp_servers/{mcp_server_id}")
async def delete_assistant_mcp_server(telnyx: Telnyx, mcp_server_id: McpServerId) -> DeletedMcpServer:
    """Delete an MCP server; the assistants that use it lose its tools."""
    await telnyx.delete("/ai/mcp_servers/{mcp_server_id}", mcp_server_id=mcp_server_id)
    return DeletedMcpServer(id=mcp_server_id, deleted=True)
