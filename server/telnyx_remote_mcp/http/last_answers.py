"""Ends each connection with its next answer once the server shuts down, so that clients go on at another process."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class LastAnswers:
    """Adds `Connection: close` to every answer that begins once the server is not `accepting` any more.

    It stands around all routes: a proxy keeps connections, and sends anything over any of them.
    """

    def __init__(self, app: ASGIApp, accepting: Callable[[], bool]) -> None:
        self.app = app
        self._accepting = accepting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_last(message: Message) -> None:
            if message["type"] == "http.response.start" and not self._accepting():
                others = (header for header in message.get("headers", ()) if header[0].lower() != b"connection")
                message = {**message, "headers": [*others, (b"connection", b"close")]}
            await send(message)

        await self.app(scope, receive, send_last)
