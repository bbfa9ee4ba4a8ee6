"""A person's afternoon, over every transport and both protocol eras: a message, a number, its settings."""

from pathlib import Path

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from tests.e2e.clients import ERAS, Sandbox, call, connected
from tests.e2e.processes import PROGRAM, UNATTENDED, Server, environment

CORE = {
    "send_message",
    "get_message",
    "list_available_phone_numbers",
    "initiate_phone_number_order",
    "list_phone_numbers",
    "update_phone_number",
    "get_balance",
}


async def story(client: Client) -> None:
    assert {tool.name for tool in (await client.list_tools()).tools} >= CORE
    before = float((await call(client, "get_balance"))["balance"])
    await _message(client)
    number = await _number(client)
    changed = await call(client, "update_phone_number", phone_number=number, tags=["front desk"])
    assert changed["tags"] == ["front desk"]
    assert float((await call(client, "get_balance"))["balance"]) < before


async def _message(client: Client) -> None:
    owned = await call(client, "list_phone_numbers")
    sender = next(each["phone_number"] for each in owned["items"] if each.get("messaging_profile_id"))
    sent = await call(client, "send_message", to="+12025550123", from_number=sender, text="See you at noon")
    assert sent["to"][0]["status"] == "queued"
    async with Sandbox.behind(client) as sandbox:
        await sandbox.advance(60)
    message = await call(client, "get_message", message_id=sent["id"])
    assert message["to"][0]["status"] == "delivered"


async def _number(client: Client) -> str:
    found = await call(client, "list_available_phone_numbers", area_code="312", limit=1)
    number: str = found["items"][0]["phone_number"]
    assert number.startswith("+1312")
    order = await call(client, "initiate_phone_number_order", phone_numbers=[number])
    async with Sandbox.behind(client) as sandbox:
        await sandbox.advance(60)
    order = await call(client, "get_number_order", number_order_id=order["id"])
    assert order["status"] == "success"
    owned = await call(client, "list_phone_numbers")
    assert number in {each["phone_number"] for each in owned["items"]}
    return number


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ERAS)
async def test_one_process_serves_the_story_over_http(server: Server, mode: str) -> None:
    async with connected(server.url, f"KEY_sandbox_story_{mode}", mode) as client:
        assert client.protocol_version == ERAS[mode]
        await story(client)


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ERAS)
async def test_two_workers_serve_the_story_over_http(workers: Server, mode: str) -> None:
    async with connected(workers.url, f"KEY_sandbox_workers_{mode}", mode) as client:
        assert client.protocol_version == ERAS[mode]
        await story(client)


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ERAS)
async def test_stdio_serves_the_story(tmp_path: Path, mode: str) -> None:
    process = StdioServerParameters(
        command=PROGRAM, args=["--sandbox", "--policy", str(UNATTENDED)], env=environment(tmp_path)
    )
    async with Client(process, mode=mode) as client:
        assert client.protocol_version == ERAS[mode]
        await story(client)
