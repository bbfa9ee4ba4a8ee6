"""List the tools that this server has, within the operator's settings."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable

from telnyx_remote_mcp.commands import say
from telnyx_remote_mcp.commands.options import SELECTION, add_settings, settings, surfaces
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import SURFACES, Name, Selection
from telnyx_tools.tool.tool import Tool

_CHARACTERS_PER_TOKEN = 4


def configure(parser: ArgumentParser) -> None:
    add_settings(parser, *SELECTION)
    parser.add_argument("--surface", choices=SURFACES, default="full", help="which surface (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="as JSON, with everything that is declared of a tool")


def run(options: Namespace) -> int:
    print_tools(settings(options), options.surface, as_json=options.json)
    return 0


def print_tools(settings: Settings, surface: Name = "full", *, as_json: bool = False) -> None:
    tools = surfaces(settings).of(Selection(surface=surface)).tools.values()
    say(json.dumps([_described(tool) for tool in tools], indent=2) if as_json else _table(tools))


def approx_tokens(tool: Tool) -> int:
    """About what the tool costs a model that has it in its context: a quarter of the characters."""
    shown = {"name": tool.name, "description": tool.description, "inputSchema": tool.input_schema}
    return len(json.dumps(shown, separators=(",", ":"))) // _CHARACTERS_PER_TOKEN


def _described(tool: Tool) -> dict[str, object]:
    return {
        "name": tool.name,
        "group": tool.group,
        "effect": tool.effect,
        "scope": tool.scope,
        "calls": tool.calls,
        "s3": tool.s3,
        "aliases": tool.aliases,
        "default_surface": tool.core,
        "approx_tokens": approx_tokens(tool),
        "description": tool.description,
        "input_schema": tool.input_schema,
    }


def _table(tools: Iterable[Tool]) -> str:
    rows = [("TOOL", "GROUP", "EFFECT", "SCOPE", "DEFAULT")]
    rows += [(t.name, t.group, t.effect.value, t.scope, "yes" if t.core else "no") for t in tools]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
