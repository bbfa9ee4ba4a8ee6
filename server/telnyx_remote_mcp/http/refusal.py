"""Refusals: error answers to a request before any tool runs."""

import json
import math
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Refusal(Exception):
    """An HTTP error that this server answers itself, as `{"error", "error_description"}`. It is an ASGI app.

    `error` is a short code for programs; `description` tells a person what to do. Neither ever quotes a credential.
    """

    def __init__(self, status: int, error: str, description: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {error}")
        self.status = status
        self.error = error
        self.description = description
        self.headers = {"Cache-Control": "no-store", **(headers or {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._response()(scope, receive, send)

    def last_words(self) -> bytes:
        """The whole answer over HTTP/1.1, for a connection that closes before any app has seen its request."""
        response = self._response()
        headers = [*response.raw_headers, (b"connection", b"close")]
        lines = [b"%s: %s" % header for header in headers]
        begin = f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}".encode()
        return b"\r\n".join([begin, *lines, b"", response.body])

    def _response(self) -> Response:
        body = json.dumps({"error": self.error, "error_description": self.description})
        return Response(body, self.status, self.headers, media_type="application/json")


def retry_after(seconds: float) -> dict[str, str]:
    """A Retry-After header of whole seconds, at least one."""
    return {"Retry-After": str(max(1, math.ceil(seconds)))}
