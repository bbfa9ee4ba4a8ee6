"""Puts everything that is done for a request into the trace of its caller. Used only if traces are on."""

from opentelemetry.context import attach, detach
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from telnyx_remote_mcp.http.edge import RequestInfo
from telnyx_remote_mcp.telemetry.caller_trace import named_in, trace_id, where


class Traced:
    """Makes the trace in the `traceparent` header the current one; runs inside `Edge`.

    So what happens before a message is read (the check of a key, the refresh of a token, a wait for a place) is in it
    too, and the log line of a refused request names it. A message may name another trace, which its own span is in.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        context = named_in(Headers(scope=scope)) if scope["type"] == "http" else None
        if context is None:
            await self.app(scope, receive, send)
            return
        RequestInfo.of(scope).trace_id = trace_id(where(context))
        token = attach(context)
        try:
            await self.app(scope, receive, send)
        finally:
            detach(token)
