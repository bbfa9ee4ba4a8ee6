"""The icon of the server, which MCP clients also show in their own pages."""

from functools import cache
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'",
    "Cache-Control": "public, max-age=86400",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def icon_route() -> Route:
    """The route of the icon, which is public."""

    async def show(_: Request) -> Response:
        return Response(_icon(), media_type="image/svg+xml", headers=_HEADERS)

    return Route("/icon.svg", show, methods=["GET"])


@cache
def _icon() -> bytes:
    return files("telnyx_remote_mcp.web").joinpath("assets", "icon.svg").read_bytes()
