"""What a tool takes is shown one level at a time, where it is much."""

import json
from typing import Any

import pytest

from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.registry import registry
from telnyx_tools.tool.levels import level
from telnyx_tools.tool.tool import Tool

MOST_CHARACTERS = 5_500
TOOLS = list(registry().tools.values())
LARGEST = registry().tools["update_assistant"]


def arguments(tool: Tool, at: str = "") -> dict[str, Any]:
    found: dict[str, Any] = tool.describe(at)["arguments"]
    return found


def test_a_tool_that_takes_little_is_described_whole() -> None:
    tool = registry().tools["send_message"]
    assert tool.describe()["arguments"] == tool.input_schema


def test_of_the_largest_tool_objects_show_their_names_and_at_shows_what_is_in_them() -> None:
    first = arguments(LARGEST)
    assert first["properties"].keys() == LARGEST.input_schema["properties"].keys()
    assert "voice*" in first["properties"]["voice_settings"]["members"]
    assert first["deeper"] == "look at one with at=NAME"
    whole = LARGEST.input_schema["properties"]["voice_settings"]
    assert arguments(LARGEST, "voice_settings") == whole
    assert arguments(LARGEST, "voice_settings.voice") == whole["properties"]["voice"]


def test_at_goes_through_lists_and_the_forms_of_a_union() -> None:
    assert "targets" in arguments(LARGEST, "tools.transfer")["properties"]
    assert arguments(LARGEST, "tools.transfer.targets.to")["type"] == "string"
    kinds = [form["enum"] for form in arguments(LARGEST, "tools.type")["anyOf"]]
    assert ["hangup"] in kinds
    assert ["transfer"] in kinds


@pytest.mark.parametrize("at", ["nothing", "voice_settings.nothing", "name.nothing", "voice_settings.", "."])
def test_where_there_is_nothing_it_is_said_what_there_is(at: str) -> None:
    with pytest.raises(InvalidArguments) as raised:
        LARGEST.describe(at)
    assert raised.value.problems[0].argument == "at"


def test_no_description_of_a_tool_is_long_and_every_part_of_it_can_be_reached() -> None:
    for tool in TOOLS:
        assert_reached(tool, tool.input_schema, "")


def assert_reached(tool: Tool, schema: dict[str, Any], at: str) -> None:
    shown = arguments(tool, at) if at else level(schema)
    assert len(json.dumps(shown, separators=(",", ":"))) <= MOST_CHARACTERS, (tool.name, at)
    for name in names(schema):
        assert_reached(tool, arguments(tool, f"{at}.{name}" if at else name), f"{at}.{name}" if at else name)


def names(schema: dict[str, Any]) -> set[str]:
    found = set(schema.get("properties", ()))
    for inner in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        found |= names(inner)
    return found
