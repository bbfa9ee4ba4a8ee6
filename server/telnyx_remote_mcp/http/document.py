"""A public JSON document that is served from memory."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

JSON: Final = "application/json"

_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": "Content-Type, If-None-Match",
    "Access-Control-Expose-Headers": "ETag",
    "X-Content-Type-Options": "nosniff",
}


class Document:
    """A document that anybody may read, web pages of any origin included.

    It is built at the first request, and revalidated by ETag.
    """

    def __init__(self, media_type: str, build: Callable[[], Mapping[str, object]]) -> None:
        self._media_type = media_type
        self._build = build

    @cached_property
    def body(self) -> bytes:
        return json.dumps(self._build(), separators=(",", ":"), ensure_ascii=False).encode()

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'

    def route(self, path: str) -> Route:
        """The document at a path; HEAD comes with GET."""
        return Route(path, self._respond, methods=["GET", "OPTIONS"])

    async def _respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_HEADERS)
        headers = {**_HEADERS, "Cache-Control": "public, max-age=3600", "ETag": self.etag, "Vary": "Accept"}
        if _matches(request.headers.get("if-none-match", ""), self.etag):
            return Response(status_code=304, headers=headers)
        media_type = self._negotiated(request.headers.get("accept", ""))
        return Response(self.body, media_type=media_type, headers=headers)

    def _negotiated(self, accept: str) -> str:
        """The document's own media type, or JSON for a client that accepts JSON and not that type."""
        return JSON if JSON in accept and self._media_type not in accept else self._media_type


def _matches(if_none_match: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or tags == ["*"]
