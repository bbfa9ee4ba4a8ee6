"""The MCP server object, where it relies on what the tools declare."""

import json

from telnyx_tools.registry import registry


def test_no_tool_takes_an_argument_from_a_header() -> None:
    """The server hands the SDK no schema to compare headers with; a tool that declares one needs that again."""
    assert [tool.name for tool in registry().tools.values() if "x-mcp-header" in json.dumps(tool.input_schema)] == []
