"""Limits on request bodies: their size, the time to arrive, and the bytes of all of them held in memory together."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telnyx_remote_mcp.http.refusal import Refusal, retry_after
from telnyx_tools.api.values import MOST_VALUES, values_in

MAX_SECS: Final = 30.0
MAX_KEPT: Final = 32 * 1024 * 1024
UNCOUNTED: Final = 64 * 1024
"""Bytes of each body that do not count: small bodies still get in when large ones have used up the limit."""


class KeptBytes:
    """The bytes that the bodies of all requests in progress may take up together."""

    def __init__(self, most: int = MAX_KEPT) -> None:
        self.left = most

    def take(self, count: int) -> None:
        """Reserve this many bytes. Raises the 503 where fewer are left."""
        if count > self.left:
            raise Refusal(
                503,
                "overloaded",
                "The server is taking in too much at the moment; wait as long as Retry-After says, then try again.",
                {**retry_after(1), "Connection": "close"},
            )
        self.left -= count

    def give_back(self, count: int) -> None:
        self.left += count


class BodyLimits:
    """Reads the whole body before the app sees any of it: 413 beyond `max_bytes`, 408 after `max_secs`.

    With `json`, a document with more values than a request may hold gets a 413 as well, before it is parsed. A request
    gets a 503 when `kept`, which all bodies share, is full. Where the client disconnects before the end of the body,
    the app is not called and nothing is answered.
    """

    def __init__(
        self, app: ASGIApp, max_bytes: int, kept: KeptBytes, *, json: bool = False, max_secs: float = MAX_SECS
    ) -> None:
        self.app = app
        self._max_bytes = max_bytes
        self._kept = kept
        self._json = json
        self._max_secs = max_secs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _Body(receive, self._max_bytes, self._kept)
        try:
            complete = await self._read(body, scope)
        except Refusal as refusal:
            body.drop()
            await refusal(scope, receive, send)
            return
        try:
            if complete:
                await self.app(scope, body.replay, send)
        finally:
            body.drop()

    async def _read(self, body: _Body, scope: Scope) -> bool:
        """Read the body within the limits; returns whether it is complete. Raises the Refusal."""
        if _declared(scope) > self._max_bytes:
            raise _too_large(self._max_bytes)
        try:
            async with asyncio.timeout(self._max_secs):
                complete = await body.read()
        except TimeoutError:
            raise _too_slow(self._max_secs) from None
        if complete and self._json and values_in(body.content) > MOST_VALUES:
            raise Refusal(413, "too_many_values", f"A request may hold {MOST_VALUES:,} JSON values; send several.")
        return complete


class _Body:
    """A request body, and its share of the bytes that all bodies may take up."""

    def __init__(self, receive: Receive, max_bytes: int, kept: KeptBytes) -> None:
        self.content = b""
        self._receive = receive
        self._max_bytes = max_bytes
        self._kept = kept
        self._counted = 0
        self._given = False

    async def read(self) -> bool:
        """Read to the end; False where the client disconnects before it. Raises the 413 or 503."""
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return False
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            self._count(size)
            more = message.get("more_body", False)
        self.content = parts[0] if len(parts) == 1 else b"".join(parts)
        return True

    def _count(self, size: int) -> None:
        if size > self._max_bytes:
            raise _too_large(self._max_bytes)
        counted = max(size - UNCOUNTED, 0)
        self._kept.take(counted - self._counted)
        self._counted = counted

    async def replay(self) -> Message:
        """An ASGI `receive`: first the whole body in one message, then what the connection brings."""
        if self._given:
            return await self._receive()
        self._given = True
        content, self.content = self.content, b""
        return {"type": "http.request", "body": content, "more_body": False}

    def drop(self) -> None:
        self._kept.give_back(self._counted)
        self._counted = 0


def _declared(scope: Scope) -> int:
    """The Content-Length; 0 where there is none, or no number below 20 digits."""
    values = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(values[0]) if values and values[0].isdigit() and len(values[0]) < 20 else 0


def _too_large(max_bytes: int) -> Refusal:
    return Refusal(413, "body_too_large", f"A request body may have {max_bytes:,} bytes here.")


def _too_slow(max_secs: float) -> Refusal:
    return Refusal(
        408,
        "request_timeout",
        f"The request body did not arrive within {max_secs:g} seconds; send it again.",
        {"Connection": "close"},
    )
