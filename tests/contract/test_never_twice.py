"""What costs money or reaches people happens once, also when its answer is lost."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import mcp_types as types
import pytest
from tests import contexts
from tests.contract.calling import TOOLS, accepted, documented, play

from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving
from telnyx_tools.api.call import Call, Failure
from telnyx_tools.api.client import Api, Credential
from telnyx_tools.api.reply import Reply
from telnyx_tools.api.wire import Wire
from telnyx_tools.registry import registry
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.tool import Tool

SPENDING = [tool for tool in TOOLS if tool.effect is Effect.SPENDS and tool.group != "api"]

LOST = {
    "the connection breaks after the effect": {"action": "drop_after_effect"},
    "half of the answer comes after the effect": {"action": "half_body"},
    "the answer comes too late": {"action": "slow", "delay_secs": 0.4},
    "a gateway fails": {"status": 502},
    "Telnyx fails": {"status": 500},
}

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "send_message": ("/messages", {"to": "+12025550123", "text": "hello"}),
    "send_group_message": ("/messages/group_mms", {"to": ["+12025550123", "+12025550124"], "text": "hello"}),
    "make_call": ("/calls", {"to": "+12025550123"}),
    "initiate_phone_number_order": ("/number_orders", {}),
    "send_whatsapp_template": (
        "/messages/whatsapp",
        {"to": "+12025550123", "name": "order_confirmation", "language": "en_US", "body": ["Ada", "A-17"]},
    ),
    "send_whatsapp_text": ("/messages/whatsapp", {"to": "+12025550142", "text": "hello"}),
}


class Hasty(Wire):
    """Waits for an answer no longer than a test can."""

    async def attempt(self, call: Call) -> Reply | Failure:
        return await super().attempt(replace(call, timeout_secs=0.2))


class Account:
    """An account of a sandbox for which `Idempotency-Key` means nothing."""

    def __init__(self, api: Api, control: httpx2.AsyncClient) -> None:
        self._telnyx = api.bind(Credential("KEY_sandbox_once"), "key:once")
        self._control = control

    async def call(self, name: str, /, **arguments: object) -> types.CallToolResult:
        return await contexts.replied(registry().tools[name], arguments, self._telnyx)

    async def content(self, name: str, /, **arguments: object) -> dict[str, Any]:
        content = (await self.call(name, **arguments)).structured_content
        assert content is not None
        return content

    async def fail(self, **fault: object) -> None:
        (await self._control.post("/faults", json=[fault])).raise_for_status()

    async def advance(self, secs: float) -> None:
        (await self._control.post("/clock", json={"advance_secs": secs})).raise_for_status()

    async def requests(self, path: str) -> list[dict[str, Any]]:
        """The changes that were asked for at this path."""
        seen = (await self._control.get("/requests")).json()["data"]
        return [request for request in seen if request["method"] == "POST" and request["path"] == path]


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    async with (
        serving(create_app()) as base_url,
        Api(base_url, wire=Hasty()) as api,
        httpx2.AsyncClient(base_url=base_url.removesuffix("/v2") + "/sandbox") as control,
    ):
        (await control.post("/settings", json={"ignore_idempotency": True})).raise_for_status()
        yield Account(api, control)


@pytest.mark.anyio
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
@pytest.mark.parametrize("name", CALLS)
async def test_it_is_asked_for_once_and_the_agent_is_told_how_to_check(
    account: Account, name: str, fault: dict[str, object]
) -> None:
    path, arguments = CALLS[name]
    if name == "initiate_phone_number_order":
        found = await account.content("list_available_phone_numbers", limit=1)
        arguments = {"phone_numbers": [found["items"][0]["phone_number"]]}
    else:
        owned = (await account.content("list_phone_numbers"))["items"]
        sender = next(number["phone_number"] for number in owned if number.get("messaging_profile_id"))
        arguments = {**arguments, "from_number": sender}
    await account.fail(method="POST", path=path, **fault)
    result = await account.call(name, **arguments)
    assert_outcome_unknown(result, registry().tools[name])
    assert len(await account.requests(path)) == 1


@pytest.mark.anyio
async def test_a_lost_order_was_placed_once_and_is_found_as_the_check_says(account: Account) -> None:
    number = (await account.content("list_available_phone_numbers", limit=1))["items"][0]["phone_number"]
    await account.fail(method="POST", path="/number_orders", action="drop_after_effect")
    assert (await account.call("initiate_phone_number_order", phone_numbers=[number])).is_error
    assert len((await account.content("list_number_orders"))["items"]) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
async def test_a_transfer_is_asked_for_once(account: Account, fault: dict[str, object]) -> None:
    made = await _answered(account)
    path = f"/calls/{made['call_control_id']}/actions/transfer"
    await account.fail(method="POST", path=path, **fault)
    result = await account.call("transfer", call_control_id=made["call_control_id"], to="+12025550124")
    assert_outcome_unknown(result, registry().tools["transfer"])
    assert len(await account.requests(path)) == 1


@pytest.mark.anyio
async def test_a_lost_transfer_rang_once_and_is_found_as_the_check_says(account: Account) -> None:
    made = await _answered(account)
    path = f"/calls/{made['call_control_id']}/actions/transfer"
    await account.fail(method="POST", path=path, action="drop_after_effect")
    assert (await account.call("transfer", call_control_id=made["call_control_id"], to="+12025550124")).is_error
    await account.advance(3)
    call = await account.content("wait_for_call", call_control_id=made["call_control_id"], until="bridged")
    assert call["event"] == "call.bridged"
    events = await account.content("list_call_events", call_session_id=made["call_session_id"])
    assert len({event["call_leg_id"] for event in events["items"]}) == 2


@pytest.mark.anyio
async def test_a_lost_call_rang_once_and_is_found_as_the_check_says(account: Account) -> None:
    sender = (await account.content("list_phone_numbers"))["items"][0]["phone_number"]
    await account.fail(method="POST", path="/calls", action="drop_after_effect")
    assert (await account.call("make_call", to="+12025550123", from_number=sender)).is_error
    assert len((await account.content("list_active_calls"))["items"]) == 1
    events = (await account.content("list_call_events", to="+12025550123"))["items"]
    assert len({event["call_leg_id"] for event in events}) == 1


@pytest.mark.parametrize("tool", SPENDING, ids=lambda tool: tool.name)
def test_every_tool_that_spends_is_asked_for_once_when_its_answer_is_lost(tool: Tool) -> None:
    def lose(request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            return documented(request)
        raise httpx2.ReadError("connection reset")

    played = play(tool, accepted(tool), lose)
    assert_outcome_unknown(played.result, tool)
    assert len([request for request in played.requests if request.method != "GET"]) == 1


def assert_outcome_unknown(result: types.CallToolResult, tool: Tool) -> None:
    assert result.is_error
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    error = json.loads(block.text)["error"]
    assert error["code"] == "outcome_unknown"
    assert error["remedy"] == tool.check


async def _answered(account: Account) -> dict[str, Any]:
    sender = (await account.content("list_phone_numbers"))["items"][0]["phone_number"]
    made = await account.content("make_call", to="+12025550123", from_number=sender)
    await account.advance(3)
    return made
