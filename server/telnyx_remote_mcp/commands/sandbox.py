"""Run the local Telnyx API by itself: a stateful stand-in to try, build and test against."""

from __future__ import annotations

import json
import math
import os
import signal
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

from telnyx_remote_mcp.commands import Failure, cannot_listen
from telnyx_remote_mcp.commands.child import child, start_detached
from telnyx_remote_mcp.settings import Settings

KEY_PREFIX = "KEY_sandbox"
KEY = f"{KEY_PREFIX}_you"
"""The key for callers of the sandbox who have none of their own."""

KEPT_SECS = 1_800
"""How long a kept sandbox runs without being used."""

_NOTE = "sandbox.json"

CLIENT_ID = "sandbox-mcp-server"
"""The client that the sandbox's sign-in accepts."""


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--speed", type=_speed, default=1.0, help="sandbox seconds per second (default: %(default)s)")
    parser.add_argument("--end", action="store_true", help="end the sandbox that `call --sandbox --keep` keeps")


def run(options: Namespace) -> int:
    if options.end:
        _end(Settings().data_dir)
        return 0
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
def sandboxed(settings: Settings, *, keep: bool = False) -> Iterator[Settings]:
    """The settings, changed to use a new sandbox if they ask for one. It ends with this process.

    With `keep` the sandbox stays for the next process with `keep`, and ends after half an hour without use. A key of a
    real account and an OAuth client in the settings are not given to the sandbox.
    """
    if not settings.sandbox:
        yield settings
    elif keep:
        yield _pointed(settings, kept_sandbox(settings.data_dir))
    else:
        with child("telnyx_sandbox", "--port", "0", "--with-parent") as (_, line):
            yield _pointed(settings, _base_url(line))


def _pointed(settings: Settings, base_url: str) -> Settings:
    return settings.model_copy(
        update={
            "api_base_url": base_url,
            "storage_endpoint": f"{base_url.removesuffix('/v2')}/storage/{{region}}",
            "api_key": settings.api_key if (settings.api_key or "").startswith(KEY_PREFIX) else KEY,
            "telnyx_client_id": CLIENT_ID,
            "telnyx_client_secret": "",
        }
    )


def kept_sandbox(data_dir: Path) -> str:
    """The base URL of the kept sandbox, or of a new one that will be kept."""
    note = data_dir / _NOTE
    if note.is_file() and (base_url := _answering(note.read_text())) is not None:
        return base_url
    line = start_detached("telnyx_sandbox", "--port", "0", "--idle-secs", str(KEPT_SECS))
    base_url = _base_url(line)
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    note.write_text(line)
    return base_url


def _end(data_dir: Path) -> None:
    note = data_dir / _NOTE
    if note.is_file():
        if _answering(note.read_text()) is not None:
            os.kill(json.loads(note.read_text())["pid"], signal.SIGTERM)
        note.unlink()


def _answering(noted: str) -> str | None:
    """The base URL in the note file, if the sandbox still answers."""
    try:
        base_url: str = json.loads(noted)["base_url"]
        with urlopen(f"{base_url.removesuffix('/v2')}/sandbox/requests", timeout=2) as answer:  # noqa: S310 - ours
            return base_url if "data" in json.load(answer) else None
    except (ValueError, KeyError, TypeError, OSError):
        return None


def _base_url(line: str) -> str:
    try:
        url: str = json.loads(line)["base_url"]
    except (ValueError, KeyError):
        raise Failure("The sandbox did not start; what it wrote is above.") from None
    return url
