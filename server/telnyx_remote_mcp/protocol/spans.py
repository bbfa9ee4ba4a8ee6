"""OpenTelemetry spans by the semantic conventions of MCP, one for each message. Replaces the SDK's own middleware.

The SDK's middleware puts names that clients made up into spans, and quotes errors. Here only our own names appear, and
nothing is quoted: no arguments, no results, no texts, no session ids.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import mcp_types as types
from mcp.server.context import CallNext, HandlerResult
from mcp.shared.exceptions import MCPError
from mcp_types.methods import SPEC_CLIENT_METHODS, SPEC_CLIENT_NOTIFICATION_METHODS
from opentelemetry.trace import Link, Span, SpanKind, StatusCode, get_tracer
from pydantic import ValidationError

from telnyx_remote_mcp.http.edge import RequestInfo
from telnyx_remote_mcp.protocol.listings import Context
from telnyx_remote_mcp.surface.surfaces import Surface
from telnyx_remote_mcp.telemetry.caller_trace import NOWHERE, named_in, trace_id, where

OTHER: Final = "_OTHER"
"""Replaces names that this server does not know."""

_EVENTS: Final = frozenset(f"events/{name}" for name in ("list", "poll", "stream", "subscribe", "unsubscribe"))
_METHODS: Final = SPEC_CLIENT_METHODS | SPEC_CLIENT_NOTIFICATION_METHODS | _EVENTS
_LARGEST_ID: Final = 1_000_000
"""Clients count their requests from 0. A larger id, or a text, could hold anything, and is left out."""


class Spans:
    """Makes a span of every message. Its parent is the one named in `_meta`, else the one in the HTTP headers."""

    def __init__(self, surface_of: Callable[[Context], Surface]) -> None:
        self._surface_of = surface_of
        self._tracer = get_tracer("telnyx_remote_mcp")

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        of_message, of_http = named_in(ctx.meta), named_in(ctx.request.headers if ctx.request is not None else None)
        parent = of_message or of_http
        both = of_message is not None and of_http is not None
        with self._tracer.start_as_current_span(
            self._name(ctx),
            context=parent or NOWHERE,
            kind=SpanKind.SERVER,
            attributes=self._attributes(ctx),
            links=[Link(where(of_http))] if both and of_http is not None else [],
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            if ctx.request is not None:
                RequestInfo.of(ctx.request.scope).trace_id = trace_id(span.get_span_context())
            try:
                result = await call_next(ctx)
            except Exception as error:
                _fail(span, error)
                raise
            if isinstance(result, types.CallToolResult) and result.is_error:
                _end(span, "tool_error")
            return result

    def _name(self, ctx: Context) -> str:
        method = _method(ctx)
        return f"{method} {self._tool(ctx)}" if method == "tools/call" else method

    def _attributes(self, ctx: Context) -> dict[str, str | int]:
        found: dict[str, str | int] = {
            "mcp.method.name": _method(ctx),
            "mcp.protocol.version": ctx.protocol_version,
            "network.transport": "pipe" if ctx.request is None else "tcp",
        }
        if isinstance(ctx.request_id, int) and 0 <= ctx.request_id < _LARGEST_ID:
            found["jsonrpc.request.id"] = str(ctx.request_id)
        if ctx.method == "tools/call":
            found |= {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": self._tool(ctx)}
        return found

    def _tool(self, ctx: Context) -> str:
        name = (ctx.params or {}).get("name")
        tool = self._surface_of(ctx).find(name) if isinstance(name, str) else None
        return tool.name if tool is not None else OTHER


def _method(ctx: Context) -> str:
    return ctx.method if ctx.method in _METHODS else OTHER


def _fail(span: Span, error: Exception) -> None:
    if isinstance(error, MCPError):
        code = str(error.error.code)
    elif isinstance(error, ValidationError):
        code = str(types.INVALID_PARAMS)
    else:
        _end(span, type(error).__qualname__)
        return
    span.set_attribute("rpc.response.status_code", code)
    _end(span, code)


def _end(span: Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)
