"""The 503 for a tool call of which this server could not remember that it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from telnyx_remote_mcp.auth.scopes import counts_as
from telnyx_remote_mcp.gate.step_up import buffered, parsed, tool_call
from telnyx_remote_mcp.http.refusal import Refusal, retry_after
from telnyx_remote_mcp.surface.surfaces import Surface
from telnyx_tools.tool.effect import Effect


class Remembering:
    """Turns away calls that do not only read while the store is away, before they wait for it; reads go on.

    The guards refuse such a call as well, each in its turn: this is the word that programs understand.
    """

    def __init__(self, app: ASGIApp, is_away: Callable[[], bool]) -> None:
        self.app = app
        self._is_away = is_away

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST" and self._is_away():
            body, receive = await buffered(receive)
            try:
                _check(Surface.of(scope), tool_call(parsed(body)))
            except Refusal as refusal:
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _check(surface: Surface, call: Mapping[str, Any] | None) -> None:
    name, arguments = (call or {}).get("name"), (call or {}).get("arguments")
    tool = surface.find(name) if isinstance(name, str) else None
    if tool is None:
        return
    if counts_as(surface, tool, arguments if isinstance(arguments, Mapping) else {}).effect is not Effect.READ:
        raise Refusal(
            503,
            "store_unavailable",
            "This server cannot reach its store, so it only reads; nothing was sent. "
            "Wait as long as Retry-After says, then make the same call again.",
            retry_after(5),
        )
