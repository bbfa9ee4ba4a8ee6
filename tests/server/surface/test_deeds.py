"""Whoever excludes a tool excludes its deed, by whichever operation or other tool it could be done."""

import pytest

from telnyx_remote_mcp.surface.deeds import STAYS, deeds_of, excluded_with
from telnyx_remote_mcp.surface.kinds import KINDS
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.registry import registry
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.tool import Tool

SURFACES = Surfaces(registry(), Selection(), allowed=KINDS)
OPERATIONS = [OperationAction(operation) for operation in Catalog.load().values()]
TOOLS = [tool for tool in registry().tools.values() if tool.calls and not tool.local]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_nothing_within_reach_does_what_an_excluded_tool_does(tool: Tool) -> None:
    surface = SURFACES.of(Selection(surface="full", exclude_tools=(tool.name,)))
    doing = [a.name for a in OPERATIONS if deeds_of(a) & excluded_with(tool) and surface.refusal(a) is None]
    assert doing == []
    if tool.effect is not Effect.SPENDS:
        return
    left = [t for t in surface.reachable.values() if t.effect is not Effect.READ and t.name not in STAYS]
    by_spending = [t.name for t in left if t.effect is Effect.SPENDS and deeds_of(t) & excluded_with(tool)]
    by_another_way = [t.name for t in left if deeds_of(t) & (excluded_with(tool) - deeds_of(tool))]
    assert by_spending + by_another_way == []


@pytest.mark.parametrize(
    "operation",
    ["messages.send", "messages.send_long_code", "messages.schedule", "messages.send_number_pool", "calls.dial"],
)
def test_texting_and_calling_are_excluded_whole(operation: str) -> None:
    surface = SURFACES.of(Selection(exclude_tools=("send_message", "make_call")))
    assert surface.refusal(OperationAction(Catalog.load()[operation])) is not None
    assert surface.find("send_group_message") is None
    assert surface.find("start_texml_call") is None


def test_what_is_another_deed_stays() -> None:
    surface = SURFACES.of(Selection(surface="full", exclude_tools=("make_call",)))
    for name in ("hangup", "end_texml_call", "send_message", "get_call_status"):
        assert surface.find(name) is not None


@pytest.mark.parametrize("excluded", ["send_message", "schedule_message", "send_group_message", "send_assistant_sms"])
def test_whichever_tool_for_texts_is_excluded_none_is_left(excluded: str) -> None:
    surface = SURFACES.of(Selection(surface="full", exclude_tools=(excluded,)))
    for name in ("send_message", "schedule_message", "send_group_message", "send_assistant_sms"):
        assert surface.find(name) is None
    assert surface.refusal(OperationAction(Catalog.load()["messages.send"])) is not None


def test_who_excludes_sending_may_still_read_and_send_otherwise() -> None:
    surface = SURFACES.of(Selection(surface="full", exclude_tools=("send_message",)))
    for name in ("get_message", "get_group_messages", "send_whatsapp_text"):
        assert surface.find(name) is not None
    assert surface.refusal(OperationAction(Catalog.load()["messages.retrieve"])) is None


def test_new_instructions_for_a_call_go_with_calls_and_its_end_stays() -> None:
    surface = SURFACES.of(Selection(surface="full", exclude_tools=("make_call",)))
    assert surface.find("update_texml_call") is None
    assert surface.find("end_texml_call") is not None
    redirect = OperationAction(Catalog.load()["texml.accounts.calls.update"])
    assert surface.refusal(redirect) is not None
    for name in STAYS:
        assert registry().tools[name].effect is not Effect.SPENDS


def test_a_setting_or_a_deletion_is_excluded_by_its_name_and_as_an_operation() -> None:
    surface = SURFACES.of(Selection(surface="full", exclude_tools=("delete_recording",)))
    assert surface.find("delete_recordings_in_bulk") is not None
    assert surface.refusal(OperationAction(Catalog.load()["recordings.actions.delete"])) is not None
