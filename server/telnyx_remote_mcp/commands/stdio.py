"""Serve one person over standard input and output, with the key in TELNYX_API_KEY."""

from __future__ import annotations

import signal
from argparse import ArgumentParser, Namespace

import anyio

from telnyx_remote_mcp.commands.options import SELECTION, UPSTREAM, add_settings, check_local, settings
from telnyx_remote_mcp.commands.sandbox import sandboxed
from telnyx_remote_mcp.composition.local import serve_stdio
from telnyx_remote_mcp.surface.selection import SURFACES, Selection
from telnyx_remote_mcp.telemetry import logs


def configure(parser: ArgumentParser) -> None:
    add_settings(parser, *SELECTION, "allow", "policy", "dry_run", *UPSTREAM, "log_level", "file_roots")
    parser.add_argument("--surface", choices=SURFACES, help="which tools are listed (default: default)")
    parser.add_argument("--list-tools", action="store_true", help="list the tools, and end")


def run(options: Namespace) -> int:
    chosen = settings(options)
    check_local(chosen)
    if options.list_tools:
        from telnyx_remote_mcp.commands.tools import print_tools

        print_tools(chosen, options.surface or "stdio")
        return 0
    logs.configure(chosen.log_level)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # an orderly end would wait for the thread that reads stdin
    with sandboxed(chosen) as effective:
        anyio.run(serve_stdio, effective, Selection(surface=options.surface))
    return 0
