"""The bundle for Claude Desktop (MCPB): the settings that a person fills in there, and how the server is started."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import AliasChoices

from telnyx_remote_mcp.discovery.card import DESCRIPTION
from telnyx_remote_mcp.discovery.registration import KEY_DESCRIPTION
from telnyx_remote_mcp.identity import TITLE, VERSION
from telnyx_remote_mcp.settings import Settings

PACKAGE: Final = "telnyx-remote-mcp"
ENTRY_POINT: Final = "server.py"
ASKED: Final[Mapping[str, Mapping[str, Any]]] = {
    "api_key": {
        "type": "string",
        "title": "Telnyx API key",
        "description": KEY_DESCRIPTION,
        "sensitive": True,
        "required": True,
    },
    "sandbox": {"type": "boolean", "title": "Play in a sandbox", "default": False},
    "read_only": {"type": "boolean", "title": "Only look", "default": False},
    "file_roots": {"type": "directory", "title": "Folder for files", "default": ""},
}
"""The settings that a person is asked for. Each one that is not required has a default: otherwise Claude Desktop would
start the server with the text `${user_config.…}` as the value."""


def manifest() -> dict[str, object]:
    """The `manifest.json` of the bundle, by version 0.4 of the specification, which can start servers with uv."""
    return {
        "manifest_version": "0.4",
        "name": "telnyx",
        "display_name": TITLE,
        "version": VERSION,
        "description": DESCRIPTION,
        "author": {"name": "The developers of telnyx-remote-mcp"},
        "server": {
            "type": "uv",
            "entry_point": ENTRY_POINT,
            "mcp_config": {
                "command": "uv",
                "args": ["run", "--directory", "${__dirname}", ENTRY_POINT],
                "env": {_variable(name): f"${{user_config.{name}}}" for name in ASKED},
            },
        },
        "tools_generated": True,
        "keywords": ["telephony", "sms", "voice"],
        "license": "MIT",
        "compatibility": {"platforms": ["darwin", "win32", "linux"], "runtimes": {"python": ">=3.11"}},
        "user_config": {name: {"description": _description(name), **asked} for name, asked in ASKED.items()},
    }


def contents(wheel: str) -> dict[str, str]:
    """The files of the bundle by name, except the wheel with the given name, from which uv installs the server."""
    return {
        "manifest.json": json.dumps(manifest(), indent=2, ensure_ascii=False) + "\n",
        ENTRY_POINT: 'from telnyx_remote_mcp.cli import main\n\nraise SystemExit(main(["stdio"]))\n',
        "pyproject.toml": "\n".join(
            [
                "[project]",
                'name = "telnyx-bundle"',
                f'version = "{VERSION}"',
                'requires-python = ">=3.11"',
                f'dependencies = ["{PACKAGE}"]',
                "",
                "[tool.uv]",
                "package = false",
                "",
                "[tool.uv.sources]",
                f'{PACKAGE} = {{ path = "{wheel}" }}',
                "",
            ]
        ),
    }


def _variable(name: str) -> str:
    """The environment variable of a setting."""
    alias = Settings.model_fields[name].validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"TELNYX_MCP_{name.upper()}"


def _description(name: str) -> str:
    told = Settings.model_fields[name].description or ""
    return f"{told[:1].upper()}{told[1:]}."
