"""What an update set is in its answer: the value where the API tells it, its name always."""

from collections.abc import Iterator
from typing import Any

from hypothesis import Phase, find, settings
from tests.contract.arguments import arguments
from tests.contract.calling import CURATED, Played, documented, play

from telnyx_tools.results.result import unwrapped
from telnyx_tools.tool.tool import Tool

CHOSEN = {
    ("update_assistant_tool", "invite"): {
        "tool_id": "1",
        "invite": {"targets": [{"name": "Sales", "to": "+13125550123"}], "from": "+13125550100"},
    }
}
"""What no made-up arguments fit."""
_FEW = settings(max_examples=300, derandomize=True, database=None, deadline=None, phases=[Phase.generate])


def updates() -> Iterator[tuple[Tool, str]]:
    for tool in CURATED:
        yield from ((tool, name) for name in tool.arguments.changes)


def test_what_an_update_set_is_in_its_answer() -> None:
    missing = []
    for tool, name in updates():
        played = _changed(tool, name)
        told = {*played.content, *_members(played.content)}
        answered = unwrapped(documented(played.requests[-1]).json())
        if played.content["updated"] != [name] or (name in answered and name not in told):
            missing.append(f"{tool.name}: {name}")
    assert len(list(updates())) > 200
    assert missing == []


def _changed(tool: Tool, name: str) -> Played:
    """A call of the tool that changes this field alone."""
    if (tool.name, name) in CHOSEN:
        return play(tool, CHOSEN[tool.name, name], documented)
    kind = {"connection_type"} if tool.name == "update_connection" else set()
    wanted = {*tool.required, name, *kind}
    properties = {each: tool.input_schema["properties"][each] for each in wanted}
    strategy = arguments({**tool.input_schema, "properties": properties, "required": list(properties)})
    return play(tool, find(strategy, lambda given: _is_taken(tool, given), settings=_FEW), documented)


def _is_taken(tool: Tool, given: dict[str, Any]) -> bool:
    return not play(tool, given, documented).result.is_error


def _members(content: dict[str, Any]) -> Iterator[str]:
    """The names in the objects inside a result, where some of what was set may be."""
    for inner in content.values():
        yield from inner if isinstance(inner, dict) else ()
