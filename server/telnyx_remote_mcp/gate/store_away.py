"""Answers 503 to requests that do more than read while the store is away, since it could not record that they ran."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from telnyx_remote_mcp.auth.scopes import effective_action
from telnyx_remote_mcp.gate.step_up import buffered, parsed, tool_call
from telnyx_remote_mcp.http.refusal import Refusal, retry_after
from telnyx_remote_mcp.surface.surfaces import Surface
from telnyx_tools.tool.effect import Effect

CHANGES: Final = frozenset({"events/subscribe", "events/unsubscribe"})
"""The methods, apart from calls of tools, that change what the server keeps."""


class RefuseWhileStoreAway:
    """Answers 503 to tool calls and subscriptions that do more than read while the store is away; reads pass.

    What is behind refuses them too, but only after it has waited for the store. The 503 comes at once, and programs
    understand it.
    """

    def __init__(self, app: ASGIApp, is_away: Callable[[], bool]) -> None:
        self.app = app
        self._is_away = is_away

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST" and self._is_away():
            body, receive = await buffered(receive)
            try:
                _check(Surface.of(scope), parsed(body))
            except Refusal as refusal:
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _check(surface: Surface, message: Mapping[str, Any]) -> None:
    if message.get("method") in CHANGES or _calls_for_change(surface, tool_call(message) or {}):
        raise Refusal(
            503,
            "store_unavailable",
            "This server cannot reach its store, so it only reads; nothing was sent. "
            "Wait as long as Retry-After says, then make the same call again.",
            retry_after(5),
        )


def _calls_for_change(surface: Surface, call: Mapping[str, Any]) -> bool:
    name, arguments = call.get("name"), call.get("arguments")
    tool = surface.find(name) if isinstance(name, str) else None
    if tool is None:
        return False
    action = effective_action(surface, tool, arguments if isinstance(arguments, Mapping) else {})
    return action.effect is not Effect.READ
