"""Streams that stay open by design, and how they end when the server does."""

from __future__ import annotations

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Streams:
    """Ends the long-lived GET streams of older clients on `close`, so that a shutdown waits for no one.

    Calls in progress are not touched: they finish.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._open: set[anyio.CancelScope] = set()
        self._closed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        response = _Response(send)
        with anyio.CancelScope() as cancel:
            self._open.add(cancel)
            if self._closed:
                cancel.cancel()
            try:
                await self.app(scope, receive, response.send)
            finally:
                self._open.discard(cancel)
        if cancel.cancelled_caught:
            await response.finish()

    async def accepting(self) -> bool:
        """Whether new requests are welcome: not once the server is about to end."""
        return not self._closed

    def close(self) -> None:
        self._closed = True
        for cancel in list(self._open):
            cancel.cancel()


class _Response:
    """Remembers how far a response got, so that an interrupted one can be ended properly."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._started = self._complete = False

    async def send(self, message: Message) -> None:
        self._started = True
        self._complete = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def finish(self) -> None:
        if not self._started:
            await self._send({"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"5")]})
        if not self._complete:
            await self._send({"type": "http.response.body", "body": b""})
