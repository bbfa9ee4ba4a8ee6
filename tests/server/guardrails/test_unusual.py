"""The rules about prices and opt-outs, each of which a policy turns on and off."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.server.guardrails.desk import ABROAD, OTHER, OWN, TEXT, Desk

from telnyx_remote_mcp.calls.question import Answer
from telnyx_remote_mcp.commands.policy import explained
from telnyx_remote_mcp.surface.policy import Policy, Unusual

pytestmark = pytest.mark.anyio

CHEAP, DEAR = "1.00", "99.00"
ORDER = {"phone_numbers": [OTHER]}
ALONE = {"recurring_price": False}


def offered(monthly: str) -> list[dict[str, Any]]:
    costs = {"upfront_cost": "1.00", "monthly_cost": monthly, "currency": "USD"}
    return [{"phone_number": OTHER, "cost_information": costs}]


def policy(**unusual: Any) -> Policy:
    return Policy(unusual=Unusual(**ALONE, **unusual))


async def test_a_price_above_the_sum_asks_and_one_below_does_not(desk_with: Callable[..., Desk]) -> None:
    desk = desk_with(policy())
    desk.lists["available_phone_numbers"] = offered(CHEAP)
    await desk.call("initiate_phone_number_order", ORDER)
    desk.lists["available_phone_numbers"] = offered(DEAR)
    question = await desk.asked("initiate_phone_number_order", ORDER)
    assert "100.00 USD: more than 10 asks. (price)" in question.text
    assert "It costs: 100.00 USD, then 99.00 USD each month" in question.text
    lower = desk_with(policy(price=0.5))
    lower.lists["available_phone_numbers"] = offered(CHEAP)
    await lower.asked("initiate_phone_number_order", ORDER)
    higher = desk_with(policy(price=False))
    higher.lists["available_phone_numbers"] = offered(DEAR)
    await higher.call("initiate_phone_number_order", ORDER)


async def test_a_price_that_telnyx_does_not_tell_asks_where_it_usually_does(desk_with: Callable[..., Desk]) -> None:
    desk = desk_with(policy())
    desk.lists["available_phone_numbers"] = []
    assert "(unknown_price)" in (await desk.asked("initiate_phone_number_order", ORDER)).text
    await desk_with(policy(unknown_price=False)).call("initiate_phone_number_order", ORDER)
    await desk.call("make_call", {"to": OTHER, "from_number": OWN, "connection_id": "1"})


async def test_the_price_of_a_plain_text_is_looked_up_only_where_it_may_matter(desk_with: Callable[..., Desk]) -> None:
    def record(cost: str) -> dict[str, Any]:
        return {"cost": cost, "parts": 1, "currency": "USD"}

    desk = desk_with()
    desk.lists["detail_records"] = [record("0.30")]
    await desk.call("send_message", TEXT)
    assert not any("detail_records" in request.url.path for request in desk.sent)
    long = {**TEXT, "text": "many words " * 140}
    await desk.call("send_message", long)
    dear = desk_with(policy(price=1))
    dear.lists["detail_records"] = [record("0.30")]
    assert "(price)" in (await dear.asked("send_message", long)).text


async def test_whoever_answered_stop_asks_each_time_although_they_were_met(desk_with: Callable[..., Desk]) -> None:
    desk = desk_with()
    await desk.call("send_message", TEXT)
    stopped = desk_with()
    stopped.lists["messaging_optouts"] = [{"to": OTHER}]
    question = await stopped.asked("send_message", TEXT)
    assert "answered STOP" in question.text
    assert "(opted_out)" in question.text
    assert "from now on" not in str(question.form)
    await stopped.call("send_message", TEXT, answers={question.id: Answer("accept", {"answer": "Yes, once"})})
    await stopped.asked("send_message", TEXT)
    await stopped.call("make_call", {"to": OTHER, "from_number": OWN, "connection_id": "1"})
    willing = desk_with(policy(opted_out=False))
    willing.lists["messaging_optouts"] = [{"to": OTHER}]
    await willing.call("send_message", TEXT)


async def test_opt_outs_are_asked_of_telnyx_once_in_a_while(desk_with: Callable[..., Desk]) -> None:
    desk = desk_with()
    desk.lists["messaging_optouts"] = []
    for word in ("one", "two"):
        await desk.call("send_message", {**TEXT, "text": word})
    assert sum(request.url.path.endswith("/messaging_optouts") for request in desk.sent) == 1


async def test_the_error_names_the_rules(desk_with: Callable[..., Desk]) -> None:
    desk = desk_with()
    desk.lists["messaging_optouts"] = [{"to": ABROAD}]
    error = await desk.refused("send_message", {**TEXT, "to": ABROAD})
    assert error["rules"] == ["opted_out", "new_country"]


def test_policy_check_explains_which_rules_are_on() -> None:
    told = explained(Policy(unusual=Unusual(price=2.5, opted_out=False, night=True), agent_may_confirm=True))
    rules = "tainted, after_reading, recipients (more than 20), new_country, price (more than 2.5), recurring_price, "
    assert f"unusual: {rules}" in "\n".join(told)
    assert "opted_out" not in "\n".join(told)
    assert any("confirm_approval" in line for line in told)
