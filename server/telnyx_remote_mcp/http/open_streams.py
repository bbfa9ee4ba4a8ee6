"""Long-lived responses, and how they end when the server shuts down."""

from __future__ import annotations

import asyncio
from typing import Final

import anyio
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

GRACE_SECS: Final = 0.5
"""How long a subscription may take to end by itself at shutdown, before it is cut."""
AGAIN_SECS: Final = 5
"""After this time a client whose stream was cut may reconnect."""
_RECONNECT: Final = b"retry: %d\r\n\r\n" % (1_000 * AGAIN_SECS)
"""The end of an event stream that is cut: the `retry` field is all that MCP has for it, since 2025-11-25."""

_VERSIONS: Final = frozenset(version.encode() for version in MODERN_PROTOCOL_VERSIONS)
STAYS_OPEN: Final = frozenset({b"subscriptions/listen", b"events/stream"})
"""The methods whose answers are long-lived streams, in the newer protocol."""


class OpenStreams:
    """Ends long-lived responses on `close`, so that a shutdown does not wait for them. Calls in progress finish.

    The GET streams of older clients are cut at once, with the time after which to reconnect. The subscriptions of newer
    clients, which are POSTs, have half a second to end with a result that tells the client. Their handler, which
    `on_termination` closes too, sends it. Those still open after that are cut as well.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._open: dict[anyio.CancelScope, float] = {}
        self._closed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        grace = _grace_secs(scope)
        if grace is None:
            await self.app(scope, receive, send)
            return
        response = OpenResponse(send)
        with anyio.CancelScope() as cancel:
            self._open[cancel] = grace
            if self._closed:
                cancel.cancel()
            try:
                await self.app(scope, receive, response.send)
            finally:
                del self._open[cancel]
        if cancel.cancelled_caught:
            await response.finish(_RECONNECT)

    def accepting(self) -> bool:
        """Return whether the server takes new requests: not once it shuts down."""
        return not self._closed

    def close(self) -> None:
        """Begin to end the open responses. Streams that are asked for later get a 503."""
        self._closed = True
        now = asyncio.get_running_loop().time()
        for cancel, grace in list(self._open.items()):
            cancel.deadline = now + grace


def _grace_secs(scope: Scope) -> float | None:
    """Return how long a long-lived response may take to end by itself; None for one that is not long-lived.

    The headers are enough to decide: the SDK refuses a request of the newer protocol whose headers contradict its
    body, and in the older protocol no POST is long-lived. The first of a repeated header counts, as for the SDK.
    """
    if scope["type"] != "http":
        return None
    if scope["method"] == "GET":
        return 0.0
    headers = dict(reversed(scope["headers"]))
    listens = headers.get(b"mcp-method") in STAYS_OPEN and headers.get(b"mcp-protocol-version") in _VERSIONS
    return GRACE_SECS if listens else None


class OpenResponse:
    """Tracks how much of a response was sent, so that `finish` can end an interrupted one properly."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._started = self._complete = self._is_stream = False

    async def send(self, message: Message) -> None:
        self._started = True
        if message["type"] == "http.response.start":
            form = Headers(raw=message.get("headers", [])).get("content-type", "")
            self._is_stream = form.startswith("text/event-stream")
        self._complete = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def finish(self, last_words: bytes = b"") -> None:
        """End the response if it is not complete; an event stream ends with `last_words`."""
        if not self._started:
            again = (b"retry-after", str(AGAIN_SECS).encode())
            await self._send({"type": "http.response.start", "status": 503, "headers": [again]})
        if not self._complete:
            self._complete = True
            await self._send({"type": "http.response.body", "body": last_words if self._is_stream else b""})
