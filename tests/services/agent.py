"""A client that makes calls and reads their outcomes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

MODERN, LEGACY = "2026-07-28", "2025-11-25"
_ACCEPT = "application/json, text/event-stream"
_META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "cluster", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


class Agent:
    """A client that makes calls over one connection pool, in either protocol version, and reads their outcomes."""

    def __init__(self, url: str, http: httpx2.AsyncClient) -> None:
        self._url = url
        self._http = http

    @classmethod
    @asynccontextmanager
    async def of(cls, url: str, address: str | None = None) -> AsyncIterator[Agent]:
        """An agent that appears to come from this address, as a proxy says."""
        limits = httpx2.Limits(max_connections=64, max_keepalive_connections=16)
        headers = {"X-Forwarded-For": address} if address is not None else {}
        async with httpx2.AsyncClient(timeout=30, limits=limits, headers=headers) as http:
            yield cls(url, http)

    @asynccontextmanager
    async def listening(self, key: str) -> AsyncIterator[int]:
        """Open a stream of 2026-07-28 on which the server reports changes. Yields the status of the answer."""
        method = "subscriptions/listen"
        params = {"notifications": {"toolsListChanged": True}, "_meta": _META}
        headers = {
            "Authorization": f"Bearer {key}",
            "Accept": _ACCEPT,
            "MCP-Protocol-Version": MODERN,
            "Mcp-Method": method,
        }
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        async with self._http.stream("POST", f"{self._url}/mcp", json=message, headers=headers) as answer:
            yield answer.status_code

    async def begin(self, key: str) -> str:
        """Begin a session of 2025-11-25. Returns its id."""
        client = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "cluster", "version": "1"}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": client}
        headers = {"Authorization": f"Bearer {key}", "Accept": _ACCEPT}
        answer = await self._http.post(f"{self._url}/mcp", json=message, headers=headers)
        return str(answer.raise_for_status().headers["mcp-session-id"])

    async def end(self, key: str, session: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "Mcp-Session-Id": session}
        await self._http.delete(f"{self._url}/mcp", headers=headers)

    @asynccontextmanager
    async def hearing(self, key: str, session: str) -> AsyncIterator[int]:
        """Open the stream of a session. Yields the status of the answer."""
        headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream", "Mcp-Session-Id": session}
        async with self._http.stream("GET", f"{self._url}/mcp", headers=headers) as answer:
            yield answer.status_code

    async def post(
        self, key: str, tool: str, arguments: dict[str, Any], era: str = MODERN, session: str | None = None
    ) -> httpx2.Response:
        params: dict[str, Any] = {"name": tool, "arguments": arguments}
        headers = {"Authorization": f"Bearer {key}", "Accept": _ACCEPT, "MCP-Protocol-Version": era}
        if era == MODERN:
            params["_meta"] = _META
            headers |= {"Mcp-Method": "tools/call", "Mcp-Name": tool}
        if session is not None:
            headers |= {"Mcp-Session-Id": session}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        return await self._http.post(f"{self._url}/mcp", json=message, headers=headers)

    async def call(
        self, key: str, tool: str, arguments: dict[str, Any], era: str = MODERN, session: str | None = None
    ) -> str:
        """Make a call. Returns `done`, `duplicate`, the code of the error, the HTTP status, or `lost` if there was no
        answer."""
        try:
            answer = await self.post(key, tool, arguments, era, session)
        except httpx2.TransportError:
            return "lost"
        if answer.status_code != 200:
            return str(answer.status_code)
        result = read_message(answer)["result"]
        if result.get("isError"):
            return str(json.loads(result["content"][0]["text"])["error"]["code"])
        return "duplicate" if "duplicate_of" in result["structuredContent"] else "done"


def read_message(answer: httpx2.Response) -> dict[str, Any]:
    """The message in an answer, which is JSON or an event stream."""
    text = answer.text
    if answer.headers["content-type"].startswith("text/event-stream"):
        text = next(line[6:] for line in text.splitlines() if line.startswith("data: {"))
    message: dict[str, Any] = json.loads(text)
    return message
