"""What people ask of the WhatsApp tools, through an MCP client, the server and the sandbox, each on a socket."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from tests.e2e.clients import ERAS, call, connected
from tests.server.serving import serving

from telnyx_remote_mcp.app import create_app
from telnyx_remote_mcp.settings import Settings
from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.server import serving as serving_sandbox

KEY = "KEY_sandbox_stories"
CUSTOMER = "+12025550123"
REPLY = "Thanks! Can it come on Monday?"


@pytest.fixture
def clock() -> Clock:
    return Clock(speed=20)


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[str]:
    async with serving_sandbox(create_sandbox(clock=clock)) as base_url:
        yield base_url


@pytest.fixture
async def url(sandbox: str, tmp_path: Path) -> AsyncIterator[str]:
    app = create_app(Settings(api_base_url=sandbox, data_dir=tmp_path))
    async with app.router.lifespan_context(app), serving(app) as server:
        yield f"{server}/mcp?groups=whatsapp,messaging"


async def write(sandbox: str, number: str) -> None:
    """The customer answers."""
    message = {"key": KEY, "channel": "whatsapp", "from": CUSTOMER, "to": number, "text": REPLY}
    async with httpx2.AsyncClient() as http:
        (await http.post(f"{sandbox.removesuffix('/v2')}/sandbox/inbound", json=message)).raise_for_status()


async def refusal(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """The error of a call that has to fail."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    error: dict[str, Any] = json.loads(result.content[0].text)["error"]
    return error


@pytest.mark.parametrize("mode", ERAS)
async def test_send_the_order_confirmation_and_answer_the_reply(
    url: str, sandbox: str, clock: Clock, mode: str
) -> None:
    async with connected(url, KEY, mode) as client:
        (number,) = (await call(client, "list_whatsapp_phone_numbers"))["items"]
        between = {"from_number": number["phone_number"], "to": CUSTOMER}
        (found,) = (await call(client, "list_whatsapp_templates", search="order", status="APPROVED"))["items"]
        assert found["variables"] == 2
        sent = await call(
            client,
            "send_whatsapp_template",
            name=found["name"],
            language=found["language"],
            body=["Ada", "A-17"],
            wait_for="delivered",
            **between,
        )
        assert (sent["to"][0]["status"], sent["cost"]["amount"]) == ("delivered", "0.008")

        error = await refusal(client, "send_whatsapp_text", text="Are you there?", **between)
        assert error["code"] == "conversation_window_closed"
        assert "order_confirmation" in [one["name"] for one in error["approved_templates"]]

        await write(sandbox, number["phone_number"])
        assert (await call(client, "get_whatsapp_conversation_window", **between))["window_active"]
        answer = await call(client, "send_whatsapp_text", text="Yes", wait_for="delivered", **between)
        assert answer["to"][0]["status"] == "delivered"
        found = await call(client, "search_message_records", to=CUSTOMER)
        assert {record["message_type"] for record in found["items"]} == {"WHATSAPP"}

        clock.advance(24 * 60 * 60)
        assert (await refusal(client, "send_whatsapp_text", text="?", **between))["code"].endswith("closed")


async def test_which_of_my_templates_are_approved(url: str) -> None:
    async with connected(url, KEY) as client:
        found = await call(client, "list_whatsapp_templates", status="APPROVED")
    assert [one["name"] for one in found["items"]] == ["order_confirmation", "appointment_reminder", "login_code"]


async def test_why_did_my_template_not_reach_her(url: str) -> None:
    template = {"name": "order_confirmation", "language": "en_US", "from_number": "+12025550101"}
    async with connected(url, KEY) as client:
        lost = await call(
            client,
            "send_whatsapp_template",
            to="+15550131026",
            body=["Ada", "A-17"],
            wait_for="delivered",
            **template,
        )
        refused = await refusal(client, "send_whatsapp_template", to=CUSTOMER, body=["Ada"], **template)
    assert lost["errors"][0]["meta_code"] == "131026"
    assert "not on WhatsApp" in lost["errors"][0]["remedy"]
    assert (refused["code"], refused["meta_code"]) == ("41000", "132000")
    assert "list_whatsapp_templates" in refused["remedy"]
