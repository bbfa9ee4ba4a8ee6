"""The command line: runs the command that was named, and reports failures."""

from __future__ import annotations

import difflib
import gc
import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from telnyx_remote_mcp.commands import Failure, UsageError, limit_process
from telnyx_remote_mcp.commands.output import take_any_text

PROGRAM = "telnyx-mcp-server"

COMMANDS = {
    "stdio": "serve one person over standard input and output (without a command too)",
    "serve": "serve many accounts over HTTP",
    "tools": "list the tools",
    "call": "call one tool and print its result",
    "policy": "explain a policy file, or run the audit log against it",
    "passphrase": "set the passphrase with which you decide what agents ask over stdio",
    "doctor": "check this machine, the settings and the API key, or a running server (--url)",
    "audit": "read, export and verify the record of every call",
    "revoke": "end the connection of an agent by its id",
    "demo": "send a message, call somebody and order a number in the sandbox",
    "sandbox": "run the local Telnyx API by itself",
    "completion": "print the completion for bash, zsh or fish",
    "card": "print the server card or the registry entry",
}
"""Each is a module of `telnyx_remote_mcp.commands`, imported only when it runs."""

OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""Imports create many objects and little garbage: with Python's default of 700, a sixth of the start goes into
collections."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name. Returns 0, 1 for a failure, 2 for wrong usage."""
    given = _as_option(list(sys.argv[1:] if arguments is None else arguments))
    take_any_text()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 10, 10)
    try:
        code = _run(given)
        sys.stdout.flush()
        return code
    except Failure as failure:
        print(f"{PROGRAM}: {failure}", file=sys.stderr)
        return failure.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of the output closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(given: list[str]) -> int:
    first = given[0] if given else ""
    if first in ("-h", "--help") or (not given and sys.stdin.isatty()):
        print(_help())
        return 0
    if first in ("-V", "--version"):
        from importlib.metadata import version

        print(f"{PROGRAM} {version('telnyx-remote-mcp')}")
        return 0
    name, rest = ("stdio", given) if not first or first.startswith("-") else (first, given[1:])
    if name not in COMMANDS:
        raise UsageError(f"Unknown command '{name}'.{_suggestion(name)}")
    limit_process()
    command = import_module(f"telnyx_remote_mcp.commands.{name}")
    parser = _Parser(
        prog=f"{PROGRAM} {name}", description=command.__doc__, allow_abbrev=False, conflict_handler="resolve"
    )
    command.configure(parser)
    code: int = command.run(parser.parse_intermixed_args(rest))
    return code


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}{self._nearest(message)} (see {self.prog} --help)")

    def _nearest(self, message: str) -> str:
        """A suggestion of the option that was probably meant, if an unknown one was typed; else ""."""
        option = message.removeprefix("unrecognized arguments: ").split("=")[0].split()[0]
        close = difflib.get_close_matches(option, self._option_string_actions, n=1) if option[:2] == "--" else []
        return f"; did you mean {close[0]}?" if close else ""


def _as_option(given: list[str]) -> list[str]:
    """Turn `help`, `help COMMAND` and `version` into the options that mean the same."""
    match given:
        case ["version"]:
            return ["--version"]
        case ["help", *rest]:
            return [*rest, "--help"]
    return given


def _suggestion(name: str) -> str:
    if close := difflib.get_close_matches(name, [*COMMANDS, "help", "version"], n=1):
        return f" Did you mean {close[0]}? Commands: {', '.join(COMMANDS)}."
    from telnyx_tools.registry import modules

    if name in modules():
        return f" It is a tool: {PROGRAM} call {name} --help says what it takes."
    return f" Commands: {', '.join(COMMANDS)}."


def _help() -> str:
    commands = "\n".join(f"  {name:<10} {summary}" for name, summary in COMMANDS.items())
    return (
        f"usage: {PROGRAM} [COMMAND] [options]\n\nThe Telnyx platform as MCP tools.\n\n{commands}\n\n"
        f"{PROGRAM} help COMMAND lists a command's options; version (-V) prints the version."
    )
