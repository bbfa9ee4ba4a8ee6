"""What people ask an agent to do with phone numbers, through the official client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from tests.e2e.clients import Sandbox, call, connected
from tests.e2e.processes import PROGRAM, UNATTENDED, Server, environment, served

from telnyx_sandbox import account as sandbox_account
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving


async def buy_a_number_and_text_from_it(client: Client) -> None:
    """Find me a phone number in Chicago with area code 312, and text from it."""
    found = await call(client, "list_available_phone_numbers", area_code="312", locality="Chicago", limit=3)
    offer = found["items"][0]
    price = sum(Decimal(offer["cost_information"][cost]) for cost in ("upfront_cost", "monthly_cost"))
    before = await balance(client)
    number = offer["phone_number"]
    order = await call(client, "initiate_phone_number_order", phone_numbers=[number])
    assert await balance(client) == before - price
    await advance(client, 60)
    assert (await call(client, "get_number_order", number_order_id=order["id"]))["status"] == "success"

    text = {"to": "+12025550123", "from_number": number, "text": "We open at nine"}
    assert (await client.call_tool("send_message", text)).is_error
    profile = (await call(client, "list_messaging_profiles"))["items"][0]["id"]
    settings = {"phone_number": number, "messaging_profile_id": profile}
    await call(client, "update_phone_number_messaging_settings", **settings)
    sent = await call(client, "send_message", **text)
    await advance(client, 60)
    assert (await call(client, "get_message", message_id=sent["id"]))["to"][0]["status"] == "delivered"


@pytest.mark.anyio
async def test_a_chicago_number_is_found_bought_and_texted_from_over_http(server: Server) -> None:
    async with connected(f"{server.url}?groups=numbers,messaging,account,guards", "KEY_sandbox_chicago") as client:
        await buy_a_number_and_text_from_it(client)


@pytest.mark.anyio
async def test_a_chicago_number_is_found_bought_and_texted_from_over_stdio(tmp_path: Path) -> None:
    process = StdioServerParameters(
        command=PROGRAM, args=["stdio", "--sandbox", "--policy", str(UNATTENDED)], env=environment(tmp_path)
    )
    async with Client(process) as client:
        await buy_a_number_and_text_from_it(client)


@pytest.mark.anyio
async def test_a_german_number_waits_for_its_requirements(server: Server) -> None:
    async with connected(f"{server.url}?groups=numbers,guards", "KEY_sandbox_german") as client:
        found = await call(client, "list_available_phone_numbers", country_code="DE", limit=1)
        order = await call(client, "initiate_phone_number_order", phone_numbers=[found["items"][0]["phone_number"]])
        assert order["status"] == "pending"
        address = await call(
            client,
            "create_address",
            first_name="Erika",
            last_name="Mustermann",
            street_address="Beispielstraße 1",
            locality="Berlin",
            postal_code="10115",
            country_code="DE",
        )
        values = {"textual": "Erika Mustermann", "address": address["id"], "document": "document-1"}
        given = [
            {"requirement_id": each["requirement_id"], "field_value": values[each["field_type"]]}
            for each in order["missing_requirements"]
        ]
        await call(client, "update_number_order", number_order_id=order["id"], regulatory_requirements=given)
        await advance(client, 60)
        finished = await call(client, "get_number_order", number_order_id=order["id"])
        assert finished["status"] == "success"
        assert "missing_requirements" not in finished


@pytest.mark.anyio
async def test_250_numbers_are_walked_in_small_pages_without_loss_or_repetition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_account, "STARTING_BALANCE", Decimal(1_000))
    async with rich_account(tmp_path) as client:
        bought: list[str] = []
        for area_code in ("312", "212", "415", "702", "305"):
            offers = [
                each["phone_number"]
                async for each in walk(client, "list_available_phone_numbers", 8_000, area_code=area_code, limit=50)
            ]
            await call(client, "initiate_phone_number_order", phone_numbers=offers)
            bought += offers
        for detail, characters in (("summary", 8_000), ("full", 40_000)):
            listed = walk(client, "list_phone_numbers", characters, page_size=100, sort="phone_number", detail=detail)
            numbers = [each["phone_number"] async for each in listed]
            assert len(numbers) == len(set(numbers)) == 251
            assert set(bought) < set(numbers)


@asynccontextmanager
async def rich_account(tmp_path: Path) -> AsyncIterator[Client]:
    """A client whose account can pay for hundreds of numbers."""
    async with serving(create_app()) as base_url:
        with served(tmp_path, "--policy", str(UNATTENDED), "--quotas", "none", TELNYX_API_BASE_URL=base_url) as server:
            async with connected(f"{server.url}?groups=numbers", "KEY_sandbox_rich") as client:
                yield client


async def walk(client: Client, tool: str, characters: int, **arguments: object) -> AsyncIterator[dict[str, Any]]:
    """The items of all pages; each page's text is within its budget."""
    page: str | None = "1"
    while page:
        result = await client.call_tool(tool, {**arguments, "page": page})
        assert not result.is_error, result.content
        (content,) = result.content
        assert len(content.text) <= characters
        for item in result.structured_content["items"]:
            yield item
        page = result.structured_content.get("next")


async def balance(client: Client) -> Decimal:
    return Decimal((await call(client, "get_balance"))["balance"])


async def advance(client: Client, secs: float) -> None:
    async with Sandbox.behind(client) as sandbox:
        await sandbox.advance(secs)
