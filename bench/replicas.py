"""Measures what it costs replicas to share a Redis: `python -m bench.replicas`.

Two replicas on one Redis are compared with one, and with two servers of which each has a Redis of its own. All get the
same load, and the two servers at the same time: processes on neighbouring cores slow each other down, whether they
share something or not. Processor time is compared, since load, Redis, proxy and replicas share the cores. Ends with 1
where sharing costs more than it may. Needs redis-server and haproxy.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from tests.e2e.killing import Sandbox
from tests.services.agent import Agent
from tests.services.cluster import Cluster, cluster
from tests.services.replica import Replica

from bench.servers import Server
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving

UNLIMITED = {"TELNYX_MCP_RATE_LIMIT_PER_MINUTE": "1000000000", "TELNYX_MCP_QUOTAS": "messages=1000000/hour"}
CALLS, AT_ONCE, ROUNDS = 400, 8, 5
MOST_TIMES = 1.1
"""How many times the processor time of a server of its own a replica may take for a call."""
_numbers = itertools.count()


@dataclass(frozen=True)
class Work:
    """A call that is made again and again, with arguments made anew each time."""

    name: str
    key: str
    tool: str
    arguments: Callable[[], dict[str, Any]] = dict


@dataclass(frozen=True)
class Running:
    """What is compared, each behind a proxy: one server, two that share nothing, and two replicas of one Redis."""

    one: list[Cluster]
    apart: list[Cluster]
    sharing: list[Cluster]


@asynccontextmanager
async def running(directory: Path) -> AsyncIterator[tuple[Running, list[Work]]]:
    """Yield the servers and the works to compare them with: a call that reads, and one that spends."""
    async with serving(create_app()) as api, httpx2.AsyncClient() as http:
        point = await Sandbox(api, http).point(0)
        works = [
            Work("READ", point["key"], "get_balance"),
            Work(
                "SPENDS",
                point["key"],
                "send_message",
                lambda: {**point["arguments"], "text": f"number {next(_numbers)}"},
            ),
        ]
        with ExitStack() as until:
            one, other = (
                until.enter_context(cluster(directory / name, api, count=1, **UNLIMITED)) for name in ("one", "other")
            )
            sharing = until.enter_context(cluster(directory / "sharing", api, **UNLIMITED))
            yield Running([one], [one, other], [sharing]), works


async def main() -> bool:
    """Print the figures; whether sharing costs no more than it may."""
    times: list[float] = []
    with tempfile.TemporaryDirectory() as directory:
        async with running(Path(directory)) as (servers, works):
            (alone,) = servers.one
            for work in works:
                costs: list[list[float]] = [[], [], []]
                for _ in range(ROUNDS + 1):
                    for cost, each in zip(costs, (servers.one, servers.apart, servers.sharing), strict=True):
                        cost.append(await processor_ms(each, work))
                one, apart, sharing = (statistics.median(cost[1:]) for cost in costs)
                times.append(sharing / apart)
                uses = await _uses_of_the_store(alone, work)
                print(
                    f"{work.name:7} {sharing:.2f} ms of processor time with two replicas, {times[-1]:.2f} times the "
                    f"{apart:.2f} ms with two servers that share nothing; {one:.2f} ms with one; "
                    f"{uses:.1f} uses of Redis"
                )
            rate = await _calls_per_second(alone, works[0])
            print(
                f"one worker on shared cores: {rate:.0f} READ calls/s, {_of(alone.replicas[0]).rss_mb:.0f} MB resident"
            )
    return max(times) <= MOST_TIMES


async def at_once(work: Callable[[int], Any], count: int, workers: int) -> None:
    """Do this for each number below `count`, with so many at a time."""
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            await work(number)

    await asyncio.gather(*(worker() for _ in range(workers)))


async def _load(cluster: Cluster, work: Work, calls: int, at_a_time: int) -> None:
    async with Agent.of(cluster.url) as agent:

        async def one(_: int) -> None:
            assert await agent.call(work.key, work.tool, work.arguments()) == "done"

        await at_once(one, calls, at_a_time)


async def processor_ms(clusters: list[Cluster], work: Work) -> float:
    """The processor time of a call in milliseconds, where these get a load together, each its part of it."""
    parts = len(clusters)
    before = _cpu_secs(clusters)
    await asyncio.gather(*(_load(each, work, CALLS // parts, AT_ONCE // parts) for each in clusters))
    return (_cpu_secs(clusters) - before) / CALLS * 1000


def _cpu_secs(clusters: list[Cluster]) -> float:
    return sum(_of(replica).cpu_secs for cluster in clusters for replica in cluster.replicas)


async def _uses_of_the_store(alone: Cluster, work: Work) -> float:
    (replica,) = alone.replicas
    before = replica.metric("telnyx_mcp_store_seconds_count")
    await _load(alone, work, CALLS, AT_ONCE)
    return (replica.metric("telnyx_mcp_store_seconds_count") - before) / CALLS


async def _calls_per_second(alone: Cluster, work: Work) -> float:
    began = time.perf_counter()
    await _load(alone, work, CALLS, 2 * AT_ONCE)
    return CALLS / (time.perf_counter() - began)


def _of(replica: Replica) -> Server:
    return Server(replica.port, replica.process.pid)


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    raise SystemExit(0 if asyncio.run(main()) else 1)
