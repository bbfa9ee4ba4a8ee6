"""Whoever excludes a tool excludes its deed, by whichever operation or other tool it could be done."""

import pytest

from telnyx_remote_mcp.surface.deeds import deeds_of, excluded_with
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
    if tool.effect is Effect.SPENDS:
        spending = [t for t in surface.reachable.values() if t.effect is Effect.SPENDS and deeds_of(t)]
        assert [other.name for other in spending if deeds_of(other) <= excluded_with(tool)] == []


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
