"""A cache of serialized `tools/list` results: to serialize one costs more than all the rest of its request."""

from __future__ import annotations

import json
from typing import Any, Final

from cachetools import FIFOCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telnyx_remote_mcp.surface.surfaces import Surface

MAX_BYTES: Final = 4 * 1024 * 1024
"""Bytes of all cached results together."""
MAX_REQUEST: Final = 4096
"""Bytes of the largest request whose result is cached: the request is part of the cache key."""

_SAFE_INTEGER: Final = 2**53
_READ_BY_THE_SDK: Final = (b"accept", b"content-type")

Key = tuple[Surface, tuple[tuple[bytes, bytes], ...], str]


class ReadyListings:
    """Answers `tools/list` of the newer protocol from the cache; passes every other request on to `app`.

    The result depends on the surface, on the headers that the SDK reads and on the body without the request's id, so
    these are the cache key. The id is put into each answer. Only answers of `app` that hold a result are cached.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._results: FIFOCache[Key, bytes] = FIFOCache(MAX_BYTES, getsizeof=len)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (b"mcp-method", b"tools/list") not in scope["headers"]:
            await self.app(scope, receive, send)
            return
        message = await receive()
        request = _Request.of(message)
        if request is None:
            await self.app(scope, _replaying(message, receive), send)
            return
        key = (Surface.of(scope), _headers(scope), request.asked)
        if key in self._results:
            await _answer(send, request.head + self._results[key])
            return
        answer = _Answer(send)
        await self.app(scope, _replaying(message, receive), answer.send)
        if answer.status == 200 and answer.body.startswith(request.head) and len(answer.body) < MAX_BYTES:
            self._results[key] = answer.body.removeprefix(request.head)


class _Request:
    """A request for a listing: `asked` is its body without the id, `head` the start of its answer, with the id."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.head = f'{{"jsonrpc":"2.0","id":{json.dumps(document.pop("id"))},"result":'.encode()
        self.asked = json.dumps(document, sort_keys=True)

    @staticmethod
    def of(message: Message) -> _Request | None:
        """The request in this message; None for one that is large, broken or has an unusual id: the SDK answers it."""
        body = message.get("body", b"")
        if message["type"] != "http.request" or message.get("more_body") or len(body) > MAX_REQUEST:
            return None
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            return None
        return _Request(document) if isinstance(document, dict) and _is_plain(document.get("id")) else None


def _is_plain(request_id: object) -> bool:
    """Return whether every JSON library writes this id in the same way."""
    if isinstance(request_id, str):
        return request_id.isascii()
    return type(request_id) is int and abs(request_id) < _SAFE_INTEGER


def _headers(scope: Scope) -> tuple[tuple[bytes, bytes], ...]:
    return tuple(pair for pair in scope["headers"] if pair[0] in _READ_BY_THE_SDK or pair[0].startswith(b"mcp-"))


def _replaying(message: Message, receive: Receive) -> Receive:
    """Return a `receive` that gives back this message first, which was read already, and then reads on."""
    pending = [message]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


async def _answer(send: Send, body: bytes) -> None:
    headers = [(b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Answer:
    """Sends an answer on as it comes, and keeps a copy of its status and body."""

    def __init__(self, send: Send) -> None:
        self.status = 0
        self.body = b""
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body += message.get("body", b"")
        await self._send(message)
