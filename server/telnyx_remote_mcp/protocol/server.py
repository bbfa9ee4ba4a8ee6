"""The MCP server object with its handlers, the same for every transport and both protocol eras."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import mcp_types as types
from mcp.server import Server
from mcp.server.caching import CacheHint
from mcp.server.context import CallNext, HandlerResult
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.shared.exceptions import MCPError

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.asking import answers_in, asked
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.client import Client
from telnyx_remote_mcp.calls.dispatch import Dispatch, NotAllowed
from telnyx_remote_mcp.calls.progress import Reported
from telnyx_remote_mcp.calls.question import Answers, AskFirst
from telnyx_remote_mcp.calls.replies import reply
from telnyx_remote_mcp.calls.slot import slot_of
from telnyx_remote_mcp.http.edge import RequestInfo
from telnyx_remote_mcp.http.media_types import takes_one_answer
from telnyx_remote_mcp.identity import INSTRUCTIONS, SANDBOX, TITLE, VERSION
from telnyx_remote_mcp.protocol.event_handlers import serve_events
from telnyx_remote_mcp.protocol.event_requests import Authority, EventRequests
from telnyx_remote_mcp.protocol.listings import Context, Listings
from telnyx_remote_mcp.protocol.open_requests import OpenRequests
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import EVERYTHING, Selection
from telnyx_remote_mcp.surface.surfaces import Surface, Surfaces
from telnyx_remote_mcp.telemetry import caller_trace
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.results.result import Result
from telnyx_tools.tool.tool import Tool

if TYPE_CHECKING:
    from telnyx_remote_mcp.events.services import EventServices

ALLOW_DUPLICATE = "telnyx/allow_duplicate"
"""The key in the `_meta` of a call with which a program says that it repeats the same call on purpose."""
AGENT = ("telnyx/agent_id", "gen_ai.agent.id", "openai/session", "vscode.conversationId")
"""The keys in the `_meta` of a call with which clients name the agent; the first one present counts. They are our own,
that of OpenTelemetry's conventions, and the conversation ids of ChatGPT and VS Code. MCP itself defines none."""
NOBODY = Caller("stdio", None, "stdio")


@dataclass(frozen=True, kw_only=True)
class Services:
    """The services that the handlers use; made once for a process.

    Over stdio there is one caller, `local`, who sees what `selection` selects. `request_state` seals the state that a
    client keeps for us while its user is asked; all workers and replicas need the same keys.
    """

    settings: Settings
    surfaces: Surfaces
    dispatch: Dispatch
    local: Caller = NOBODY
    selection: Selection = EVERYTHING
    request_state: RequestStateSecurity = field(default_factory=RequestStateSecurity.ephemeral)
    meter: Meter = UNMEASURED
    events: Callable[[], EventServices] | None = None
    """Returns the event services; without it the server has no methods and no resources for events."""
    open_requests: OpenRequests = field(default_factory=OpenRequests)
    authority: Authority | None = None
    """Knows what callers may do now, where that can change during a request."""


def create_server(services: Services) -> Server[None]:
    """The server with its handlers. Each request finds its tools in its own surface."""
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
        on_list_prompts=handlers.list_prompts,
        on_get_prompt=handlers.get_prompt,
    )
    server.middleware.clear()  # removes the SDK's spans, which quote what clients send
    if caller_trace.is_on():
        from telnyx_remote_mcp.protocol.spans import Spans

        server.middleware.append(Spans(handlers.surface))
    # Before the handlers, so that they only read a state that was sealed here, never one that a client made up.
    server.middleware.append(RequestStateBoundary(services.request_state, default_audience=services.settings.url))
    server.middleware.append(handlers.cached_listings)
    if services.events is not None:
        serve_events(
            server,
            EventRequests(services.events, handlers, services.authority),
            services.open_requests,
            keeps_connections=services.settings.keeps_sessions,
        )
    return server


def _takes_no_headers(_: str) -> None:
    """No schema: the SDK would only compare arguments with `x-mcp-header` declarations, and no tool has any."""


@asynccontextmanager
async def _no_lifespan(_: Server[None]) -> AsyncIterator[None]:
    yield None


