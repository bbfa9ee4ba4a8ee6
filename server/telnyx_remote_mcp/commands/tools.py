"""List the tools that this server has, within the operator's settings; `tools NAME` says what one takes."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from typing import Literal

from telnyx_remote_mcp.commands import UsageError, say
from telnyx_remote_mcp.commands.manual import manual
from telnyx_remote_mcp.commands.options import SELECTION, add_settings, settings, surfaces
from telnyx_remote_mcp.commands.output import BOLD, row, styled
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import SURFACES, Name, Selection
from telnyx_tools.registry import modules, registry_of
from telnyx_tools.tool.tool import Tool

_CHARACTERS_PER_TOKEN = 4


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("tool", metavar="NAME", nargs="?", help="say what this tool takes, with an example")
    add_settings(parser, *SELECTION)
    parser.add_argument(
        "--surface",
        choices=(*SURFACES, "stdio"),
        default="full",
        help="which surface; stdio is all that a person on this machine has, with the tools for files (default: full)",
    )
    parser.add_argument("--json", action="store_true", help="as JSON, with everything that is declared of a tool")


def run(options: Namespace) -> int:
    if options.tool is not None:
        tool = find(options.tool)
        say(json.dumps(_described(tool), indent=2) if options.json else manual(tool))
        return 0
    print_tools(settings(options), options.surface, as_json=options.json)
    return 0


def print_tools(settings: Settings, surface: Name | Literal["stdio"] = "full", *, as_json: bool = False) -> None:
    selection = Selection(surface="full" if surface == "stdio" else surface)
    tools = surfaces(settings, local=surface == "stdio").of(selection).tools.values()
    say(json.dumps([_described(tool) for tool in tools], indent=2) if as_json else _table(tools))


def find(name: str) -> Tool:
    """The tool of this name; only its group is loaded. Raises UsageError, which suggests similar names."""
    if (tool := registry_of(name).find(name)) is not None:
        return tool
    from telnyx_tools.catalog.catalog import Catalog
    from telnyx_tools.catalog.names import nearest

    if name in Catalog.load():
        raise UsageError(
            f"{name} is an operation of the API, not a tool: "
            f"telnyx-mcp-server call get_api_endpoint_schema endpoint={name} says how it is called."
        )
    close = [f"{other} ({modules()[other]})" for other in nearest(name, modules(), 2)]
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise UsageError(f"Unknown tool '{name[:80]}'.{hint} telnyx-mcp-server tools lists them.")


def approx_tokens(tool: Tool) -> int:
    """About how many tokens the tool takes in a model's context: a quarter of its characters."""
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
    head = ("TOOL", "GROUP", "EFFECT", "SCOPE", "DEFAULT")
    rows = [head]
    rows += [(t.name, t.group, t.effect.value, t.scope, "yes" if t.core else "no") for t in tools]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    first, *rest = (row(cells, widths) for cells in rows)
    return "\n".join([styled(first, BOLD), *rest])
