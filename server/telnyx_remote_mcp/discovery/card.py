"""The server card: what a client can learn before it connects (MCP extension `server-card`, schema v1)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from mcp_types.version import LATEST_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS

from telnyx_remote_mcp.discovery.group_endpoints import App
from telnyx_remote_mcp.discovery.remotes import TEMPLATE, Remote, any_app_remote, app_remote, main_remote
from telnyx_remote_mcp.identity import TITLE
from telnyx_tools.tool.tool import Tool

Card = dict[str, object]

MEDIA_TYPE: Final = "application/mcp-server-card+json"
DESCRIPTION: Final = (
    "Messaging, calls, numbers, storage and AI assistants of your Telnyx account as tools for AI agents."
)

_SCHEMA: Final = "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json"
_MAX_DESCRIPTION: Final = 100


def server_card(name: str, version: str, base_url: str, apps: Sequence[App]) -> Card:
    """The card of the whole server.

    `name` is in reverse DNS with one slash. `base_url` is where the server is reached, or `TEMPLATE` for a
    card whose reader fills in the host.
    """
    remotes = [main_remote(base_url)]
    if apps:
        remotes.append(any_app_remote(base_url, [app.slug for app in apps]))
    return _card(name, version, base_url, TITLE, DESCRIPTION, remotes)


def app_card(name: str, version: str, base_url: str, app: App) -> Card:
    """The card of one group's endpoint."""
    return _card(app_name(name, app), version, base_url, app_title(app), app.summary, [app_remote(app.url)])


def app_name(name: str, app: App) -> str:
    """The name of one group's endpoint, made from the server's."""
    return f"{name}-{app.slug}"


def app_title(app: App) -> str:
    return f"{TITLE} {app.title}"


def scanner_card(
    card: Mapping[str, object], version: str, tools: Iterable[Tool], *, signs_in: bool, base_path: str = ""
) -> Card:
    """A card with the additional members that scanners expect from the older proposal (SEP-1649).

    Scanners cannot list the tools themselves, because that takes a credential.
    """
    return {
        **card,
        "serverInfo": {"name": card["name"], "title": TITLE, "version": version},
        "protocolVersion": LATEST_PROTOCOL_VERSION,
        "transport": {"type": "streamable-http", "endpoint": f"{base_path}/v2/mcp"},
        "capabilities": {"tools": {}},
        "authentication": {"required": True, "schemes": ["bearer", "oauth2"] if signs_in else ["bearer"]},
        "tools": [_listed(tool) for tool in tools],
    }


def _card(name: str, version: str, base_url: str, title: str, description: str, remotes: Iterable[Remote]) -> Card:
    versions = list(reversed(SUPPORTED_PROTOCOL_VERSIONS))
    own_site: Card = {
        "websiteUrl": base_url,
        "icons": [{"src": f"{base_url}/icon.svg", "mimeType": "image/svg+xml", "sizes": ["any"]}],
    }
    return {
        "$schema": _SCHEMA,
        "name": name,
        "version": version,
        "title": title,
        "description": _shortened(description),
        **({} if base_url == TEMPLATE else own_site),
        "remotes": [{**remote, "supportedProtocolVersions": versions} for remote in remotes],
    }


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_DESCRIPTION else f"{text[: _MAX_DESCRIPTION - 1].rstrip()}…"


def _listed(tool: Tool) -> dict[str, object]:
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": tool.input_schema,
        "annotations": tool.annotations,
    }
