"""The capabilities that the server declares, where the SDK declares more or fewer than it has."""

from __future__ import annotations

from typing import Any, Final

from mcp.server.context import CallNext, HandlerResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from telnyx_remote_mcp.protocol.listings import Context

EXTENSION: Final = "io.modelcontextprotocol/events"


class Capabilities:
    """Middleware that corrects the declared capabilities after the SDK's models, which drop keys that they do not know.

    Events are declared under the key of SEP-3415 and under the one that ChatGPT reads. Of all lists only that of the
    events is declared to change: for newer clients, and if somebody can change what a caller may do (`changes`).
    Resources can be subscribed to; an older client needs a connection that is kept for that.
    """

    def __init__(self, *, keeps_connections: bool, changes: bool) -> None:
        self._keeps_connections = keeps_connections
        self._changes = changes

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        result = await call_next(ctx)
        if ctx.method not in ("server/discover", "initialize") or not isinstance(result, dict):
            return result
        return {**result, "capabilities": self._corrected(ctx, result.get("capabilities") or {})}

    def _corrected(self, ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
        lists = [(name, {**given[name], "listChanged": False}) for name in ("tools", "prompts") if name in given]
        is_modern = ctx.protocol_version in MODERN_PROTOCOL_VERSIONS
        watched = is_modern or ctx.request is None or self._keeps_connections
        events = {"listChanged": True} if is_modern and self._changes else {}
        return {
            **given,
            **dict(lists),
            "resources": {"subscribe": watched, "listChanged": False},
            "events": {},
            "extensions": {**(given.get("extensions") or {}), EXTENSION: events},
        }
