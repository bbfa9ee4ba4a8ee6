"""Makes calls in processes of their own, each of which may be killed in the midst of it.

Reads a JSON list of points from a line of standard input, and writes one of what came of each: `null` where the process
was killed, else the code of an error, `done` or `duplicate`. Forking spares the import that a new process would need.
"""

import json
import os
import signal
import ssl
import sys
import time
from contextlib import aclosing
from importlib import import_module
from typing import Any

import anyio
from tests import contexts

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.composition.dispatch import create_dispatch
from telnyx_remote_mcp.guardrails import duplicates
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_calls_store
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.api.client import Api, Credential
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.api.wire import Wire
from telnyx_tools.registry import registry

LEASE_SECS = 0.4
IMPORTED = ("aiosqlite", "redis.asyncio")
"""What a call imports on its way; here that is there before."""

TLS = ssl.create_default_context()
"""Made once: it takes longer than a call."""


async def call(settings: Settings, surfaces: Surfaces, point: dict[str, Any]) -> str:
    """What comes of the call of a point."""
    credential = Credential(point["key"])
    made = contexts.call(
        registry().tools["send_message"], point["arguments"], caller=Caller(point["key"], credential, "api_key")
    )
    async with Api(settings.api_base_url, wire=Wire(tls=TLS)) as api, aclosing(open_calls_store(settings)) as store:
        shared = contexts.guarded(settings, api, store)
        try:
            result = await create_dispatch(settings, surfaces, api, lambda: shared)(made)
        except TelnyxError as error:
            return str(error.describe()["code"])
    return "duplicate" if result.wire().get("duplicate_of") else "done"


def fork(settings: Settings, surfaces: Surfaces, point: dict[str, Any]) -> tuple[int, int]:
    """A process that makes the call, and where it writes what came of it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, anyio.run(call, settings, surfaces, point).encode())
        os._exit(0)  # nothing of the parent's is to be ended here
    os.close(writer)
    return child, reader


def play(settings: Settings, surfaces: Surfaces, points: list[dict[str, Any]]) -> list[str | None]:
    """All points at once; each process is killed `kill_after` seconds after all have begun."""
    children = [fork(settings, surfaces, point) for point in points]
    began = time.monotonic()
    begun = zip(points, children, strict=True)
    for after, child in sorted((point["kill_after"], child) for point, (child, _) in begun if "kill_after" in point):
        time.sleep(max(0, began + after - time.monotonic()))
        os.kill(child, signal.SIGKILL)
    return [_outcome(child, reader) for child, reader in children]


def _outcome(child: int, reader: int) -> str | None:
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said or None


def main() -> None:
    duplicates.LEASE_SECS = LEASE_SECS  # type: ignore[misc] # a retry in a test does not wait ten seconds
    for module in IMPORTED:
        import_module(module)
    settings = Settings()
    surfaces = Surfaces(registry(), settings.ceiling)
    registry().tools["send_message"].parse({"to": "+12025550123"})  # makes its validator
    for line in sys.stdin:
        sys.stdout.write(json.dumps(play(settings, surfaces, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
