"""Run the local Telnyx API by itself: a stateful stand-in to try, build and test against."""

from __future__ import annotations

import json
import math
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from telnyx_remote_mcp.commands import Failure, cannot_listen
from telnyx_remote_mcp.commands.child import child
from telnyx_remote_mcp.settings import Settings

KEY_PREFIX = "KEY_sandbox"
KEY = f"{KEY_PREFIX}_you"
"""Who calls the sandbox without a key of their own."""

CLIENT_ID = "sandbox-mcp-server"
"""The client that the sandbox's sign-in knows."""


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--speed", type=_speed, default=1.0, help="sandbox seconds per second (default: %(default)s)")


def run(options: Namespace) -> int:
    from telnyx_sandbox.server import run as run_sandbox

    try:
        run_sandbox(options.host, options.port, speed=options.speed)
    except OSError as error:
        raise cannot_listen(options.host, options.port, error) from None
    return 0


def _port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65535:
        return int(text)
    raise ArgumentTypeError(f"'{text}' is no port from 0 to 65535")


def _speed(text: str) -> float:
    with suppress(ValueError):
        if 0 <= (speed := float(text)) < math.inf:
            return speed
    raise ArgumentTypeError(f"'{text}' is no number from 0 up")


@contextmanager
def sandboxed(settings: Settings) -> Iterator[Settings]:
    """The settings, pointed at a sandbox of their own where they ask for one; it ends with this process.

    The settings' own key, where it is of a real account, is not shown to the sandbox, and neither is a client.
    """
    if not settings.sandbox:
        yield settings
        return
    key = settings.api_key if (settings.api_key or "").startswith(KEY_PREFIX) else KEY
    with child("telnyx_sandbox", "--port", "0", "--with-parent") as (_, line):
        base_url = _base_url(line)
        yield settings.model_copy(
            update={
                "api_base_url": base_url,
                "storage_endpoint": f"{base_url.removesuffix('/v2')}/storage/{{region}}",
                "api_key": key,
                "telnyx_client_id": CLIENT_ID,
                "telnyx_client_secret": "",
            }
        )


def _base_url(line: str) -> str:
    try:
        url: str = json.loads(line)["base_url"]
    except (ValueError, KeyError):
        raise Failure("The sandbox did not start; what it wrote is above.") from None
    return url
