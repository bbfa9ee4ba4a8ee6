"""Measures replicas on one Redis, compared with one replica: `python -m bench.replicas`.

Needs redis-server and haproxy. Load, Redis, proxy and replicas share the cores, so that processor time is compared.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
from tests.e2e.killing import Sandbox
from tests.services.cluster import Agent, Cluster, Replica, cluster

from bench.servers import Server
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving

UNLIMITED = {"TELNYX_MCP_RATE_LIMIT_PER_MINUTE": "1000000000", "TELNYX_MCP_QUOTAS": "messages=1000000/hour"}
CALLS, AT_ONCE, ROUNDS = 400, 8, 5
_numbers = itertools.count()
Arguments = Callable[[], dict[str, Any]]


MOST_TIMES = 1.1


async def main() -> bool:
    """Print the figures; whether two replicas take no more processor time for a call than they may."""
    async with serving(create_app()) as api, httpx2.AsyncClient() as http:
        point = await Sandbox(api, http).point(0)
        kinds: dict[str, tuple[str, Arguments]] = {
            "READ": ("get_balance", dict),
            "SPENDS": ("send_message", lambda: {**point["arguments"], "text": f"number {next(_numbers)}"}),
        }
        return await _beside_one(api, point["key"], kinds) <= MOST_TIMES


async def _beside_one(api: str, key: str, kinds: dict[str, tuple[str, Arguments]]) -> float:
    """The processor time of a call with two replicas, as a multiple of that with one, of the kind that fares worst."""
    times: list[float] = []
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
        cluster(Path(one), api, count=1, **UNLIMITED) as alone,
        cluster(Path(two), api, **UNLIMITED) as both,
    ):
        for name, (tool, arguments) in kinds.items():
            costs: dict[int, list[float]] = {1: [], 2: []}
            for running in [alone, both] * (ROUNDS + 1):
                costs[len(running.replicas)].append(await _processor_ms(running, key, tool, arguments))
            medians = {count: statistics.median(found[1:]) for count, found in costs.items()}
            uses = await _uses_of_the_store(alone.replicas[0], running=alone, key=key, tool=tool, given=arguments)
            times.append(medians[2] / medians[1])
            print(
                f"{name:7} {medians[1]:.2f} ms of processor time with one replica, {medians[2]:.2f} ms with two: "
                f"{times[-1]:.2f} times; {uses:.1f} uses of Redis"
            )
        rate = await _calls_per_second(alone, key)
        print(f"one worker on shared cores: {rate:.0f} READ calls/s, {_of(alone.replicas[0]).rss_mb:.0f} MB resident")
    return max(times)


async def at_once(work: Callable[[int], Any], count: int, workers: int) -> None:
    """Do this for each number below `count`, with so many at a time."""
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            await work(number)

    await asyncio.gather(*(worker() for _ in range(workers)))


async def _load(running: Cluster, key: str, tool: str, arguments: Arguments, concurrent: int = AT_ONCE) -> list[float]:
    took: list[float] = []
    async with Agent.of(running.url) as agent:

        async def one(_: int) -> None:
            began = time.perf_counter()
            assert await agent.call(key, tool, arguments()) == "done"
            took.append(time.perf_counter() - began)

        await at_once(one, CALLS, concurrent)
    return took


async def _processor_ms(running: Cluster, key: str, tool: str, arguments: Arguments) -> float:
    before = sum(_of(replica).cpu_secs for replica in running.replicas)
    await _load(running, key, tool, arguments)
    return (sum(_of(replica).cpu_secs for replica in running.replicas) - before) / CALLS * 1000


async def _uses_of_the_store(replica: Replica, *, running: Cluster, key: str, tool: str, given: Arguments) -> float:
    before = replica.metric("telnyx_mcp_store_seconds_count")
    await _load(running, key, tool, given)
    return (replica.metric("telnyx_mcp_store_seconds_count") - before) / CALLS


async def _calls_per_second(running: Cluster, key: str) -> float:
    began = time.perf_counter()
    await _load(running, key, "get_balance", dict, 16)
    return CALLS / (time.perf_counter() - began)


def _of(replica: Replica) -> Server:
    return Server(replica.port, replica.process.pid)


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    raise SystemExit(0 if asyncio.run(main()) else 1)
