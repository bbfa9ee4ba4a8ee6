"""The outermost layer: what every request gets before anything looks at it, and its access log line."""

import logging
import re
import time
from dataclasses import dataclass
from secrets import token_hex
from typing import Final
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("telnyx_remote_mcp.access")

_SAFE_ID: Final = re.compile(rb"(?!KEY)[A-Za-z0-9._-]{1,64}")
_KEY: Final = re.compile(r"KEY[\w%-]{4,}")
_MAX_PATH: Final = 200

_VISIT: Final = "telnyx.visit"

CLIENT_LEFT: Final = 499
"""What is logged, as web servers do, for a request that nobody waits for: hanging up is how clients cancel."""


@dataclass(slots=True)
class Visit:
    """One HTTP request as the access log tells of it. Whoever finds out who is calling says so here."""

    request_id: str
    principal: str = "-"

    @staticmethod
    def of(scope: Scope) -> "Visit":
        """The visit of this request, which begins where nobody has noted it before."""
        visit: Visit = scope.setdefault(_VISIT, Visit(token_hex(16)))
        return visit


class Edge:
    """Trims header values, names the request and logs the outcome.

    The request's id is the caller's `X-Request-Id` where that is short and plain, else a new one; `Visit.of(scope)`
    has it, and the answer carries it.
    The log line holds method, path, status, duration, request id and principal; no query, no header.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope = _prepared(scope)
        visit = Visit.of(scope)
        request_id = visit.request_id.encode()
        started, status = time.perf_counter(), 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id)]
            await send(message)

        try:
            await self.app(scope, receive, send_named)
            status = status or CLIENT_LEFT
        finally:
            _log(scope, visit, status or 500, (time.perf_counter() - started) * 1000)


def _prepared(scope: Scope) -> Scope:
    # httptools keeps trailing whitespace, which RFC 9110 does not count to the value.
    headers = [(name, value.strip(b" \t")) for name, value in scope["headers"]]
    return {**scope, "headers": headers, _VISIT: Visit(_request_id(headers))}


def _request_id(headers: list[tuple[bytes, bytes]]) -> str:
    for name, value in headers:
        if name == b"x-request-id" and _SAFE_ID.fullmatch(value):
            return value.decode()
    return token_hex(16)


def _log(scope: Scope, visit: Visit, status: int, duration_ms: float) -> None:
    if not logger.isEnabledFor(logging.INFO):
        return
    fields = {
        "method": scope["method"],
        "path": _loggable(scope["path"]),
        "status": status,
        "duration_ms": round(duration_ms, 1),
        "request_id": visit.request_id,
        "principal": visit.principal,
    }
    logger.info("%(method)s %(path)s %(status)d %(duration_ms).1fms id=%(request_id)s by=%(principal)s", fields)


def _loggable(path: str) -> str:
    """A path on one line and of bounded length, and without a key that somebody put into it."""
    return _KEY.sub("KEY...", quote(path[:_MAX_PATH], safe="/:@"))
