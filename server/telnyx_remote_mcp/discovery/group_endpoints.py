"""Group endpoints: each tool group as an MCP endpoint with its own URL."""

from collections.abc import Sequence
from dataclasses import dataclass

from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces


@dataclass(frozen=True, slots=True)
class App:
    """One tool group as an MCP endpoint."""

    slug: str
    """The group's name with hyphens, as in its URL."""
    title: str
    summary: str
    url: str
    tools: int
    """How many tools the endpoint lists."""


def apps(base_url: str, surfaces: Surfaces) -> list[App]:
    """An app for each group that has a tool on this server, in the registry's order."""
    return [_app(base_url, surfaces, name) for name in surfaces.groups]


def apps_document(served: Sequence[App]) -> dict[str, object]:
    """The answer to `GET /v2/mcp/apps`."""
    return {"data": [_entry(app) for app in served]}


def _app(base_url: str, surfaces: Surfaces, name: str) -> App:
    group, slug = surfaces.registry.groups[name], name.replace("_", "-")
    return App(
        slug=slug,
        title=group.title,
        summary=group.summary,
        url=f"{base_url}/v2/mcp/apps/{slug}/mcp",
        tools=len(surfaces.of(Selection(slug=name)).tools),
    )


def _entry(app: App) -> dict[str, object]:
    return {
        "slug": app.slug,
        "title": app.title,
        "description": app.summary,
        "url": app.url,
        "transport": "streamable-http",
        "tools": app.tools,
        "server_card": f"{app.url}/server-card",
    }
