"""What people ask of the WhatsApp tools, through an MCP client, the server and the sandbox, each on a socket."""

import httpx2
import pytest
from tests.e2e.clients import ERAS, call, connected
from tests.server.stories.agent import KEY, refusal

from telnyx_sandbox.clock import Clock

GROUPS = "whatsapp,messaging"
CUSTOMER = "+12025550123"
REPLY = "Thanks! Can it come on Monday?"


async def write(control: httpx2.AsyncClient, number: str) -> None:
    """The customer answers."""
    message = {"key": KEY, "channel": "whatsapp", "from": CUSTOMER, "to": number, "text": REPLY}
    (await control.post("/inbound", json=message)).raise_for_status()


@pytest.mark.parametrize("mode", ERAS)
async def test_send_the_order_confirmation_and_answer_the_reply(
    url: str, control: httpx2.AsyncClient, clock: Clock, mode: str
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

        await write(control, number["phone_number"])
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
