"""Serve many accounts over HTTP, each caller with a Telnyx API key of their own."""

from __future__ import annotations

import socket
import sys
from argparse import ArgumentParser, Namespace

from telnyx_remote_mcp.commands import UsageError, cannot_listen
from telnyx_remote_mcp.commands.banner import banner
from telnyx_remote_mcp.commands.options import add_settings, settings
from telnyx_remote_mcp.commands.sandbox import sandboxed
from telnyx_remote_mcp.serve import check, listen, serve
from telnyx_remote_mcp.settings import SECRETS, Settings
from telnyx_remote_mcp.telemetry import logs

UNKNOWN_URL = (
    "Listening on every address ({host}), and not told by which URL people come: signing in is off, API keys work, "
    "and requests for {answered} are answered. Give --public-url https://mcp.example.com, or --allowed-host NAME."
)


def configure(parser: ArgumentParser) -> None:
    add_settings(parser, *(name for name in Settings.model_fields if name not in SECRETS))


def run(options: Namespace) -> int:
    chosen = settings(options)
    logs.configure(chosen.log_level)
    try:
        check(chosen)
    except ValueError as error:
        raise UsageError(str(error)) from None
    for hint in hints(chosen):
        print(hint, file=sys.stderr, flush=True)  # noqa: T201 - for the operator, not for the scripts that wait
    if chosen.metrics_port:
        _listener(chosen.metrics_host, chosen.metrics_port).close()  # said now rather than by a traceback
    with _listener(chosen.host, chosen.port) as listener, sandboxed(chosen) as effective:
        if sys.stderr.isatty():
            listening = effective.model_copy(update={"port": listener.getsockname()[1]})
            print(banner(listening), file=sys.stderr, flush=True)  # noqa: T201 - as the hints
        serve(effective, listener)
    return 0


def hints(settings: Settings) -> list[str]:
    """What the settings leave off, and what they require of the proxy in front of the server, each on one line."""
    if settings.url_is_unknown:
        answered = ", ".join([f"localhost:{settings.port}", *settings.allowed_hosts])
        return [UNKNOWN_URL.format(host=settings.host, answered=answered)]
    if not settings.serves_oauth or not settings.base_path:
        return []
    from telnyx_remote_mcp.auth.authorization_server.metadata import proxied_locations

    paths = ", ".join(proxied_locations(settings.base_path))
    return [f"Signing in below {settings.base_path}: the proxy has to pass on as they are: {paths}"]


def _listener(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        raise cannot_listen(host, port, error) from None
