"""Answers short requests with one JSON body instead of an event stream."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from anyio import CancelScope
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from starlette.types import ASGIApp, Receive, Scope, Send

from telnyx_remote_mcp.http.open_streams import STAYS_OPEN
from telnyx_remote_mcp.http.refusal import Refusal
from telnyx_tools.registry import Registry
from telnyx_tools.tool.context import Actions, Progress
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.tool import Tool

PATIENCE_SECS: Final = 1.0
"""How long a request runs before the server watches for its client to disconnect."""

_LISTINGS: Final = frozenset(
    {b"server/discover", b"tools/list", b"prompts/list", b"resources/list", b"resources/templates/list"}
)
_STREAMS: Final = (b"text/event-stream", b"text/*", b"*/*")
_NEEDS_A_STREAM: Final = Refusal(
    406, "not_acceptable", "What stays open is answered by text/event-stream: accept that as well."
)
_VERSIONS: Final = frozenset(version.encode() for version in MODERN_PROTOCOL_VERSIONS)


class JsonReplies:
    """Passes brief requests of the newer protocol to `plain`, which answers in JSON, and all others to `app`.

    Listings are brief, and so are calls of tools that make one free read: to set up a stream would add a fifth to
    their cost. The routing headers decide; an inner layer refuses a request whose headers contradict its body. When
    the client disconnects, the request is cancelled, as a streaming one would be.
    All requests of a client that does not accept event streams go to `plain`.
    """

    def __init__(self, app: ASGIApp, plain: ASGIApp, registry: Registry) -> None:
        self.app = app
        self._plain = plain
        self._registry = registry
        self._brief: dict[str, bool] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The first of a repeated header counts, as it does for the SDK, which may then refuse the request.
        headers = dict(reversed(scope["headers"]))
        if not self._is_plain(headers):
            await self.app(scope, receive, send)
            return
        if headers.get(b"mcp-method") in STAYS_OPEN:
            await _NEEDS_A_STREAM(scope, receive, send)
            return
        with CancelScope() as request:
            disconnect = _DisconnectWatch(receive, request.cancel)
            try:
                await self._plain(scope, receive, send)
            finally:
                disconnect.stop()

    def _is_plain(self, headers: dict[bytes, bytes]) -> bool:
        if headers.get(b"mcp-protocol-version") not in _VERSIONS:
            return False
        return self._is_brief(headers) or not any(form in headers.get(b"accept", b"") for form in _STREAMS)

    def _is_brief(self, headers: dict[bytes, bytes]) -> bool:
        method = headers.get(b"mcp-method")
        if method != b"tools/call":
            return method in _LISTINGS
        name = headers.get(b"mcp-name", b"").decode("latin-1")
        known = self._brief.get(name)
        return self._looked_up(name) if known is None else known

    def _looked_up(self, name: str) -> bool:
        tool = self._registry.find(name)
        if tool is None:
            return False
        return self._brief.setdefault(name, _is_brief(tool))


def _is_brief(tool: Tool) -> bool:
    """Whether a call of the tool makes one free read at most, and so reports nothing before its result."""
    reads = tool.effect is Effect.READ and not tool.paid and len(tool.calls) <= 1 and not tool.s3
    return reads and not tool.takes(Progress) and not tool.takes(Actions) and not tool.attaches_files


class _DisconnectWatch:
    """Calls `on_disconnect` when the client disconnects.

    It begins to watch only after PATIENCE_SECS, because most requests are done by then.
    """

    def __init__(self, receive: Receive, on_disconnect: Callable[[], None]) -> None:
        self._receive = receive
        self._on_disconnect = on_disconnect
        self._timer = asyncio.get_running_loop().call_later(PATIENCE_SECS, self._start)
        self._watch: asyncio.Task[None] | None = None

    def _start(self) -> None:
        self._watch = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._on_disconnect()

    def stop(self) -> None:
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()
