"""The command line: which command runs, and how a failure is told."""

from __future__ import annotations

import difflib
import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from telnyx_remote_mcp.commands import Failure, UsageError, limit_process

PROGRAM = "telnyx-mcp-server"

COMMANDS = {
    "stdio": "serve one person over standard input and output (without a command too)",
    "serve": "serve many accounts over HTTP",
    "tools": "list the tools",
    "call": "call one tool and print its result",
    "policy": "explain a policy file",
    "passphrase": "set the passphrase with which you decide what agents ask over stdio",
    "doctor": "check this machine, the settings and the API key",
    "audit": "read, export and verify the record of every call",
    "demo": "send a message, call somebody and order a number in the sandbox",
    "sandbox": "run the local Telnyx API by itself",
    "card": "print the server card or the registry entry",
}
"""Each is a module of `telnyx_remote_mcp.commands`, imported only when it runs."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name. Returns 0, 1 for a failure, 2 for wrong usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(given)
        sys.stdout.flush()
        return code
    except Failure as failure:
        print(f"{PROGRAM}: {failure}", file=sys.stderr)
        return failure.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(given: list[str]) -> int:
    first = given[0] if given else ""
    if first in ("-h", "--help") or (not given and sys.stdin.isatty()):
        print(_help())
        return 0
    if first == "--version":
        from importlib.metadata import version

        print(f"{PROGRAM} {version('telnyx-remote-mcp')}")
        return 0
    name, rest = ("stdio", given) if not first or first.startswith("-") else (first, given[1:])
    if name not in COMMANDS:
        raise UsageError(f"Unknown command '{name}'.{_suggestion(name)} Commands: {', '.join(COMMANDS)}.")
    limit_process()
    command = import_module(f"telnyx_remote_mcp.commands.{name}")
    parser = _Parser(prog=f"{PROGRAM} {name}", description=command.__doc__, allow_abbrev=False)
    command.configure(parser)
    code: int = command.run(parser.parse_args(rest))
    return code


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def _suggestion(name: str) -> str:
    close = difflib.get_close_matches(name, COMMANDS, n=1)
    return f" Did you mean {close[0]}?" if close else ""


def _help() -> str:
    commands = "\n".join(f"  {name:<10} {summary}" for name, summary in COMMANDS.items())
    return (
        f"usage: {PROGRAM} [COMMAND] [options]\n\nThe Telnyx platform as MCP tools.\n\n{commands}\n\n"
        f"{PROGRAM} COMMAND --help lists a command's options; --version prints the version."
    )
