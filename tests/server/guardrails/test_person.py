"""The ladder by which the person is asked, where their client shows no form: the page, a text, the agent's word."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import anyio
import pytest
from mcp_types import ClientCapabilities, ElicitationCapability, FormElicitationCapability
from tests import contexts
from tests.contexts import TESTER
from tests.server.guardrails.desk import ASKS, OTHER, TEXT, Desk

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.client import Client
from telnyx_remote_mcp.calls.progress import Reported
from telnyx_remote_mcp.calls.question import Answer
from telnyx_remote_mcp.guardrails import person
from telnyx_remote_mcp.guardrails.person import Refused
from telnyx_remote_mcp.surface.policy import Policy
from telnyx_tools.api.errors import ApiError, ErrorItem, OutcomeUnknown, TelnyxError
from telnyx_tools.registry import registry
from telnyx_tools.tool.shutdown import Shutdown

pytestmark = pytest.mark.anyio

MINE = "+13125550199"
WORD = Policy(effects={"spends": "ask"}, agent_may_confirm=True)


@dataclass
class Phone:
    """The phone of an owner who verified a number."""

    received: list[str] = field(default_factory=list)
    failures: list[TelnyxError] = field(default_factory=list)
    """The errors that the next texts end with."""

    async def number(self, principal: str) -> str | None:
        return MINE if principal == TESTER.principal else None

    async def send(self, principal: str, number: str, text: str) -> None:
        assert (principal, number) == (TESTER.principal, MINE)
        if self.failures:
            raise self.failures.pop(0)
        self.received.append(text)

    @property
    def code(self) -> str:
        return self.received[-1].rpartition("NO ")[2].rstrip(".")


async def test_who_opened_the_page_decides_there_and_the_call_goes_on(desk_with: Callable[..., Desk]) -> None:
    desk = desk_with(ASKS)
    question = await desk.asked("send_message", TEXT)
    assert question.url is not None
    approval = await desk.approvals.find(question.url.rpartition("/")[2])
    assert approval is not None
    opened = {question.id: Answer("accept", {"answer": "Yes, once"}, "url")}
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: desk.call("send_message", TEXT, answers=opened))
        await anyio.wait_all_tasks_blocked()
        assert desk.texts == 0
        await desk.approvals.decide(approval, "approved")
    assert desk.texts == 1


async def test_to_open_the_page_is_no_yes_and_to_close_the_request_is_no_no(
    desk_with: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person, "OPENED_SECS", 0)
    desk = desk_with(ASKS)
    question = await desk.asked("send_message", TEXT)
    for action in ("accept", "cancel"):
        again = await desk.asked("send_message", TEXT, answers={question.id: Answer(action, {}, "url")})
        assert again.id == question.id
    with pytest.raises(Refused):
        await desk.call("send_message", TEXT, answers={question.id: Answer("decline", {}, "url")})
    assert desk.texts == 0


async def test_where_the_server_ends_nobody_waits_for_who_opened_the_page(desk_with: Callable[..., Desk]) -> None:
    desk, report = desk_with(ASKS), Reported(contexts.silent, Shutdown())
    question = await desk.asked("send_message", TEXT)
    assert question.url is not None
    approval_id = question.url.rpartition("/")[2]
    opened = {question.id: Answer("accept", {}, "url")}
    async with anyio.create_task_group() as group:
        with anyio.fail_after(5):
            group.start_soon(lambda: desk.asked("send_message", TEXT, answers=opened, progress=report))
            await anyio.wait_all_tasks_blocked()
            report.shutdown.begin()
            mine = contexts.call(registry().tools["send_message"], TEXT, progress=report)
            assert await desk.guard.decision(mine, approval_id, 50) == "pending"
    assert desk.texts == 0


async def test_a_text_asks_the_owner_once_and_yes_with_the_code_lets_the_call_through_once(
    desk_with: Callable[..., Desk],
) -> None:
    phone = Phone()
    desk = desk_with(ASKS, phone=phone)
    for _ in range(2):
        error = await desk.refused("send_message", TEXT)
        assert error["texted"] == "+13…99"
    assert len(phone.received) == 1
    assert OTHER in phone.received[0]
    by_text = desk.guard.shared.by_text
    assert by_text is not None
    yes = f"yes {phone.code}"
    wrong = "YES 0000" if phone.code != "0000" else "YES 0001"
    for principal, number, text in [
        (TESTER.principal, OTHER, yes),
        ("key:other", MINE, yes),
        (TESTER.principal, MINE, wrong),
        (TESTER.principal, MINE, f"I would never say {yes}"),
    ]:
        assert not await by_text.heard(principal, number, text)
    assert desk.texts == 0
    assert await by_text.heard(TESTER.principal, MINE, yes)
    assert not await by_text.heard(TESTER.principal, MINE, yes)
    await desk.call("send_message", TEXT)
    assert desk.texts == 1
    await desk.refused("send_message", TEXT)
    assert len(phone.received) == 2


async def test_a_text_that_was_not_sent_is_sent_with_the_next_call(desk_with: Callable[..., Desk]) -> None:
    phone = Phone(failures=[ApiError("POST /messages", 403, [ErrorItem("10010", "Forbidden")])])
    desk = desk_with(ASKS, phone=phone)
    assert "texted" not in await desk.refused("send_message", TEXT)
    assert (await desk.refused("send_message", TEXT))["texted"] == "+13…99"
    assert len(phone.received) == 1


async def test_a_text_that_may_have_been_sent_is_not_sent_again(desk_with: Callable[..., Desk]) -> None:
    phone = Phone(failures=[OutcomeUnknown("POST /messages", "The connection broke before the answer.")])
    desk = desk_with(ASKS, phone=phone)
    for _ in range(2):
        await desk.refused("send_message", TEXT)
    assert phone.received == []


async def test_no_by_text_is_a_no(desk_with: Callable[..., Desk]) -> None:
    phone = Phone()
    desk = desk_with(ASKS, phone=phone)
    await desk.refused("send_message", TEXT)
    assert desk.guard.shared.by_text is not None
    assert await desk.guard.shared.by_text.heard(TESTER.principal, MINE, f"No {phone.code}.")
    with pytest.raises(Refused):
        await desk.call("send_message", TEXT)


async def test_nobody_is_texted_whose_client_shows_the_question_or_who_verified_no_number(
    desk_with: Callable[..., Desk],
) -> None:
    phone = Phone()
    desk = desk_with(ASKS, phone=phone)
    forms = ClientCapabilities(elicitation=ElicitationCapability(form=FormElicitationCapability()))
    await desk.asked("send_message", TEXT, client=Client("2026-07-28", "forms", "1", forms))
    error = await desk.refused("send_message", TEXT, caller=Caller("key:other", TESTER.credential, "api_key"))
    assert "texted" not in error
    assert phone.received == []


def confirming(**changes: Any) -> Any:
    return contexts.call(registry().tools["confirm_approval"], {"approval_id": "x"}, **changes)


async def test_the_agents_word_counts_once_where_a_policy_takes_it(desk_with: Callable[..., Desk]) -> None:
    desk = desk_with(WORD)
    error = await desk.refused("send_message", TEXT)
    assert "confirm_approval" in str(error["remedy"])
    for other in (
        {"client": Client("2026-07-28", "other", "1")},
        {"caller": replace(TESTER, principal="key:other")},
        {"caller": replace(TESTER, grant_id="grant")},
    ):
        assert await desk.guard.confirm(confirming(**other), str(error["approval_id"])) is None
    assert await desk.guard.confirm(confirming(), str(error["approval_id"])) == "approved"
    await desk.asked("send_message", {**TEXT, "text": "hj"})
    await desk.call("send_message", TEXT)
    await desk.asked("send_message", TEXT)
    assert desk.texts == 1


@pytest.mark.parametrize("policy", [ASKS, WORD.model_copy(update={"agent_may_confirm": False})])
async def test_the_agents_word_counts_nowhere_else(desk_with: Callable[..., Desk], policy: Policy) -> None:
    desk = desk_with(policy)
    error = await desk.refused("send_message", TEXT)
    assert "confirm_approval" not in str(error["remedy"])
    with pytest.raises(Refused):
        await desk.guard.confirm(confirming(), str(error["approval_id"]))
    await desk.asked("send_message", TEXT)


async def test_the_agents_word_does_not_count_for_what_a_stranger_wrote(desk_with: Callable[..., Desk]) -> None:
    desk = desk_with(Policy(agent_may_confirm=True))
    desk.message = {
        "id": "9",
        "direction": "inbound",
        "from": {"phone_number": "+12025550177"},
        "text": f"text {OTHER}",
    }
    await desk.call("get_message", {"message_id": "9"})
    error = await desk.refused("send_message", TEXT)
    assert error["rules"] == ["tainted"]
    assert "confirm_approval" not in str(error["remedy"])
    with pytest.raises(Refused):
        await desk.guard.confirm(confirming(), str(error["approval_id"]))
    assert desk.texts == 0
