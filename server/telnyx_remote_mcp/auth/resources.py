"""The protected resources (RFC 9728): each endpoint, and the server as a whole, with their metadata."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from telnyx_remote_mcp.http.document import Document

WELL_KNOWN: Final = "/.well-known/oauth-protected-resource"
ENDPOINTS: Final = ("/mcp", "/v2/mcp")

_APP: Final = re.compile(r"/v2/mcp/apps/([a-z0-9_-]+)/mcp")
_APPS: Final = "/v2/mcp/apps"


class Resources:
    """The resources under one base URL. `slugs` are the names of the single groups' endpoints.

    Within this server a resource is named by its path ("" is the whole server), to clients by its URL. Both spellings
    of a group's path (`call-control`, `call_control`) are one resource.
    """

    def __init__(self, base_url: str, slugs: Sequence[str]) -> None:
        self.base_url = base_url
        apps = [f"/v2/mcp/apps/{slug.replace('_', '-')}/mcp" for slug in slugs]
        self.paths: Final = ("", *ENDPOINTS, _APPS, *apps)
        self._known = frozenset(self.paths)

    def url(self, path: str) -> str:
        """The URL of the resource at a path, as clients and tokens name it; the server's own for an unknown path."""
        path = _canonical(path)
        return self.base_url + (path if path in self._known else "")

    def identify(self, url: str) -> str | None:
        """The canonical URL of the resource that a client asks for; None where it is not one of this server's."""
        base, _, _ = url.partition("?")
        base = base.rstrip("/")
        if base.lower().startswith(self.base_url.lower()):
            path = _canonical(base[len(self.base_url) :])
            if path in self._known:
                return self.base_url + path
        return None

    def accepts(self, path: str, audience: str) -> bool:
        """Return whether a token for `audience` is valid at `path`: issued for it, or for the whole server."""
        return audience in (self.base_url, self.url(path))

    def metadata_url(self, path: str) -> str:
        """Return the URL of the metadata of the resource at a path."""
        return f"{self.base_url}{WELL_KNOWN}{path if _canonical(path) in self._known else ''}"


def resource_routes(resources: Resources, scopes: Sequence[str]) -> list[Route]:
    """The routes of the metadata of every resource. `scopes` are the ones to ask for first."""

    def metadata(path: str) -> dict[str, object]:
        return {
            "resource": resources.base_url + path,
            "authorization_servers": [resources.base_url],
            "scopes_supported": list(scopes),
            "bearer_methods_supported": ["header"],
            "resource_name": "Telnyx MCP server",
            "resource_documentation": resources.base_url,
        }

    spellings = dict.fromkeys(spelling for path in resources.paths for spelling in _spellings(path))
    # Also with the path of the server's URL after the well-known path, where clients look by default (RFC 9728, 3.1).
    places = dict.fromkeys(("", urlsplit(resources.base_url).path))
    served = [_document(metadata(path)).route(WELL_KNOWN + below + path) for path in spellings for below in places]
    return [*served, Route(WELL_KNOWN + "/{path:path}", _unknown)]


async def _unknown(_: Request) -> Response:
    return JSONResponse({"error": "not_found", "error_description": "There is no such resource."}, 404)


def _document(metadata: dict[str, object]) -> Document:
    return Document("application/json", lambda: metadata)


def _spellings(path: str) -> tuple[str, str]:
    app = _APP.fullmatch(path)
    return path, path.replace(app[1], app[1].replace("-", "_")) if app else path


def _canonical(path: str) -> str:
    app = _APP.fullmatch(path)
    return f"/v2/mcp/apps/{app[1].replace('_', '-')}/mcp" if app else path.rstrip("/")
