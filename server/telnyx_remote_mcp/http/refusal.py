"""Refusals: error answers to a request before any tool runs."""

import json
import math
from collections.abc import Mapping

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
        body = json.dumps({"error": self.error, "error_description": self.description})
        response = Response(body, self.status, self.headers, media_type="application/json")
        await response(scope, receive, send)


def retry_after(seconds: float) -> dict[str, str]:
    """A Retry-After header of whole seconds, at least one."""
    return {"Retry-After": str(max(1, math.ceil(seconds)))}
