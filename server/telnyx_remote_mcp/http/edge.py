"""The outermost layer: what every request gets before anything looks at it, and its access log line."""

import logging
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from secrets import token_hex
from typing import Final
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter

logger = logging.getLogger("telnyx_remote_mcp.access")

_SAFE_ID: Final = re.compile(rb"(?!KEY)[A-Za-z0-9._-]{1,64}")
_KEY: Final = re.compile(r"KEY[\w%-]{4,}")
_MAX_PATH: Final = 200

_VISIT: Final = "telnyx.visit"

CLIENT_LEFT: Final = 499
"""What is logged, as web servers do, for a request that nobody waits for: hanging up is how clients cancel."""


@dataclass(slots=True)
class Visit:
    """One HTTP request as the access log tells of it. Whoever finds out who calls, or in which trace, says so here."""

    request_id: str
    principal: str = "-"
    trace_id: str | None = None

    @staticmethod
    def of(scope: Scope) -> "Visit":
        """The visit of this request, which begins where nobody has noted it before."""
        visit: Visit = scope.setdefault(_VISIT, Visit(token_hex(16)))
        return visit


class Edge:
    """Trims header values, names the request and logs the outcome.

    The request's id is the caller's `X-Request-Id` where that is short and plain, else a new one; `Visit.of(scope)`
    has it, and the answer carries it.
    The log line holds method, path, status, duration, request id and principal; no query, no header. `meter` is told
    the route, which is one of `routes` or the one that has a part in braces in it.
    """

    def __init__(self, app: ASGIApp, meter: Meter = UNMEASURED, routes: Iterable[str] = ()) -> None:
        self.app = app
        self._meter = meter
        self._routes = Routes(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope = _prepared(scope)
        visit = Visit.of(scope)
        request_id = visit.request_id.encode()
        started, status, begun = time.perf_counter(), 0, 0.0

        async def send_named(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], time.perf_counter() - started
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id)]
            await send(message)

        try:
            await self.app(scope, receive, send_named)
            status = status or CLIENT_LEFT
        finally:
            secs = time.perf_counter() - started
            self._meter.request(scope["method"], self._routes.of(scope["path"]), status or 500, begun or secs)
            _log(scope, visit, status or 500, secs * 1000)


class Routes:
    """The routes of the server, by which a path is told without what people put into it."""

    def __init__(self, routes: Iterable[str]) -> None:
        named = list(routes)
        self._whole = frozenset(named)
        self._begins = {route.partition("{")[0]: route for route in named if "{" in route}

    def of(self, path: str) -> str:
        if path in self._whole:
            return path
        return next((route for begins, route in self._begins.items() if path.startswith(begins)), "other")


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
        **({"trace_id": visit.trace_id} if visit.trace_id is not None else {}),
    }
    logger.info("%(method)s %(path)s %(status)d %(duration_ms).1fms id=%(request_id)s by=%(principal)s", fields)


def _loggable(path: str) -> str:
    """A path on one line and of bounded length, and without a key that somebody put into it."""
    return _KEY.sub("KEY...", quote(path[:_MAX_PATH], safe="/:@"))
