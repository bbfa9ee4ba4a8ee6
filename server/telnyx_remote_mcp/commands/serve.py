"""Serve many accounts over HTTP, each caller with a Telnyx API key of their own."""

from __future__ import annotations

import socket
from argparse import ArgumentParser, Namespace

from telnyx_remote_mcp.commands import UsageError, cannot_listen
from telnyx_remote_mcp.commands.options import add_settings, settings
from telnyx_remote_mcp.commands.sandbox import sandboxed
from telnyx_remote_mcp.serve import check, listen, serve
from telnyx_remote_mcp.settings import SECRETS, Settings
from telnyx_remote_mcp.telemetry import logs


def configure(parser: ArgumentParser) -> None:
    add_settings(parser, *(name for name in Settings.model_fields if name not in SECRETS))


def run(options: Namespace) -> int:
    chosen = settings(options)
    logs.configure(chosen.log_level)
    try:
        check(chosen)
    except ValueError as error:
        raise UsageError(str(error)) from None
    with _listener(chosen.host, chosen.port) as listener, sandboxed(chosen) as effective:
        serve(effective, listener)
    return 0


def _listener(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        raise cannot_listen(host, port, error) from None
