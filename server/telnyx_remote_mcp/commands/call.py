"""Call one tool and print its result as JSON. Ends with 1 where the tool answers with an error.

`call TOOL --help` says what the tool takes.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace

import mcp_types as types

from telnyx_remote_mcp.commands import UsageError, say
from telnyx_remote_mcp.commands.arguments import pairs
from telnyx_remote_mcp.commands.options import UPSTREAM, add_settings, settings
from telnyx_remote_mcp.commands.output import coloured_json
from telnyx_remote_mcp.telemetry import logs


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("-h", "--help", action="store_true", help="show this, or with a TOOL what it takes")
    add_settings(parser, "allow", "policy", "dry_run", *UPSTREAM, "file_roots")
    parser.add_argument("--keep", action="store_true", help="with --sandbox: keep it for the next call with --keep")
    parser.add_argument("--get", metavar="MEMBER", help="print one member of the result alone, such as items.0.id")
    parser.add_argument("--url", help="the MCP endpoint of a running server, instead of one in this process")
    parser.add_argument("tool", metavar="TOOL", nargs="?", help="its name; telnyx-mcp-server tools lists them")
    parser.add_argument(
        "arguments", metavar="NAME=VALUE", nargs="*", default=[], help="an argument of the tool; text or JSON"
    )
    parser.set_defaults(usage=parser.format_help)


def run(options: Namespace) -> int:
    if options.help:
        say(_manual(options.tool) if options.tool else options.usage().rstrip())
        return 0
    if options.tool is None:
        raise UsageError("Which TOOL? telnyx-mcp-server tools lists them (see telnyx-mcp-server call --help)")
    logs.configure("error")
    result = _result(options)
    content = _content(result)
    if options.get is not None and not result.is_error:
        content = member(content, options.get)
    say(content if isinstance(content, str) else coloured_json(json.dumps(content, indent=2, ensure_ascii=False)))
    for file in result.content[1:]:
        print(f"Not shown: {_kind(file)} that came with it.", file=sys.stderr)  # noqa: T201 - beside the JSON
    return 1 if result.is_error else 0


def member(content: object, path: str) -> object:
    """Return the value in the result at a path such as `items.0.id`. Raises UsageError if there is none."""
    for step in path.split("."):
        if isinstance(content, dict) and step in content:
            content = content[step]
        elif isinstance(content, list) and step.isdecimal() and int(step) < len(content):
            content = content[int(step)]
        else:
            raise UsageError(f"The result has no {path} (--get): there is nothing at '{step}'.")
    return content


def _manual(tool: str) -> str:
    from telnyx_remote_mcp.commands.manual import manual
    from telnyx_remote_mcp.commands.tools import find

    return manual(find(tool))


def _result(options: Namespace) -> types.CallToolResult:
    chosen, arguments = settings(options), pairs(options.arguments)
    if options.url:
        from telnyx_remote_mcp.commands.remote_call import call_remote

        return call_remote(options.url, chosen, options.tool, arguments)
    from telnyx_remote_mcp.commands.local_call import call_here

    return call_here(chosen, options.tool, arguments, keep=options.keep)


def _content(result: types.CallToolResult) -> object:
    if result.structured_content is not None:
        return result.structured_content
    texts = [block.text for block in result.content if isinstance(block, types.TextContent)]
    try:
        return json.loads(texts[0])
    except (IndexError, ValueError):
        return texts


def _kind(file: types.ContentBlock) -> str:
    """The kind of a file that came with the result."""
    part = file.resource if isinstance(file, types.EmbeddedResource) else file
    return f"a file of type {getattr(part, 'mime_type', None) or 'unknown'}"
