"""The AI catalog: a document that lists the server cards of this site."""

from collections.abc import Iterable
from typing import Final

from telnyx_remote_mcp.discovery import card
from telnyx_remote_mcp.discovery.group_endpoints import App
from telnyx_remote_mcp.identity import TITLE

MEDIA_TYPE: Final = "application/ai-catalog+json"


def ai_catalog(name: str, base_url: str, apps: Iterable[App]) -> dict[str, object]:
    """The document at `/.well-known/ai-catalog.json`: the server's card, then one for each group."""
    return {"specVersion": "1.0", "host": {"displayName": TITLE}, "entries": _entries(name, base_url, apps)}


def mcp_catalog(name: str, base_url: str, apps: Iterable[App]) -> dict[str, object]:
    """The MCP catalog, the forerunner of the AI catalog: the same entries, with a version of its own."""
    return {"specVersion": "draft", "entries": _entries(name, base_url, apps)}


def identifier(name: str) -> str:
    """The URN of a server: `com.example/weather` is `urn:air:example.com:mcp:weather`."""
    namespace, _, server = name.partition("/")
    return f"urn:air:{'.'.join(reversed(namespace.split('.')))}:mcp:{server}"


def _entries(name: str, base_url: str, apps: Iterable[App]) -> list[dict[str, str]]:
    return [
        _entry(name, TITLE, f"{base_url}/v2/mcp"),
        *(_entry(card.app_name(name, app), card.app_title(app), app.url) for app in apps),
    ]


def _entry(name: str, title: str, url: str) -> dict[str, str]:
    return {
        "identifier": identifier(name),
        "displayName": title,
        "type": card.MEDIA_TYPE,
        "mediaType": card.MEDIA_TYPE,  # the name of `type` in earlier drafts
        "url": f"{url}/server-card",
    }
