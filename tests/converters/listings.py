"""Writes what every surface lists: `{surface: [tool, …]}`, each tool as MCP has it.

With `--for-grammars`, a line `{"name": …, "schema": …}` for each tool, and for all tools of each surface at once, as a
server of a model makes one grammar of everything that it may call.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from telnyx_remote_mcp.surface.selection import SURFACES, Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.registry import registry
from telnyx_tools.tool.tool import Tool

Json = dict[str, Any]


def listed(tool: Tool) -> Json:
    schemas = {"inputSchema": tool.input_schema, "outputSchema": tool.output_schema}
    return {"name": tool.name, "title": tool.title, "description": tool.description, **schemas}


def listings() -> dict[str, list[Json]]:
    surfaces = Surfaces(registry(), Selection())
    chosen = {name: Selection(surface=name) for name in SURFACES}
    chosen |= {group: Selection(slug=group) for group in registry().groups}
    return {name: [listed(tool) for tool in surfaces.of(asked).tools.values()] for name, asked in chosen.items()}


def for_grammars(listings: dict[str, list[Json]]) -> Iterator[Json]:
    for tool in listings["full"]:
        yield {"name": tool["name"], "schema": tool["inputSchema"]}
    for surface, tools in listings.items():
        yield {"name": f"all of {surface}", "schema": {"anyOf": [_call(tool) for tool in tools]}}


def _call(tool: Json) -> Json:
    properties = {"name": {"const": tool["name"]}, "arguments": tool["inputSchema"]}
    return {"type": "object", "properties": properties, "required": ["name", "arguments"]}


def main(arguments: list[str]) -> int:
    found = listings()
    lines = for_grammars(found) if arguments == ["--for-grammars"] else [found]
    sys.stdout.writelines(json.dumps(line) + "\n" for line in lines)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
