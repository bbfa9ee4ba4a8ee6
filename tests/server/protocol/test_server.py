"""The MCP server object, where it relies on what the tools declare and on what runs beside it."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_types import Implementation

from telnyx_remote_mcp.audit.log import DIRECTORY
from telnyx_remote_mcp.audit.reader import records
from telnyx_remote_mcp.composition.local import local_server
from telnyx_remote_mcp.settings import Settings
from telnyx_tools.registry import registry


def test_no_tool_takes_an_argument_from_a_header() -> None:
    """The server hands the SDK no schema to compare headers with; a tool that declares one needs that again."""
    assert [tool.name for tool in registry().tools.values() if "x-mcp-header" in json.dumps(tool.input_schema)] == []


@pytest.mark.anyio
async def test_requests_make_no_spans_where_nobody_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of the SDK nor of ours, which is not even imported."""
    monkeypatch.delitem(sys.modules, "telnyx_remote_mcp.protocol.spans", raising=False)
    async with local_server(Settings()) as server:
        kinds = [type(each).__name__ for each in server.middleware]
    assert kinds == ["RequestStateBoundary", "method", "Capabilities"]
    assert "telnyx_remote_mcp.protocol.spans" not in sys.modules


@pytest.mark.anyio
@pytest.mark.parametrize("sandbox", [True, False])
async def test_the_instructions_say_whether_it_is_a_sandbox(sandbox: bool) -> None:
    async with local_server(Settings(sandbox=sandbox)) as server, Client(server) as client:
        instructions = client.instructions or ""
    assert ("sandbox" in instructions) is sandbox
    assert len(instructions) < 4 * 300


@pytest.mark.anyio
async def test_the_client_and_the_agent_that_it_names_are_on_record(tmp_path: Path) -> None:
    """There is no key for it in MCP: ours comes first, then those that are in use."""
    named: list[Any] = [{}, {"openai/session": "v1/chat-1"}, {"gen_ai.agent.id": 7, "vscode.conversationId": "c-1"}]
    named.append({"vscode.conversationId": "c-1", "gen_ai.agent.id": "asst-1", "telnyx/agent_id": "desk-1"})
    settings = Settings(data_dir=tmp_path, audit="on")
    async with (
        local_server(settings) as server,
        Client(server, client_info=Implementation(name="Desk", version="3")) as client,
    ):
        for meta in named:
            await client.call_tool("get_server_info", meta=meta)
    kept = list(records(tmp_path / DIRECTORY))
    assert {record["client"] for record in kept} == {"Desk 3"}
    assert [record.get("agent") for record in kept] == [None, "v1/chat-1", "c-1", "desk-1"]
