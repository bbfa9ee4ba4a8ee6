"""The instructions by which each MCP client is set up to use this server, from the table in `clients.toml`."""

from __future__ import annotations

import base64
import json
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

KEY: Final = "KEY..."
"""A placeholder for the reader's own key."""

UVX: Final = "/absolute/path/to/uvx"
CHECKOUT: Final = "/absolute/path/to/this/repository"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client: where its configuration goes (`file`, None for a shell or a program), and what to put there.

    `steps` are for clients that are set up in their own windows, `bundle` for those that install a bundle. `sign_in`
    says what differs without a key. `link` opens the client with this server filled in. `test` names the test of the
    guide; a guide without one is from the client's documentation, at `source`.
    """

    name: str
    source: str
    page: bool = False
    local: bool = False
    file: str | None = None
    where: str | None = None
    language: str = ""
    snippet: str = ""
    steps: tuple[str, ...] = ()
    bundle: tuple[str, ...] = ()
    sign_in: str = ""
    steps_sign_in: str = ""
    notes: tuple[str, ...] = ()
    link: str | None = None
    test: str | None = None

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", "-").replace(".", "-")


def clients(url: str, key: str = KEY) -> list[Client]:
    """Return every client of the table, for the endpoint at this URL and a reader with this key."""
    return [_client(row, url, key) for row in _table()["client"]]


def checked() -> date:
    """Return the day on which the clients' documentation was last read for the guides."""
    day: date = _table()["checked"]
    return day


def _client(row: dict[str, Any], url: str, key: str) -> Client:
    filled = {name: _filled(value, url, key) for name, value in row.items()}
    if "link" in row:
        filled["link"] = _LINKS[row["link"]](url)
    return Client(**filled)


def _filled(value: Any, url: str, key: str) -> Any:
    if isinstance(value, list):
        return tuple(_filled(each, url, key) for each in value)
    if not isinstance(value, str):
        return value
    for name, text in {"$URL": url, "$KEY": key, "$UVX": UVX, "$CHECKOUT": CHECKOUT}.items():
        value = value.replace(name, text)
    return value.strip()


def _cursor(url: str) -> str:
    config = base64.b64encode(json.dumps({"url": url}).encode()).decode()
    return f"cursor://anysphere.cursor-deeplink/mcp/install?name=telnyx&config={quote(config)}"


def _vs_code(url: str) -> str:
    return f"vscode:mcp/install?{quote(json.dumps({'name': 'telnyx', 'type': 'http', 'url': url}))}"


_LINKS: Final = {"cursor": _cursor, "vscode": _vs_code}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("telnyx_remote_mcp.web").joinpath("clients.toml").read_text(encoding="utf-8"))
