"""The registration of a release: its entry in the MCP registry, and the checked-in files with that and the card."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from telnyx_remote_mcp.discovery.card import DESCRIPTION, server_card
from telnyx_remote_mcp.discovery.group_endpoints import App, apps
from telnyx_remote_mcp.discovery.remotes import TEMPLATE, any_app_remote, main_remote
from telnyx_remote_mcp.identity import TITLE, VERSION
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.registry import registry

_SCHEMA: Final = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
KEY_DESCRIPTION: Final = "Your Telnyx API v2 key from https://portal.telnyx.com/#/api-keys"


def registry_document(name: str, version: str, apps: Sequence[App]) -> dict[str, object]:
    """The `server.json` of the MCP registry: the package for stdio, and the remotes of whoever hosts it."""
    return {
        "$schema": _SCHEMA,
        "name": name,
        "title": TITLE,
        "description": DESCRIPTION,
        "version": version,
        "packages": [_package(version)],
        "remotes": [main_remote(TEMPLATE), any_app_remote(TEMPLATE, [app.slug for app in apps])],
    }


def release_files() -> dict[str, bytes]:
    """The exact contents of these files at the root of the repository, by name."""
    name = str(Settings.model_fields["server_name"].default)
    served = apps(TEMPLATE, Surfaces(registry(), Selection()))
    return {
        "server-card.json": _file(server_card(name, VERSION, TEMPLATE, served)),
        "server.json": _file(registry_document(name, VERSION, served)),
    }


def _package(version: str) -> dict[str, object]:
    return {
        "registryType": "pypi",
        "identifier": "telnyx-remote-mcp",
        "version": version,
        "runtimeHint": "uvx",
        "transport": {"type": "stdio"},
        "packageArguments": [{"type": "positional", "value": "stdio"}],
        "environmentVariables": [
            {
                "name": "TELNYX_API_KEY",
                "description": KEY_DESCRIPTION,
                "isRequired": True,
                "isSecret": True,
                "format": "string",
                "placeholder": "KEY...",
            }
        ],
    }


def _file(document: Mapping[str, object]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
