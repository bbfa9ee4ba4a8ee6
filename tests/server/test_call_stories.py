"""What people ask of the call tools, through an MCP client, the server and the sandbox, each on a socket."""

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
from telnyx_tools import waiting

KEY = "KEY_sandbox_stories"
SENDER, SUPPORT, BUSY, SILENT = "+12025550101", "+12025550199", "+15550000486", "+15550000480"
CUSTOMER = "+12025554711"
"""Types the last four digits of the number when asked."""
QUESTION = "Please type the four digits of the code that we sent you, one after the other. " * 2


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(waiting, "FIRST_SECS", 0.1)
    return Clock(speed=20)


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        serving_sandbox(create_sandbox(clock=clock)) as base_url,
        httpx2.AsyncClient(base_url=base_url, headers=headers) as http,
    ):
        yield http


@pytest.fixture
async def url(sandbox: httpx2.AsyncClient, tmp_path: Path) -> AsyncIterator[str]:
    app = create_app(Settings(api_base_url=str(sandbox.base_url).rstrip("/"), data_dir=tmp_path))
    async with app.router.lifespan_context(app), serving(app) as server:
        yield f"{server}/mcp?groups=call_control"


@pytest.fixture
async def client(url: str) -> AsyncIterator[Client]:
    async with connected(url, KEY) as client:
        yield client


async def refusal(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """The error of a call that has to fail."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    error: dict[str, Any] = json.loads(result.content[0].text)["error"]
    return error


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