class _Handlers:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._listings = Listings(self.surface)

    async def cached_listings(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Middleware that caches tool listings and passes everything else on."""
        return await (self._listings(ctx, call_next) if ctx.method == "tools/list" else call_next(ctx))

    async def list_tools(self, ctx: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        if params is not None and params.cursor:
            raise MCPError(code=types.INVALID_PARAMS, message="Unknown cursor: the list has one page")
        return types.ListToolsResult(tools=[_described(tool) for tool in self.surface(ctx).tools.values()])

    async def call_tool(
        self, ctx: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        surface, client = self.surface(ctx), _client(ctx, params.meta or {})
        tool = surface.find(params.name)
        if tool is None:
            raise MCPError(code=types.INVALID_PARAMS, message=f"Unknown tool: {params.name[:128]}")

        async def outcome(answers: Answers) -> Result:
            call = Call(
                action=tool,
                arguments=self._parsed(tool, params, client),
                caller=self.caller(ctx),
                surface=surface,
                client=client,
                request_id=_request_id(ctx),
                progress=self._progress(ctx),
                answers=answers,
                allow_duplicate=(params.meta or {}).get(ALLOW_DUPLICATE) is True,
                slot=slot_of(ctx.request.scope) if ctx.request is not None else None,
            )
            return await self._services.dispatch(call)

        async def replied(answers: Answers) -> types.CallToolResult:
            return await reply(tool, outcome(answers), params.arguments or {})

        # The state was left with the client by an earlier question of this call: a first attempt has none.
        answers = answers_in(params) if params.request_state is not None and client.is_modern else {}
        try:
            return await replied(answers)
        except AskFirst as first:
            return await asked(ctx, client, replied, first, answers, self._services.open_requests.shutdown)

    def _parsed(self, tool: Tool, params: types.CallToolRequestParams, client: Client) -> Mapping[str, object]:
        try:
            return tool.parse(params.arguments or {})
        except InvalidArguments:
            era = "modern" if client.is_modern else "legacy"
            self._services.meter.call(tool.name, tool.effect.value, "invalid", era, 0.0)
            raise

    async def read(self, ctx: Context, name: str, arguments: Mapping[str, object]) -> Result:
        """The result of a reading tool for this request, dispatched like every call.

        Raises InvalidArguments, and a TelnyxError if the tool is out of reach here, or fails.
        """
        surface = self.surface(ctx)
        tool = surface.find(name)
        if tool is None:
            raise NotAllowed(name, "it is out of reach here")
        call = Call(
            action=tool,
            arguments=tool.parse(arguments),
            caller=self.caller(ctx),
            surface=surface,
            client=_client(ctx, ctx.meta or {}),
            request_id=_request_id(ctx),
            progress=self._progress(ctx),
        )
        return await self._services.dispatch(call)

    def _progress(self, ctx: Context) -> Reported:
        return Reported(ctx.session.report_progress, self._services.open_requests.shutdown)

    async def list_prompts(self, ctx: Context, params: object) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=[])

    async def get_prompt(self, ctx: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        raise MCPError(code=types.INVALID_PARAMS, message=f"Unknown prompt: {params.name[:128]}")

    def surface(self, ctx: Context) -> Surface:
        if ctx.request is None:
            return self._services.surfaces.of(self._services.selection)
        return Surface.of(ctx.request.scope)

    def caller(self, ctx: Context) -> Caller:
        return self._services.local if ctx.request is None else Caller.of(ctx.request.scope)


def _client(ctx: Context, meta: Mapping[str, Any]) -> Client:
    told = ctx.session.client_params
    info = told.client_info if told is not None else None
    name, version = (info.name, info.version) if info is not None else ("", "")
    hears_questions = ctx.request is None or not takes_one_answer(ctx.request.scope)
    capabilities = ctx.session.client_capabilities if hears_questions else None
    agent = next((told for key in AGENT if isinstance(told := meta.get(key), str)), "")
    return Client(ctx.protocol_version, name, version, capabilities, agent)


def _request_id(ctx: Context) -> str:
    return uuid4().hex if ctx.request is None else RequestInfo.of(ctx.request.scope).request_id


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=types.ToolAnnotations.model_validate({"title": tool.title, **tool.annotations}),
    )
