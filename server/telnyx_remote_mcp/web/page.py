"""The page at `/`: where to connect, and how."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from telnyx_remote_mcp.discovery.card import DESCRIPTION
from telnyx_remote_mcp.discovery.group_endpoints import apps
from telnyx_remote_mcp.identity import VERSION
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_remote_mcp.web.clients import KEY, clients
from telnyx_remote_mcp.web.icon import icon_route
from telnyx_remote_mcp.web.rendering import render

SANDBOX_KEY: Final = "KEY_sandbox_you"
"""The key on a sandbox's page, which a reader can use as it is."""

_SAFE: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


def page_routes(settings: Settings, surfaces: Surfaces) -> list[Route]:
    """The page and the icon, both public. The page loads nothing but the icon; its script only adds buttons to copy."""
    style = _asset("page.css")
    policy = _policy(style, _asset("page.js"))
    page = cache(lambda: _render(settings, surfaces, style).encode())

    async def show_page(_: Request) -> Response:
        headers = {**_SAFE, "Content-Security-Policy": policy, "Cache-Control": "public, max-age=300"}
        return Response(page(), media_type="text/html", headers=headers)

    return [Route("/", show_page, methods=["GET"]), icon_route()]


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _render(settings: Settings, surfaces: Surfaces, style: str) -> str:
    endpoint = f"{settings.url}/v2/mcp"
    key = SANDBOX_KEY if settings.sandbox else KEY
    served = apps(settings.url, surfaces)
    return render(
        "page.html",
        version=VERSION,
        description=DESCRIPTION,
        endpoint=endpoint,
        clients=[client for client in clients(endpoint, key) if client.page],
        key=key,
        apps=served,
        listed=len(surfaces.of(Selection()).tools),
        tools=sum(app.tools for app in served),
        read_only=settings.read_only,
        sandbox=settings.sandbox,
        signs_in=settings.serves_oauth,
        url_is_unknown=settings.url_is_unknown,
        operator=settings.operator,
        style=style,
        script=_asset("page.js"),
        base=settings.base_path,
    )


def _asset(name: str) -> str:
    return files("telnyx_remote_mcp.web").joinpath("assets", name).read_text(encoding="utf-8")
