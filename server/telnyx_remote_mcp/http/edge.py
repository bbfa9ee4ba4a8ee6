"""The outermost layer: gives every request an id and clean header values, and writes the access log."""

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

_LINE: Final = "%(method)s %(path)s %(status)d %(duration_ms).1fms id=%(request_id)s by=%(principal)s"

_INFO: Final = "telnyx.request_info"

CLIENT_LEFT: Final = 499
"""The status that is logged, as by other web servers, when the client disconnected: clients cancel in this way."""


@dataclass(slots=True)
class RequestInfo:
    """What the access log says about one HTTP request. Inner layers set its principal and trace once they know them."""

    request_id: str
    principal: str = "-"
    trace_id: str | None = None
    address: str | None = None
    """The address that the attempt was counted against; set only where the request was refused for it."""

    @staticmethod
    def of(scope: Scope) -> "RequestInfo":
        """The info of this request; a new one with a random id where there is none yet."""
        info: RequestInfo = scope.setdefault(_INFO, RequestInfo(token_hex(16)))
        return info


class Edge:
    """Trims header values, gives the request an id and logs the outcome.

    The id is the caller's `X-Request-Id` where that has at most 64 plain characters, else a random one. It is in
    `RequestInfo.of(scope)` and in the answer's headers.
    The log line holds method, path, status, duration, request id and principal; no query, no header. A path that
    matches a route with a part in braces is logged as that route, since the part may be a secret. `meter` measures the
    request under its route: the path itself or the route with a part in braces, of those in `routes`.
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
        info = RequestInfo.of(scope)
        request_id = info.request_id.encode()
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
            if info.address is not None:
                self._meter.failed_login()
            _log(scope, _loggable(self._routes.shown(scope["path"])), info, status or 500, secs * 1000)


class Routes:
    """Maps a path to the route that serves it, so that metrics and logs hold no text that a client put into a path."""

    def __init__(self, routes: Iterable[str]) -> None:
        named = list(routes)
        self._whole = frozenset(named)
        self._begins = {route.partition("{")[0]: route for route in named if "{" in route}

    def of(self, path: str) -> str:
        if path in self._whole:
            return path
        return next((route for begins, route in self._begins.items() if path.startswith(begins)), "other")

    def shown(self, path: str) -> str:
        """Return the path for the log: from where a route with a part in braces begins, the route takes its place."""
        for begins, route in self._begins.items():
            before, found, _ = path.partition(begins)
            if found:
                return before + route
        return path


def _prepared(scope: Scope) -> Scope:
    # httptools keeps trailing whitespace, which RFC 9110 does not count to the value.
    headers = [(name, value.strip(b" \t")) for name, value in scope["headers"]]
    return {**scope, "headers": headers, _INFO: RequestInfo(_request_id(headers))}


def _request_id(headers: list[tuple[bytes, bytes]]) -> str:
    for name, value in headers:
        if name == b"x-request-id" and _SAFE_ID.fullmatch(value):
            return value.decode()
    return token_hex(16)


def _log(scope: Scope, path: str, info: RequestInfo, status: int, duration_ms: float) -> None:
    if not logger.isEnabledFor(logging.INFO):
        return
    fields = {
        "method": scope["method"],
        "path": path,
        "status": status,
        "duration_ms": round(duration_ms, 1),
        "request_id": info.request_id,
        "principal": info.principal,
        **({"trace_id": info.trace_id} if info.trace_id is not None else {}),
        **({"address": info.address} if info.address is not None else {}),
    }
    logger.info(_LINE + (" from=%(address)s" if info.address is not None else ""), fields)


def _loggable(path: str) -> str:
    """The path on one line, cut to 200 characters, with API keys in it masked."""
    return _KEY.sub("KEY...", quote(path[:_MAX_PATH], safe="/:@{}"))
