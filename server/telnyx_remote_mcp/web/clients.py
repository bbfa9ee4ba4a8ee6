"""MCP clients, and how to add this server to each of them."""

import json
from dataclasses import dataclass
from typing import Final

KEY: Final = "KEY..."
"""What stands for the reader's own key."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client, where its configuration goes (a file, or None for a shell), and what to put there."""

    name: str
    file: str | None
    snippet: str
    note: str | None = None


def clients(url: str) -> list[Client]:
    """The clients that the page explains, for the endpoint at this URL."""
    return [
        Client("Claude Code", None, _claude_code(url)),
        Client("Cursor", "~/.cursor/mcp.json", _servers({"url": url, "headers": _headers(KEY)})),
        Client(
            "VS Code",
            ".vscode/mcp.json",
            _vs_code(url),
            "VS Code asks for the key once and keeps it out of the file.",
        ),
        Client(
            "Windsurf",
            "~/.codeium/windsurf/mcp_config.json",
            _servers({"serverUrl": url, "headers": _headers(KEY)}),
        ),
        Client(
            "Claude Desktop",
            "claude_desktop_config.json",
            _claude_desktop(),
            "This runs the server on your own computer. Claude Desktop does not see the PATH of your shell: give "
            "the absolute path that “which uvx” prints.",
        ),
    ]


def _headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _claude_code(url: str) -> str:
    return f'claude mcp add --transport http telnyx {url} \\\n  --header "Authorization: Bearer {KEY}"'


def _vs_code(url: str) -> str:
    key = {"type": "promptString", "id": "telnyx-api-key", "description": "Telnyx API key", "password": True}
    server = {"type": "http", "url": url, "headers": _headers("${input:telnyx-api-key}")}
    return _pretty({"inputs": [key], "servers": {"telnyx": server}})


def _claude_desktop() -> str:
    return _servers(
        {
            "command": "/absolute/path/to/uvx",
            "args": ["--from", "telnyx-remote-mcp", "telnyx-mcp-server", "stdio"],
            "env": {"TELNYX_API_KEY": KEY},
        }
    )


def _servers(server: dict[str, object]) -> str:
    return _pretty({"mcpServers": {"telnyx": server}})


def _pretty(document: dict[str, object]) -> str:
    return json.dumps(document, indent=2)
