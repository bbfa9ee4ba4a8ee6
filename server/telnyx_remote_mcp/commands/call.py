"""Call one tool and print its result as JSON. Ends with 1 where the tool answers with an error."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
import mcp_types as types
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from telnyx_remote_mcp.commands import Failure, UsageError, first_message, say
from telnyx_remote_mcp.commands.options import UPSTREAM, add_settings, check_local, settings
from telnyx_remote_mcp.commands.sandbox import sandboxed
from telnyx_remote_mcp.composition.local import local_server
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.telemetry import logs
from telnyx_tools.api.hosts import is_loopback
from telnyx_tools.registry import registry


def configure(parser: ArgumentParser) -> None:
    add_settings(parser, "allow", "policy", "dry_run", *UPSTREAM, "file_roots")
    parser.add_argument("--url", help="the MCP endpoint of a running server, instead of one in this process")
    parser.add_argument("tool", metavar="TOOL", help="its name; telnyx-mcp-server tools lists them")
    parser.add_argument(
        "arguments", metavar="NAME=VALUE", nargs="*", default=[], help="an argument of the tool; text or JSON"
    )


def run(options: Namespace) -> int:
    chosen, arguments = settings(options), _pairs(options.arguments)
    logs.configure("error")
    result = (_call_remote if options.url else _call_here)(options, chosen, arguments)
    say(json.dumps(_content(result), indent=2, ensure_ascii=False))
    for file in result.content[1:]:
        print(f"Not shown: {_kind(file)} that came with it.", file=sys.stderr)  # noqa: T201 - beside the JSON
    return 1 if result.is_error else 0


def _call_here(options: Namespace, settings: Settings, arguments: Mapping[str, str]) -> types.CallToolResult:
    if registry().find(options.tool) is None:
        raise UsageError(f"Unknown tool '{options.tool}'; telnyx-mcp-server tools lists them.")
    check_local(settings)

    async def call() -> types.CallToolResult:
        async with local_server(effective, Selection(surface="full")) as server, Client(server) as client:
            return await _call(client, options.tool, arguments)

    with sandboxed(settings) as effective:
        try:
            return anyio.run(call)
        except* MCPError as errors:
            raise Failure(first_message(errors)) from None


def _call_remote(options: Namespace, settings: Settings, arguments: Mapping[str, str]) -> types.CallToolResult:
    url = _safe(options.url)
    if settings.sandbox:
        raise UsageError("--sandbox starts a server of its own; leave it out with --url.")
    refusals: list[str] = []
    connected = False

    async def call() -> types.CallToolResult:
        nonlocal connected
        async with (
            _http(settings.api_key, refusals) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            connected = True
            return await _call(client, options.tool, arguments)

    try:
        return anyio.run(call)
    except* httpx2.TransportError:
        raise Failure(f"No answer from {url}.") from None
    except* MCPError as errors:
        why = first_message(errors)
        if refusals:
            why = refusals[-1] if settings.api_key else f"{refusals[-1]} Set TELNYX_API_KEY."
        elif not connected:
            why = f"{url} is no MCP endpoint ({why}); give one such as https://mcp.example.com/v2/mcp."
        raise Failure(why) from None


def _http(key: str | None, refusals: list[str]) -> httpx2.AsyncClient:
    """A client with the key; what a server says where it refuses a request, which the MCP client does not tell,
    goes to `refusals`."""

    async def remember(response: httpx2.Response) -> None:
        if response.status_code >= 400 and response.headers.get("content-type", "").startswith("application/json"):
            await response.aread()
            body = response.json()
            if isinstance(body, dict) and "error_description" in body:
                refusals.append(f"{body['error_description']} (HTTP {response.status_code})")

    headers = {"Authorization": f"Bearer {key.strip()}"} if key else {}
    timeout = httpx2.Timeout(30, read=300)
    return httpx2.AsyncClient(headers=headers, timeout=timeout, event_hooks={"response": [remember]})


async def _call(client: Client, tool: str, arguments: Mapping[str, str]) -> types.CallToolResult:
    listed = {each.name: each.input_schema for each in (await client.list_tools()).tools}
    properties = listed.get(tool, {}).get("properties", {})
    return await client.call_tool(
        tool, {name: parsed(text, properties.get(name, {})) for name, text in arguments.items()}
    )


def parsed(text: str, schema: Mapping[str, Any]) -> object:
    """The value for an argument of this schema: the text itself where that may be meant, else what it is as JSON."""
    branches = schema.get("anyOf", [schema])
    if any(branch.get("type") == "string" or "enum" in branch for branch in branches):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _content(result: types.CallToolResult) -> object:
    if result.structured_content is not None:
        return result.structured_content
    texts = [block.text for block in result.content if isinstance(block, types.TextContent)]
    try:
        return json.loads(texts[0])
    except (IndexError, ValueError):
        return texts


def _kind(file: types.ContentBlock) -> str:
    """What a client would show of a file beside the result."""
    part = file.resource if isinstance(file, types.EmbeddedResource) else file
    return f"a file of type {getattr(part, 'mime_type', None) or 'unknown'}"


def _pairs(given: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise UsageError("An argument of a tool is written name=value.")
        if name in pairs:
            raise UsageError(f'{name} is given more than once; a list is written as JSON: {name}=\'["a", "b"]\'.')
        pairs[name] = value
    return pairs


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
