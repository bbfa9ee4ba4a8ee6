"""The routes of the discovery documents."""

from typing import Final

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from telnyx_remote_mcp.discovery import ai_catalog, card
from telnyx_remote_mcp.discovery.group_endpoints import App, apps, apps_document
from telnyx_remote_mcp.http.document import Document
from telnyx_remote_mcp.identity import VERSION
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces

CARD_PATHS: Final = ("/v2/mcp/server-card", "/mcp/server-card")
"""Next to the endpoints, as the extension requires."""

SCANNER_PATHS: Final = (
    "/.well-known/mcp/server-card.json",
    "/.well-known/mcp/server-card",
    "/.well-known/mcp-server-card",
    "/.well-known/mcp.json",
)
"""Where earlier proposals put the card, and where scanners look for it."""


def discovery_routes(settings: Settings, surfaces: Surfaces) -> list[Route]:
    """The public documents. No credential is needed, any web page may read them, and they hold no secret."""
    name, url = settings.server_name, settings.url
    served = apps(url, surfaces)
    server = card.server_card(name, VERSION, url, served)
    main = Document(card.MEDIA_TYPE, lambda: server)
    older = Document(
        card.MEDIA_TYPE,
        lambda: card.scanner_card(
            server,
            VERSION,
            surfaces.of(Selection()).tools.values(),
            signs_in=settings.serves_oauth,
            base_path=settings.base_path,
        ),
    )
    return [
        *(main.route(path) for path in CARD_PATHS),
        *(older.route(path + below) for path in SCANNER_PATHS for below in dict.fromkeys(("", settings.base_path))),
        *(route for app in served for route in _app_routes(name, url, app)),
        Document(ai_catalog.MEDIA_TYPE, lambda: ai_catalog.ai_catalog(name, url, served)).route(
            "/.well-known/ai-catalog.json"
        ),
        Document("application/json", lambda: ai_catalog.mcp_catalog(name, url, served)).route(
            "/.well-known/mcp/catalog.json"
        ),
    ]


def apps_response(settings: Settings, surfaces: Surfaces) -> Response:
    """The answer to `GET /v2/mcp/apps`, as an ASGI app. The caller puts it behind the check of credentials."""
    document = apps_document(apps(settings.url, surfaces))
    return JSONResponse(document, headers={"Cache-Control": "private, max-age=300"})


def _app_routes(name: str, url: str, app: App) -> list[Route]:
    document = Document(card.MEDIA_TYPE, lambda: card.app_card(name, VERSION, url, app))
    spellings = dict.fromkeys((app.slug, app.slug.replace("-", "_")))
    return [document.route(f"/v2/mcp/apps/{slug}/mcp/server-card") for slug in spellings]
