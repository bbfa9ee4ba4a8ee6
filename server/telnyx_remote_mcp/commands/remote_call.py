"""Calls one tool at a running server."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

import anyio
import httpx2
import mcp_types as types
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from telnyx_remote_mcp.commands import Failure, UsageError, first_message
from telnyx_remote_mcp.commands.arguments import typed
from telnyx_remote_mcp.commands.asking import ask, can_ask, show
from telnyx_remote_mcp.commands.options import check_key
from telnyx_remote_mcp.commands.progress import Progress
from telnyx_remote_mcp.identity import VERSION
from telnyx_remote_mcp.settings import Settings
from telnyx_tools.api.hosts import is_loopback
from telnyx_tools.registry import modules

CLIENT = types.Implementation(name="telnyx-mcp-server call", version=VERSION)
"""The client's name in calls that a command makes."""


def call_remote(url: str, settings: Settings, tool: str, arguments: Mapping[str, str]) -> types.CallToolResult:
    """The result of the tool at the MCP endpoint `url`, called with the key of the settings. Raises Failure."""
    url = _safe(url)
    if settings.sandbox:
        raise UsageError("--sandbox starts a server of its own; leave it out with --url.")
    check_key(settings)
    refusals: list[str] = []
    connected = False

    async def call() -> types.CallToolResult:
        nonlocal connected
        async with (
            _http(settings.api_key, refusals) as http,
            Progress(tool) as progress,
            Client(
                streamable_http_client(url, http_client=http),
                client_info=CLIENT,
                elicitation_callback=partial(_asked, progress) if can_ask() else None,
            ) as client,
        ):
            connected = True
            listed = {each.name: each.input_schema for each in (await client.list_tools()).tools}
            try:
                return await client.call_tool(tool, typed(arguments, listed.get(tool, {})), progress_callback=progress)
            except MCPError as error:
                raise Failure(f"{error}{_elsewhere(url, tool, listed)}") from None

    try:
        return anyio.run(call)
    except* httpx2.TransportError:
        raise Failure(f"No answer from {url}.") from None
    except* Failure as failures:
        raise Failure(first_message(failures)) from None
    except* MCPError as errors:
        why = first_message(errors)
        if refusals:
            why = refusals[-1] if settings.api_key else f"{refusals[-1]} Set TELNYX_API_KEY."
        elif not connected:
            why = f"{url} is no MCP endpoint ({why}); give one such as https://mcp.example.com/v2/mcp."
        raise Failure(why) from None


async def _asked(progress: Progress, _: object, params: types.ElicitRequestParams) -> types.ElicitResult:
    """The answer of the person at the terminal to a question of the server."""
    with progress.paused():
        if isinstance(params, types.ElicitRequestURLParams):
            show(params.message, params.url)
            return types.ElicitResult(action="accept")
        answer = await ask(params.message, params.requested_schema)
    content = dict(answer.content) if answer.action == "accept" else None
    return types.ElicitResult(action=answer.action, content=content)


def _elsewhere(url: str, tool: str, listed: Mapping[str, object]) -> str:
    """Where a tool may be that this endpoint does not have."""
    if tool in listed:
        return ""
    if tool in modules():
        return f". It is not among the tools of {url}: that endpoint, or your key's connection, is narrowed"
    from telnyx_tools.catalog.names import nearest

    close = nearest(tool, listed, 1)
    return f". Did you mean {close[0]}?" if close else ""


def _http(key: str | None, refusals: list[str]) -> httpx2.AsyncClient:
    """An HTTP client with the key. The texts of refusals, which the MCP client does not pass on, are added to
    `refusals`."""

    async def remember(response: httpx2.Response) -> None:
        if response.status_code >= 400 and response.headers.get("content-type", "").startswith("application/json"):
            await response.aread()
            body = response.json()
            if isinstance(body, dict) and "error_description" in body:
                refusals.append(f"{body['error_description']} (HTTP {response.status_code})")

    headers = {"Authorization": f"Bearer {key.strip()}"} if key else {}
    timeout = httpx2.Timeout(30, read=300)
    return httpx2.AsyncClient(headers=headers, timeout=timeout, event_hooks={"response": [remember]})


def _safe(url: str) -> str:
    """The URL, if a key may be sent there."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise UsageError(f"--url {url} is no URL, such as https://mcp.example.com/v2/mcp.") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise UsageError("--url must be https (http only on this machine): the call carries your API key.")
    return url
