"""The server object as the official client sees it, on both protocol eras."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator
from mcp import MCPError
from mcp.client import Client
from tests.wires import MockWire

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.endpoint import INSTRUCTIONS, Services, create_server
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface import Selection, Surfaces
from telnyx_tools.api.client import Api, Credential
from telnyx_tools.registry import registry

pytestmark = pytest.mark.anyio

ERAS = ["auto", "legacy"]
INVALID_PARAMS = -32602
UNLIMITED = Selection()


def answer(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, json={"data": {"balance": "12.50", "currency": "USD"}})


@asynccontextmanager
async def connected(mode: str, ceiling: Selection = UNLIMITED, key: str | None = "KEYtest") -> AsyncIterator[Client]:
    """A client of a server in this process, for the one caller of stdio."""
    caller = Caller("stdio", Credential(key) if key else None, "stdio")
    async with Api(wire=MockWire(answer)) as api:
        services = Services(Settings(), Surfaces(registry(), ceiling), api, local=caller)
        async with Client(create_server(services), mode=mode) as client:
            yield client


@pytest.fixture(params=ERAS)
async def client(request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    async with connected(request.param) as client:
        yield client


async def refusal(client: Client, name: str, arguments: dict[str, Any] | None = None) -> MCPError:
    with pytest.raises(MCPError) as caught:
        await client.call_tool(name, arguments or {})
    return caught.value


@pytest.mark.parametrize("mode", ERAS)
async def test_every_tool_can_be_listed(mode: str) -> None:
    everything = Selection(groups=tuple(registry().groups))
    async with connected(mode, everything) as client:
        listed = (await client.list_tools()).tools
    assert [tool.name for tool in listed] == list(registry().tools)
    for tool in listed:
        Draft202012Validator.check_schema(tool.input_schema)
        assert tool.output_schema is not None
        Draft202012Validator.check_schema(tool.output_schema)
        assert tool.title
        assert tool.description
        assert tool.annotations is not None
        assert None not in vars(tool.annotations).values()


async def test_it_lists_the_core_of_each_group(client: Client) -> None:
    listed = [tool.name for tool in (await client.list_tools()).tools]
    assert listed == [tool.name for tool in registry().tools.values() if tool.core]


async def test_the_list_has_one_page(client: Client) -> None:
    assert (await client.list_tools()).next_cursor is None
    with pytest.raises(MCPError) as caught:
        await client.list_tools(cursor="2")
    assert caught.value.error.code == INVALID_PARAMS


async def test_it_introduces_itself(client: Client) -> None:
    assert client.instructions == INSTRUCTIONS
    assert client.server_info.title == "Telnyx"
    capabilities = client.server_capabilities
    assert capabilities.tools is not None


async def test_a_call_gives_structured_content(client: Client) -> None:
    result = await client.call_tool("get_balance", {})
    assert result.structured_content == {"balance": "12.50", "currency": "USD"}


async def test_an_unknown_tool_is_an_error_of_the_protocol(client: Client) -> None:
    error = (await refusal(client, "x" * 1_000)).error
    assert error.code == INVALID_PARAMS
    assert error.message == f"Unknown tool: {'x' * 128}"


async def test_a_tool_outside_the_surface_is_as_unknown_as_any(client: Client) -> None:
    assert (await refusal(client, "release_phone_number", {"phone_number": "1"})).error.code == INVALID_PARAMS


@pytest.mark.parametrize("mode", ERAS)
async def test_what_the_operator_left_out_is_unknown(mode: str) -> None:
    async with connected(mode, Selection(exclude_tools=("get_balance",), read_only=True)) as client:
        listed = {tool.name for tool in (await client.list_tools()).tools}
        assert listed.isdisjoint({"get_balance", "send_message"})
        for name in ("get_balance", "send_message"):
            assert (await refusal(client, name)).error.code == INVALID_PARAMS


async def test_bad_arguments_are_an_error_of_the_call(client: Client) -> None:
    result = await client.call_tool("get_balance", {"currency": "USD"})
    assert result.is_error
    assert "Unknown argument" in str(result.content)


@pytest.mark.parametrize("mode", ERAS)
async def test_without_a_credential_every_call_says_what_is_missing(mode: str) -> None:
    async with connected(mode, key=None) as client:
        assert (await client.list_tools()).tools
        result = await client.call_tool("get_balance", {})
        assert result.is_error
        assert "TELNYX_API_KEY" in str(result.content)


@pytest.mark.parametrize(("mode", "version"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
async def test_it_tells_what_it_is(mode: str, version: str) -> None:
    async with connected(mode, Selection(groups=("account", "guards"), read_only=True)) as client:
        info = (await client.call_tool("get_server_info", {})).structured_content
    assert info is not None
    assert info["protocol_version"] == version
    assert info["groups"] == info["all_groups"] == ["account", "guards"]
    assert info["read_only"] is True
    assert info["sandbox"] is False


async def test_there_are_no_resources_and_no_prompts(client: Client) -> None:
    assert (await client.list_resources()).resources == []
    assert (await client.list_resource_templates()).resource_templates == []
    assert (await client.list_prompts()).prompts == []
    for read in (client.read_resource("telnyx://nothing"), client.get_prompt("nothing")):
        with pytest.raises(MCPError) as caught:
            await read
        assert caught.value.error.code == INVALID_PARAMS
