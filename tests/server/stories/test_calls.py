"""What people ask of the call tools, through an MCP client, the server and the sandbox, each on a socket."""

import pytest
from mcp.client import Client
from tests.e2e.clients import ERAS, call, connected
from tests.server.stories.agent import KEY, refusal

GROUPS = "call_control"
SENDER, SUPPORT, BUSY, SILENT = "+12025550101", "+12025550199", "+15550000486", "+15550000480"
CUSTOMER = "+12025554711"
"""Types the last four digits of the number when asked."""
QUESTION = "Please type the four digits of the code that we sent you, one after the other. " * 2


@pytest.mark.parametrize("mode", ERAS)
async def test_call_a_customer_ask_for_four_digits_transfer_to_support_and_hang_up(url: str, mode: str) -> None:
    heard: list[str | None] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async with connected(url, KEY, mode) as client:
        made = await call(client, "make_call", to=CUSTOMER, from_number=SENDER)
        leg = {"call_control_id": made["call_control_id"]}
        assert (await call(client, "wait_for_call", **leg, until="answered"))["status"] == "answered"
        await call(client, "speak", **leg, payload="This is Acme about your order.")
        assert (await call(client, "wait_for_call", **leg, until="spoken"))["event"] == "call.speak.ended"
        await call(client, "gather_digits", **leg, payload=QUESTION, minimum_digits=4, maximum_digits=4)
        result = await client.call_tool("wait_for_call", {**leg, "until": "gathered"}, progress_callback=progress)
        gathered = result.structured_content
        assert heard[:1] == ["answered"]
        assert (gathered["digits"], gathered["gather_status"]) == ("4711", "valid")
        await call(client, "transfer", **leg, to=SUPPORT)
        assert (await call(client, "wait_for_call", **leg, until="bridged"))["event"] == "call.bridged"
        await call(client, "hangup", **leg)
        ended = await call(client, "wait_for_call", **leg, until="ended")
        assert (ended["status"], ended["hangup_cause"]) == ("ended", "normal_clearing")
        events = (await call(client, "list_call_events", call_session_id=made["call_session_id"], page_size=100))[
            "items"
        ]
        assert {event.get("to") for event in events} >= {CUSTOMER, SUPPORT}


async def test_an_agent_learns_why_a_call_did_not_come_about(client: Client) -> None:
    made = await call(client, "make_call", to=BUSY, from_number=SENDER)
    state = await call(client, "wait_for_call", call_control_id=made["call_control_id"], until="answered")
    assert (state["status"], state["hangup_cause"]) == ("ended", "user_busy")


async def test_a_command_too_early_is_answered_with_the_tool_that_waits(client: Client) -> None:
    made = await call(client, "make_call", to=SILENT, from_number=SENDER, timeout_secs=600)
    error = await refusal(client, "speak", call_control_id=made["call_control_id"], payload="Hello")
    assert error["code"] == "90034"
    assert "wait_for_call" in error["remedy"]


async def test_a_call_from_somebody_elses_number_is_refused_with_what_to_do(client: Client) -> None:
    error = await refusal(client, "make_call", to=CUSTOMER, from_number="+12025559999")
    assert error["code"] == "10010"
    assert "list_phone_numbers" in error["remedy"]
