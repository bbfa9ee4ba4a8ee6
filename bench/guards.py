"""Measures the processor time that the guards take for each call: `python -m bench.guards`.

The same calls run with and without guards, in one process, with an SQLite store and immediate answers from the API.
Then the same with and without metrics, and the cost of metrics that are switched off.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from tests import contexts

from bench.calls import LIST
from bench.upstream import PAGE
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.dispatch import Dispatch
from telnyx_remote_mcp.composition.guards import create_guards
from telnyx_remote_mcp.composition.watch import watch
from telnyx_remote_mcp.guardrails.measured import CallMeasured, GuardMeasured
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_calls_store
from telnyx_remote_mcp.surface.limits import Limit
from telnyx_remote_mcp.surface.owner_rules import OwnerRules, QuietHours
from telnyx_remote_mcp.telemetry.meter import UNMEASURED
from telnyx_remote_mcp.telemetry.metrics import Metrics
from telnyx_tools.api.call import Call as Sent
from telnyx_tools.api.client import Api
from telnyx_tools.api.reply import Reply
from telnyx_tools.api.wire import Wire
from telnyx_tools.registry import registry

ROUNDS, CALLS = 9, 100
NUMBERS = itertools.count(step=2 * CALLS)
"""Numbers that make every call different from all others."""
METRICS_BOUND = 100
OFF_BOUND = 2
TOOLS = registry().tools
NUMBERS_PAGE = PAGE.partition(b"\r\n\r\n")[2]


class AtOnce(Wire):
    """Answers every request itself, in almost no time."""

    def __init__(self) -> None:
        """Open nothing."""

    async def attempt(self, call: Sent) -> Reply:
        return Reply(200, {}, NUMBERS_PAGE if "/phone_numbers" in call.url else b'{"data":{"id":"1"}}')


def read(_: int) -> Call:
    return contexts.call(TOOLS["get_messaging_profile"], {"messaging_profile_id": "p1"})


def listing(_: int) -> Call:
    return contexts.call(TOOLS["list_phone_numbers"], LIST.arguments)


def spend(number: int) -> Call:
    text = f"number {number}"
    return contexts.call(TOOLS["send_message"], {"to": "+13125550123", "from_number": "+13125550100", "text": text})


def within(number: int) -> Call:
    """A call on a connection that has every kind of limit that an owner can set."""
    return replace(spend(number), caller=replace(contexts.TESTER, lane="oauth", grant_id="g", rules=RULES))


def limit(what: Any, period: Any) -> Limit:
    return Limit(what, 1_000_000, period)


RULES = OwnerRules(
    limits=tuple(limit(what, period) for what in ("messages", "spend") for period in ("hour", "day")),
    countries=("US",),
    quiet_hours=QuietHours(begins=dt.time(3), ends=dt.time(3, 1)),
)

KINDS: dict[str, tuple[Callable[[int], Call], int]] = {
    "READ": (read, 150),
    "LIST": (listing, 200),
    "SPENDS": (spend, 1_000),
    "RULES": (within, 1_000),
}
"""The kinds of calls, and the microseconds that the guards may take for one."""


async def measured(dispatch: Dispatch, made: Callable[[int], Call], start: int) -> float:
    """Microseconds of processor time for one call, over all threads of the process."""
    calls = [made(start + number) for number in range(CALLS)]
    began = time.process_time()
    for call in calls:
        await dispatch(call)
    return (time.process_time() - began) / CALLS * 1e6


async def cost(dearer: Dispatch, cheaper: Dispatch, made: Callable[[int], Call]) -> float:
    """The median of the additional cost of a call, measured in alternating rounds."""
    costs = []
    for _ in range(ROUNDS):
        start = next(NUMBERS)
        costs.append(await measured(dearer, made, start) - await measured(cheaper, made, start + CALLS))
    return statistics.median(costs)


def off() -> float:
    """Microseconds that a READ spends on a meter that is switched off. This is all of it, since no step is added to the
    pipeline."""
    began = time.process_time()
    for _ in range(CALLS * CALLS):
        UNMEASURED.working(1)
        UNMEASURED.working(-1)
        UNMEASURED.request("POST", "/mcp", 200, 0.001)
    return (time.process_time() - began) / CALLS**2 * 1e6


async def main() -> None:
    def dispatch(steps: Any) -> Dispatch:
        return contexts.dispatch(Api(wire=AtOnce()), steps)

    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(
            data_dir=Path(directory), secret="s" * 32, quotas=["messages=1000000/hour", "changes=1000000/hour"]
        )
        store = open_calls_store(settings)
        shared = contexts.guarded(settings, Api(wire=AtOnce()), store)
        guarded = dispatch(create_guards(settings, shared).steps)
        bare = dispatch([])
        for name, (made, bound) in KINDS.items():
            print(f"{name:15} {await cost(guarded, bare, made):7.0f} us of {bound:,} us")
        metrics, steps = Metrics("bench", CollectorRegistry()), create_guards(settings, shared).steps
        api = Api(wire=AtOnce(), watch=watch(metrics))
        told = contexts.dispatch(api, [CallMeasured(metrics), *(GuardMeasured(step, metrics) for step in steps)])
        print(f"{'metrics of READ':15} {await cost(told, guarded, read):7.0f} us of {METRICS_BOUND:,} us")
        print(f"{'metrics off':15} {off():7.2f} us of {OFF_BOUND:,} us")
        await store.aclose()


if __name__ == "__main__":
    asyncio.run(main())
