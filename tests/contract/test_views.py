"""What a caller says of an answer holds as well where a tool is called by its name: fields, page, page size, detail."""

from collections.abc import Iterator
from typing import Any

from tests.contract.calling import CURATED, documented, least, play

from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.tool import Tool

VIEW = {"page": "2", "page_size": 20, "detail": "full"}
"""The size is that of operations, which is not that of every tool."""


def reads() -> Iterator[tuple[Tool, dict[str, Any], dict[str, Any]]]:
    """Every tool that reads, arguments for it, and what it can be told of its answer."""
    for tool in CURATED:
        if tool.effect is Effect.READ and not tool.local:
            given = {name: value for name, value in least(tool).items() if name not in VIEW}
            view = {name: value for name, value in VIEW.items() if name in tool.input_schema["properties"]}
            if play(tool, {**given, **view}, documented).result.is_error:
                del view["page"]  # its cursors have a form of their own
            yield tool, given, view


def by_name(tool: Tool, given: dict[str, Any], **view: Any) -> Any:
    called = {"endpoint": tool.name, "arguments": given, **view}
    return play("read_api_endpoint", called, documented).content["data"]


def test_page_size_and_detail_reach_a_tool_that_is_called_by_name_and_fields_narrow_its_answer() -> None:
    checked = 0
    for tool, given, view in reads():
        assert by_name(tool, given, **view) == play(tool, {**given, **view}, documented).content, tool.name
        whole = play(tool, given, documented).content
        things = whole.get("items") or [whole]
        name = next(iter(things[0]))
        narrowed = by_name(tool, given, fields=[name])
        assert narrowed.get("items", [narrowed]) == [{name: thing[name]} for thing in things], tool.name
        checked += bool(view)
    assert checked > 60


def test_a_tool_that_has_no_page_says_so() -> None:
    error = play("read_api_endpoint", {"endpoint": "get_balance", "page_size": 5}, documented).error
    assert error["problems"] == [{"argument": "page_size", "problem": "get_balance has no page_size."}]
