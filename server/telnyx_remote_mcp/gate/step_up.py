"""Answers 403 to a tool call that needs a scope which the caller's token does not carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.auth.resource_server import ResourceServer
from telnyx_remote_mcp.http.refusal import Refusal
from telnyx_remote_mcp.surface.surfaces import Surface


class StepUp:
    """Answers 403 to a tool call beyond the caller's scopes; runs inside `SelectSurface`.

    The body decides, never the routing headers: on the older protocol nothing compares the two. A caller with an API
    key has no scopes, so its body is not read.
    """

    def __init__(self, app: ASGIApp, resource_server: ResourceServer) -> None:
        self.app = app
        self._resource_server = resource_server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = Caller.of(scope)
        if caller.scopes is None or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        body, replay = await buffered(receive)
        try:
            message = parsed(body)
            if message.get("method") == "tools/list":
                await self._resource_server.note_listing(caller)
            if (call := tool_call(message)) is not None:
                self._resource_server.check_scope(caller, Surface.of(scope), call, scope["path"])
        except Refusal as refusal:
            await refusal(scope, replay, send)
            return
        await self.app(scope, replay, send)


async def buffered(receive: Receive) -> tuple[bytes, Receive]:
    """The whole body, and a `receive` that begins with it. An outer layer has limited its size."""
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    body = b"".join(parts)
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return body, replay


def parsed(body: bytes) -> Mapping[str, Any]:
    """Parse the body; empty where it is not a single JSON object. Raises the 400 for a body that is not JSON.

    It is refused here because another parser might find a call in it.
    """
    try:
        message = from_json(body)
    except ValueError:
        raise Refusal(400, "invalid_request", "The body is not valid JSON.") from None
    return message if isinstance(message, dict) else {}


def tool_call(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The parameters of a `tools/call`; None for any other message."""
    params = message.get("params")
    return params if message.get("method") == "tools/call" and isinstance(params, dict) else None
