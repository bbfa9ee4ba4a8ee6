"""The one MCP server object: its handlers, for every transport and both protocol eras."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import mcp_types as types
from mcp.server import Server
from mcp.server.caching import CacheHint
from mcp.shared.exceptions import MCPError
from opentelemetry.trace import ProxyTracerProvider, get_tracer_provider

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.dispatch import Reach
from telnyx_remote_mcp.calls.replies import call_tool
from telnyx_remote_mcp.identity import INSTRUCTIONS, SANDBOX, TITLE, VERSION
from telnyx_remote_mcp.protocol.listings import Context, FinishedAnswers
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surface, Surfaces
from telnyx_tools.api.client import Api, Telnyx
from telnyx_tools.files import Files
from telnyx_tools.groups.guards import ServerInfo
from telnyx_tools.tool.tool import Tool

NOBODY = Caller("stdio", None, "stdio")


@dataclass(frozen=True)
class Services:
    """What the handlers work with; made once for a process."""

    settings: Settings
    surfaces: Surfaces
    api: Api
    local: Caller = NOBODY
    """The one caller of stdio."""
    files: Files = field(default_factory=Files)
    """Those of this machine that tools may touch: over HTTP none."""
    on_rejected: Callable[[str], None] = lambda principal: None
    """Told the principal whose key Telnyx rejected during a call."""


def create_server(services: Services) -> Server[None]:
    """The server with its handlers. Tools are found and refused per request, by its surface."""
    handlers = _Handlers(services)
    server = Server(
        services.settings.server_name,
        title=TITLE,
        version=VERSION,
        instructions=INSTRUCTIONS + SANDBOX if services.settings.sandbox else INSTRUCTIONS,
        lifespan=_no_lifespan,
        cache_hints={
            "tools/list": CacheHint(ttl_ms=300_000, scope="private"),
            "server/discover": CacheHint(ttl_ms=3_600_000, scope="public"),
        },
        get_tool_input_schema=_takes_no_headers,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_resource_templates,
        on_read_resource=handlers.read_resource,
        on_list_prompts=handlers.list_prompts,
        on_get_prompt=handlers.get_prompt,
    )
    if isinstance(get_tracer_provider(), ProxyTracerProvider):
        server.middleware.clear()  # the SDK's spans, which nobody takes unless a provider was set before the start
    server.middleware.append(FinishedAnswers(server, handlers.surface, handlers.call_tool))
    return server


def _takes_no_headers(_: str) -> None:
    """The SDK asks for the schema to compare arguments with `x-mcp-header` declarations, of which no tool has any."""


@asynccontextmanager
async def _no_lifespan(_: Server[None]) -> AsyncIterator[None]:
    yield None


class _Handlers:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def list_tools(self, ctx: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        if params is not None and params.cursor:
            raise MCPError(code=types.INVALID_PARAMS, message="Unknown cursor: the list has one page")
        return types.ListToolsResult(tools=[_described(tool) for tool in self.surface(ctx).tools.values()])

    async def call_tool(self, ctx: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        surface = self.surface(ctx)
        tool = surface.find(params.name)
        if tool is None:
            raise MCPError(code=types.INVALID_PARAMS, message=f"Unknown tool: {params.name[:128]}")
        given: dict[str, object] = {
            "telnyx": self._telnyx(ctx),
            "progress": ctx.session.report_progress,
            "server": _Request(self._services, surface, ctx.protocol_version),
            "files": self._services.files,
        }
        given["reach"] = Reach(surface, self._services.settings.account_access, given)
        return await call_tool(tool, params.arguments or {}, given)

    async def list_resources(self, ctx: Context, params: object) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=[])

    async def list_resource_templates(self, ctx: Context, params: object) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=[])

    async def read_resource(self, ctx: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        raise MCPError(code=types.INVALID_PARAMS, message="Resource not found", data={"uri": str(params.uri)[:500]})

    async def list_prompts(self, ctx: Context, params: object) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=[])

    async def get_prompt(self, ctx: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        raise MCPError(code=types.INVALID_PARAMS, message=f"Unknown prompt: {params.name[:128]}")

    def surface(self, ctx: Context) -> Surface:
        if ctx.request is None:
            return self._services.surfaces.of(Selection())
        surface: Surface = ctx.request.scope["telnyx.surface"]
        return surface

    def _telnyx(self, ctx: Context) -> Telnyx:
        caller = self._caller(ctx)
        return self._services.api.bind(
            caller.credential,
            caller.principal,
            on_rejected=lambda: self._services.on_rejected(caller.principal),
        )

    def _caller(self, ctx: Context) -> Caller:
        if ctx.request is None:
            return self._services.local
        caller: Caller = ctx.request.scope["telnyx.caller"]
        return caller


@dataclass(frozen=True)
class _Request:
    """What a tool may know about the server and the request it serves."""

    services: Services
    surface: Surface
    protocol_version: str

    def info(self) -> ServerInfo:
        settings = self.services.settings
        return ServerInfo(
            name=TITLE,
            version=VERSION,
            protocol_version=self.protocol_version,
            tools=len(self.surface.tools),
            groups=self.surface.groups,
            all_groups=self.services.surfaces.groups,
            read_only=self.surface.read_only,
            sandbox=settings.sandbox,
            telnyx_api=settings.api_base_url,
        )


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=types.ToolAnnotations.model_validate({"title": tool.title, **tool.annotations}),
    )
