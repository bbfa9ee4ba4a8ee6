"""Short requests, answered with one JSON body instead of an event stream."""

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
"""How long a request runs before anybody looks whether its client is still there."""

_LISTINGS: Final = frozenset(
    {b"server/discover", b"tools/list", b"prompts/list", b"resources/list", b"resources/templates/list"}
)
_STREAMS: Final = (b"text/event-stream", b"text/*", b"*/*")
_NEEDS_A_STREAM: Final = Refusal(
    406, "not_acceptable", "What stays open is answered by text/event-stream: accept that as well."
)
_VERSIONS: Final = frozenset(version.encode() for version in MODERN_PROTOCOL_VERSIONS)


class JsonReplies:
    """Gives brief requests of the newer protocol to `plain`, which cannot stream, and all others to `app`.

    Brief are listings and calls of tools that make one free read; to get ready for a stream would add a fifth to
    what they cost. The routing headers tell: a request whose headers say other than its body is refused behind
    this layer. The read of a client that has left is cancelled, as it would be where there is a stream.
    A client that takes no stream gets everything in this way, not its listings and reads alone.
    """

    def __init__(self, app: ASGIApp, plain: ASGIApp, registry: Registry) -> None:
        self.app = app
        self._plain = plain
        self._registry = registry
        self._brief: dict[str, bool] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Of a header that is there twice the first one counts, as for the SDK, which may then refuse the request.
        headers = dict(reversed(scope["headers"]))
        if not self._is_plain(headers):
            await self.app(scope, receive, send)
            return
        if headers.get(b"mcp-method") in STAYS_OPEN:
            await _NEEDS_A_STREAM(scope, receive, send)
            return
        with CancelScope() as request:
            departure = _Departure(receive, request.cancel)
            try:
                await self._plain(scope, receive, send)
            finally:
                departure.forget()

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
    """Whether a call comes down to one free read of data, and so has nothing to report before its result."""
    reads = tool.effect is Effect.READ and not tool.paid and len(tool.calls) <= 1 and not tool.s3
    return reads and not tool.takes(Progress) and not tool.takes(Actions) and not tool.attaches_files


class _Departure:
    """Tells when a client leaves. Looks late, because most requests are long done by then."""

    def __init__(self, receive: Receive, tell: Callable[[], None]) -> None:
        self._receive = receive
        self._tell = tell
        self._timer = asyncio.get_running_loop().call_later(PATIENCE_SECS, self._look)
        self._watch: asyncio.Task[None] | None = None

    def _look(self) -> None:
        self._watch = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._tell()

    def forget(self) -> None:
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()
