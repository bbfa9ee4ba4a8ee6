"""Signing in at the installed server: tokens that outlive it, and that open nothing that is another's."""

import socket
from pathlib import Path
from typing import Protocol

import httpx2
import pytest
from tests.e2e.clients import INITIALIZE, LIST_TOOLS, connected, post
from tests.e2e.connection import Connection
from tests.e2e.processes import Server, served

from telnyx_tools.registry import registry
from telnyx_tools.tool.effect import Effect

pytestmark = pytest.mark.anyio


class Site(Protocol):
    """Where one signs in."""

    @property
    def base_url(self) -> str: ...
    @property
    def url(self) -> str: ...


async def signed_in(server: Site, key: str, **choice: object) -> str:
    """An access token for the account of `key`, after its person allowed what was asked for."""
    async with httpx2.AsyncClient(base_url=server.base_url) as http:
        return (await Connection.signed_in(http, server.url, key, **choice)).access_token


async def test_who_signed_in_acts_on_the_account_within_the_scopes(server: Server) -> None:
    token = await signed_in(server, "KEY_sandbox_signed_in", level="look")
    async with connected(server.url, token) as client:
        assert "send_message" in {tool.name for tool in (await client.list_tools()).tools}
        assert not (await client.call_tool("get_balance", {})).is_error
    send = {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "send_message", "arguments": {}}}
    response = post(server, send, token)
    assert response.status_code == 403
    assert 'error="insufficient_scope"' in response.headers["www-authenticate"]


async def test_what_the_person_left_out_is_not_there(server: Server) -> None:
    token = await signed_in(server, "KEY_sandbox_careful", level="look", group=["messaging"])
    async with connected(server.url, token) as client:
        tools = (await client.list_tools()).tools
    names = {tool.name for tool in tools}
    assert "get_message" in names
    assert "get_balance" not in names
    changing = [tool for name in names if (tool := registry().tools[name]).scope and tool.effect is not Effect.READ]
    assert "send_message" in {tool.name for tool in changing}
    for tool in changing:
        send = {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": tool.name, "arguments": {}}}
        assert post(server, send, token).status_code == 403


async def test_a_client_that_asked_to_read_sends_once_its_person_let_it(server: Server) -> None:
    token = await signed_in(server, "KEY_sandbox_sender", level="spend")
    async with connected(server.url, token) as client:
        owned = (await client.call_tool("list_phone_numbers", {})).structured_content
        sms = {"from_number": owned["items"][0]["phone_number"], "to": "+12025550123", "text": "Hello"}
        assert not (await client.call_tool("send_message", sms)).is_error


async def test_a_session_is_nobody_elses_whichever_way_one_came(server: Server) -> None:
    mine, theirs = await signed_in(server, "KEY_sandbox_mine"), await signed_in(server, "KEY_sandbox_theirs")
    session = post(server, INITIALIZE, mine).headers["mcp-session-id"]
    headers = {"Mcp-Session-Id": session, "MCP-Protocol-Version": "2025-11-25"}
    assert post(server, LIST_TOOLS, mine, **headers).status_code == 200
    for credential in (theirs, "KEY_sandbox_theirs", "KEY_sandbox_mine"):
        assert post(server, LIST_TOOLS, credential, **headers).status_code == 404


async def test_a_restart_ends_no_sign_in(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    with served(tmp_path, "--sandbox", "--port", port) as server:
        token = await signed_in(server, "KEY_sandbox_stays")
    with served(tmp_path, "--sandbox", "--port", port) as server:
        async with connected(server.url, token) as client:
            assert (await client.list_tools()).tools
        assert post(server, LIST_TOOLS, token[:-4] + "AAAA").status_code == 401
