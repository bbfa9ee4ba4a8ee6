"""The official client, connected to a server, and the sandbox behind that server."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.lowlevel
import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from tests.e2e.processes import Server

ERAS = {"auto": "2026-07-28", "legacy": "2025-11-25"}
"""The protocol version that each mode of the client negotiates."""

PATIENCE_SECS = 30
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
LIST_TOOLS = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}
ACCEPT = {"Accept": "application/json, text/event-stream"}


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def post(server: Server, message: object, key: str, **more: str) -> httpx2.Response:
    """Send one request without an MCP client."""
    return httpx2.post(server.url, json=message, headers={**ACCEPT, **headers(key), **more}, timeout=PATIENCE_SECS)


@asynccontextmanager
async def connected(url: str, key: str, mode: str = "auto") -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(headers=headers(key), timeout=PATIENCE_SECS) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        yield client


async def call(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """The result of a call that must succeed."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    content: dict[str, Any] = result.structured_content
    return content


class Sandbox:
    """The switches of the sandbox behind a server."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    @classmethod
    @asynccontextmanager
    async def behind(cls, client: Client) -> AsyncIterator["Sandbox"]:
        info = await call(client, "get_server_info")
        base_url = info["telnyx_api"].removesuffix("/v2") + "/sandbox"
        async with httpx2.AsyncClient(base_url=base_url) as http:
            yield cls(http)

    async def advance(self, secs: float) -> None:
        """Advance the sandbox's clock, so that pending operations finish."""
        answer = await self._http.post("/clock", json={"advance_secs": secs})
        answer.raise_for_status()

    async def fail(self, **fault: object) -> None:
        """Let the next matching request fail: `path`, and `status` or `action`."""
        answer = await self._http.post("/faults", json=[fault])
        answer.raise_for_status()

    async def write(self, key: str, sender: str, to: str, text: str) -> None:
        """Let somebody text a number of this account."""
        written = {"key": key, "channel": "sms", "from": sender, "to": to, "text": text}
        (await self._http.post("/inbound", json=written)).raise_for_status()

    async def texted(self, key: str, number: str, pattern: str) -> str:
        """What a text from this account to this number says, as soon as it is there."""
        api = str(self._http.base_url).replace("/sandbox", "/v2")
        query = {"filter[record_type]": "messaging", "filter[direction]": "outbound"}
        with anyio.fail_after(PATIENCE_SECS):
            while True:
                records = await self._http.get(f"{api}detail_records", params=query, headers=headers(key))
                for record in records.json()["data"]:
                    message = await self._http.get(f"{api}messages/{record['uuid']}", headers=headers(key))
                    data = message.json()["data"]
                    if data["to"][0]["phone_number"] == number and (found := re.search(pattern, data["text"])):
                        return found[1]

    async def has_seen(self, path: str) -> None:
        """Wait until a request for this path has arrived."""
        with anyio.fail_after(PATIENCE_SECS):
            while path not in {seen["path"] for seen in (await self._http.get("/requests")).json()["data"]}:
                await anyio.lowlevel.checkpoint()
