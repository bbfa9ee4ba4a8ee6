"""How large a request body may be, and how long it may take to arrive."""

import asyncio

from mcp.server.transport_security import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telnyx_remote_mcp.http.refusal import Refusal


class _TooSlowError(Exception):
    """The body did not arrive in time."""


class _LeftError(Exception):
    """The client left before its whole body was here."""


class BodyLimits:
    """Reads the whole body before the app sees any of it: 413 beyond `max_bytes`, 408 after `max_secs`.

    Of a body that breaks off the app hears nothing, and there is nobody to answer.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, max_secs: float = 30.0) -> None:
        self.app = RequestBodyLimitMiddleware(app, max_bytes)
        self._max_secs = max_secs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, _Deadline(receive, self._max_secs), send)
        except _TooSlowError:
            await _too_slow(self._max_secs)(scope, receive, send)
        except _LeftError:
            pass


class _Deadline:
    """A `receive` that gives up on a body which takes too long; what follows the body may take for ever."""

    def __init__(self, receive: Receive, max_secs: float) -> None:
        self._receive = receive
        self._expires = asyncio.get_running_loop().time() + max_secs
        self._complete = False

    async def __call__(self) -> Message:
        if self._complete:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._expires):
                message = await self._receive()
        except TimeoutError:
            raise _TooSlowError from None
        if message["type"] == "http.disconnect":
            raise _LeftError
        self._complete = not message.get("more_body", False)
        return message


def _too_slow(max_secs: float) -> Refusal:
    return Refusal(
        408,
        "request_timeout",
        f"The request body did not arrive within {max_secs:g} seconds; send it again.",
        {"Connection": "close"},
    )
