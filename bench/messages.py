"""The requests that are sent: the same tool calls and the same listing, for both protocol versions."""

from __future__ import annotations

import json
from typing import Literal

from bench.calls import Call

KEY = "KEY0123456789bench"
Era = Literal["2026-07-28", "2025-11-25"]

INITIALIZE = (
    b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},'
    b'"clientInfo":{"name":"bench","version":"1"}}}\n'
)


def request(era: Era, call: Call | None = None) -> bytes:
    """A complete HTTP request as bytes: for a tool call, or without one for the list of tools."""
    method = "tools/call" if call else "tools/list"
    params: dict[str, object] = {"name": call.tool, "arguments": call.arguments} if call else {}
    headers = {
        "Host": "127.0.0.1",
        "Authorization": f"Bearer {KEY}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": era,
    }
    if era == "2026-07-28":
        headers |= {"Mcp-Method": method} | ({"Mcp-Name": call.tool} if call else {})
        params["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": era,
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        }
    return _post(headers, {"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def _post(headers: dict[str, str], message: dict[str, object]) -> bytes:
    body = json.dumps(message, separators=(",", ":")).encode()
    lines = ["POST /mcp HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
