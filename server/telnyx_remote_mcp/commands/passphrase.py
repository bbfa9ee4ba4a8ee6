"""Set the passphrase with which you, and no agent, decide what a server over stdio asks you."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass

from telnyx_remote_mcp.auth.passphrase import BadPassphrase, keep
from telnyx_remote_mcp.commands import Failure, UsageError, say
from telnyx_remote_mcp.commands.options import add_settings, settings


def configure(parser: ArgumentParser) -> None:
    add_settings(parser, "data_dir")


def run(options: Namespace) -> int:
    chosen = settings(options)
    if not sys.stdin.isatty():
        raise UsageError("A passphrase is typed at a terminal: what a program can write, an agent can write too.")
    entered = getpass("Passphrase: ")
    if getpass("Once more: ") != entered:
        raise Failure("These were two different passphrases; nothing was changed.")
    try:
        keep(chosen.data_dir, entered)
    except BadPassphrase as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"It cannot be kept in {chosen.data_dir} ({error.strerror}); set TELNYX_MCP_DATA_DIR.") from None
    say("Kept. Agents that work over stdio now give you a link where you decide what they may do.")
    return 0
