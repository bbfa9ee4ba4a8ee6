"""What people ask of the messaging tools, through an MCP client, the server and the sandbox, each on a socket."""

import json
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from tests.e2e.clients import ERAS, call, connected
from tests.server.stories.agent import KEY, refusal

from telnyx_sandbox.clock import Clock
from telnyx_tools.results.result import BUDGET

GROUPS = "messaging"
SENDER, RECIPIENT = "+12025550101", "+12025550123"
TEXT = "Your appointment is confirmed for tomorrow at 3pm"


@pytest.mark.parametrize("mode", ERAS)
async def test_send_a_text_and_see_it_delivered(url: str, mode: str) -> None:
    heard: list[str | None] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async with connected(url, KEY, mode) as client:
        arguments = {"to": RECIPIENT, "text": TEXT, "from_number": SENDER, "wait_for": "delivered"}
        result = await client.call_tool("send_message", arguments, progress_callback=progress)
        message = result.structured_content
        assert (message["text"], message["to"][0]["status"]) == (TEXT, "delivered")
        assert message["cost"] == {"amount": "0.007", "currency": "USD"}
        assert heard[:1] == ["queued"]
        assert (await call(client, "get_message", message_id=message["id"]))["to"][0]["status"] == "delivered"


async def test_an_agent_that_does_not_know_its_number_is_told_where_to_look(client: Client) -> None:
    error = await refusal(client, "send_message", to=RECIPIENT, text=TEXT)
    assert error["code"] == "invalid_arguments"
    assert "list_phone_numbers" in error["problems"][0]["problem"]


@pytest.mark.parametrize(("code", "advice"), [("40010", "campaign"), ("40329", "toll-free")])
async def test_why_was_my_message_not_delivered(client: Client, code: str, advice: str) -> None:
    message = await call(
        client, "send_message", to=f"+155500{code}", text=TEXT, from_number=SENDER, wait_for="delivered"
    )
    assert message["to"][0]["status"] == "sending_failed"
    assert [error["code"] for error in message["errors"]] == [code]
    assert advice in message["errors"][0]["remedy"]
    found = await call(client, "search_message_records", to=f"+155500{code}")
    assert found["items"][0]["errors"] == [code]
    assert advice in found["remedies"][code]


async def test_a_recipient_who_opted_out_is_named_by_the_list_of_opt_outs(client: Client) -> None:
    (opt_out,) = (await call(client, "list_opt_outs"))["items"]
    error = await refusal(client, "send_message", to=opt_out["to"], text=TEXT, from_number=SENDER)
    assert (error["code"], error["rules"]) == ("approval_required", ["opted_out"])


@pytest.mark.parametrize(
    ("settings", "code", "advice"),
    [
        ({"whitelisted_destinations": []}, "40331", "update_messaging_profile"),
        ({"daily_spend_limit": "0.001", "daily_spend_limit_enabled": True}, "40333", "get_messaging_profile"),
    ],
)
async def test_a_profile_that_refuses_is_mended_with_the_tool_that_the_error_names(
    client: Client, settings: dict[str, object], code: str, advice: str
) -> None:
    (profile,) = (await call(client, "list_messaging_profiles"))["items"]
    await call(client, "update_messaging_profile", messaging_profile_id=profile["id"], **settings)
    error = await refusal(client, "send_message", to=RECIPIENT, text=TEXT, from_number=SENDER)
    assert error["code"] == code
    assert advice in error["remedy"]
    mended = {"whitelisted_destinations": ["US"], "daily_spend_limit_enabled": False}
    await call(client, "update_messaging_profile", messaging_profile_id=profile["id"], **mended)
    await call(client, "send_message", to=RECIPIENT, text=TEXT, from_number=SENDER)


async def send_many(sandbox: httpx2.AsyncClient, clock: Clock) -> None:
    """Messages of which most fail, in six ways."""
    for index in range(250):
        code = 40001 + index % 7
        to = f"+155500{code}" if code < 40007 else f"+1202555{index:04}"
        answer = await sandbox.post("/messages", json={"from": SENDER, "to": to, "text": TEXT})
        answer.raise_for_status()
    clock.advance(60)


async def create_profiles(sandbox: httpx2.AsyncClient, clock: Clock) -> None:
    """All but the one that is there already."""
    for index in range(249):
        profile = {"name": f"Profile of a long name, number {index}", "whitelisted_destinations": ["US", "CA", "GB"]}
        (await sandbox.post("/messaging_profiles", json=profile)).raise_for_status()


async def create_senders(sandbox: httpx2.AsyncClient, clock: Clock) -> None:
    (profile,) = (await sandbox.get("/messaging_profiles")).json()["data"]
    for index in range(250):
        sender = {"alphanumeric_sender_id": f"Sandbox {index}", "messaging_profile_id": profile["id"]}
        (await sandbox.post("/alphanumeric_sender_ids", json=sender)).raise_for_status()


@pytest.mark.parametrize("page_size", [20, 250])
@pytest.mark.parametrize(
    ("fill", "tool"),
    [
        (send_many, "search_message_records"),
        (create_profiles, "list_messaging_profiles"),
        (create_senders, "list_alphanumeric_senders"),
    ],
)
async def test_a_long_list_is_walked_in_small_pages_without_loss_or_repetition(
    client: Client, sandbox: httpx2.AsyncClient, clock: Clock, fill: Any, tool: str, page_size: int
) -> None:
    await fill(sandbox, clock)
    seen: list[str] = []
    page: str | None = "1"
    while page is not None:
        result = await client.call_tool(tool, {"page": page, "page_size": page_size})
        text = result.content[0].text
        assert len(text) <= BUDGET["summary"]
        found = json.loads(text)
        assert found == result.structured_content
        assert found["total_results"] == 250
        seen += [item["id"] for item in found["items"]]
        page = found.get("next")
    assert len(seen) == len(set(seen)) == 250
