"""Answers in their final form, which the SDK would check and copy again for every request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import mcp_types as types
from mcp.server import Server
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp_types import methods
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from telnyx_remote_mcp.surface.surfaces import Surface

Context = ServerRequestContext[Any, Any]

MAX_LISTINGS = 64


class FinishedAnswers:
    """Middleware of the SDK: remembers listings, and answers calls of the newer protocol itself.

    A listing depends on the protocol version and the surface alone. A call's result has a form that is always the
    same but for its content; checked by the SDK, it would cost as much again as the tool.
    """

    def __init__(
        self,
        server: Server[Any],
        surface_of: Callable[[Context], Surface],
        call_tool: Callable[[Context, types.CallToolRequestParams], Awaitable[types.CallToolResult]],
    ) -> None:
        self._meta = {types.SERVER_INFO_META_KEY: server.server_info_stamp}
        self._surface_of = surface_of
        self._call_tool = call_tool
        self._listings: dict[tuple[str, Surface], HandlerResult] = {}
        self._tools: dict[tuple[str, str], dict[str, Any]] = {}

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        if ctx.method == "tools/list" and (ctx.params or {}).get("cursor") in (None, ""):
            return await self._list(ctx, call_next)
        if ctx.method == "tools/call" and ctx.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return await self._call(ctx)
        return await call_next(ctx)

    async def _list(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        known, key = self._listings, (ctx.protocol_version, self._surface_of(ctx))
        if key not in known:
            if len(known) >= MAX_LISTINGS:
                known.pop(next(iter(known)))
            known[key] = self._sharing(ctx.protocol_version, await call_next(ctx))
        return known[key]

    def _sharing(self, version: str, listing: HandlerResult) -> HandlerResult:
        """The listing with each tool kept once, in however many surfaces it is: all of them take megabytes."""
        if not isinstance(listing, dict):
            return listing
        tools = [self._tools.setdefault((version, tool["name"]), tool) for tool in listing["tools"]]
        return {**listing, "tools": tools}

    async def _call(self, ctx: Context) -> HandlerResult:
        methods.validate_client_request(ctx.method, ctx.protocol_version, ctx.params)
        params = types.CallToolRequestParams.model_validate(ctx.params, by_name=False)
        return {**wire_form(await self._call_tool(ctx, params)), "_meta": self._meta}


def wire_form(result: types.CallToolResult) -> dict[str, Any]:
    """A tool's result as the SDK would send it; what is structured is not copied."""
    content = [block.model_dump(mode="json", by_alias=True, exclude_none=True) for block in result.content]
    form: dict[str, Any] = {"resultType": result.result_type, "content": content, "isError": result.is_error}
    if result.structured_content is not None:
        form["structuredContent"] = result.structured_content
    return form
