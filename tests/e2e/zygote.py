"""Runs calls in processes of their own, which may be killed in the middle.

Reads a JSON list of points from each line of standard input, and writes a list of their outcomes: `null` if the process
was killed, else the code of an error, `done` or `duplicate`, `asked` and the id of a question, or the decision. A point
with `decides` is not a call but the user's decision about it. Forking saves the imports of a new process.
"""

import json
import os
import signal
import ssl
import sys
import time
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from importlib import import_module
from typing import Any, Literal

import anyio
from tests import contexts

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.dispatch import Dispatch
from telnyx_remote_mcp.calls.question import Answer, AskFirst
from telnyx_remote_mcp.composition.dispatch import create_dispatch
from telnyx_remote_mcp.events.services import EventServices
from telnyx_remote_mcp.guardrails import duplicates
from telnyx_remote_mcp.guardrails.approvals import Approvals
from telnyx_remote_mcp.guardrails.policy_file import load
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_calls_store, open_store
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.api.client import Api, Credential
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.api.wire import Wire
from telnyx_tools.registry import registry

LEASE_SECS = 0.4
YES = Answer("accept", {"answer": "Yes, once"})
IMPORTED = ("aiosqlite", "redis.asyncio")
"""Modules that a call imports later; imported here in advance."""

TLS = ssl.create_default_context()
"""Made once, since making it takes longer than a call."""


async def act(settings: Settings, surfaces: Surfaces, point: dict[str, Any]) -> str:
    """Run one point. Returns its outcome."""
    made = contexts.call(
        registry().tools["send_message"],
        point["arguments"],
        caller=Caller(point["key"], Credential(point["key"]), "api_key"),
        answers={point["answered"]: YES} if "answered" in point else {},
        allow_duplicate=point.get("allow_duplicate", False),
    )
    policy = load(settings.policy, registry()) if settings.policy and not point.get("unasked") else None
    async with AsyncExitStack() as until:
        api = await until.enter_async_context(Api(settings.api_base_url, wire=Wire(tls=TLS)))
        store = await until.enter_async_context(aclosing(open_store(settings)))
        calls = await until.enter_async_context(aclosing(open_calls_store(settings)))
        shared = replace(contexts.guarded(settings, api, store, policy), calls=calls)
        if "decides" in point:
            return await decided(shared.approvals, made, point["decides"])
        events = EventServices(store, calls, lambda: shared.secret)
        return await outcome_of(create_dispatch(settings, surfaces, api, lambda: shared, lambda: events), made)


async def outcome_of(dispatch: Dispatch, made: Call) -> str:
    try:
        result = await dispatch(made)
    except AskFirst as first:
        return f"asked {first.question.id}"
    except TelnyxError as error:
        return str(error.describe()["code"])
    return "duplicate" if result.wire().get("duplicate_of") else "done"


async def decided(approvals: Approvals, made: Call, decision: Literal["approved", "denied"]) -> str:
    """Do what the user does on the page: decide, if there is something to decide."""
    approval = await approvals.find(approvals.id_of(made))
    if approval is None or not await approvals.decide(approval, decision):
        return "nothing"
    return decision


def fork(settings: Settings, surfaces: Surfaces, point: dict[str, Any]) -> tuple[int, int]:
    """Start a process that runs the point. Returns its process id and the pipe to which it writes the outcome."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, anyio.run(act, settings, surfaces, point).encode())
        os._exit(0)  # skips the exit handlers, which belong to the parent
    os.close(writer)
    return child, reader


def play(settings: Settings, surfaces: Surfaces, points: list[dict[str, Any]]) -> list[str | None]:
    """Run all points at the same time. Each process is killed `kill_after` seconds after all have begun."""
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
