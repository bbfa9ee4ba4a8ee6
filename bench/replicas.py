"""Measures replicas on one Redis, compared with one replica, and with a full store: `python -m bench.replicas`.

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
import redis
from tests.e2e.killing import Sandbox
from tests.services.cluster import SECRET, Agent, Cluster, Replica, cluster

from bench.servers import Server
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.links import ApiKeyLink
from telnyx_remote_mcp.store.redis import RedisStore
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.surface.permission import Level, permission
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving

UNLIMITED = {"TELNYX_MCP_RATE_LIMIT_PER_MINUTE": "1000000000", "TELNYX_MCP_QUOTAS": "messages=1000000/hour"}
CALLS, AT_ONCE, ROUNDS = 400, 8, 5
GRANTS, EVENTS, ACCOUNTS = 10_000, 100_000, 1_000
_numbers = itertools.count()
Arguments = Callable[[], dict[str, Any]]


async def main() -> None:
    async with serving(create_app()) as api, httpx2.AsyncClient() as http:
        point = await Sandbox(api, http).point(0)
        kinds: dict[str, tuple[str, Arguments]] = {
            "READ": ("get_balance", dict),
            "SPENDS": ("send_message", lambda: {**point["arguments"], "text": f"number {next(_numbers)}"}),
        }
        await _beside_one(api, point["key"], kinds)
        await _with_a_full_store(api, point["key"])


async def _beside_one(api: str, key: str, kinds: dict[str, tuple[str, Arguments]]) -> None:
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
            print(
                f"{name:7} {medians[1]:.2f} ms of processor time with one replica, {medians[2]:.2f} ms with two: "
                f"{medians[2] / medians[1]:.2f} times; {uses:.1f} uses of Redis"
            )
        rate = await _calls_per_second(alone, key)
        print(f"one worker on shared cores: {rate:.0f} READ calls/s, {_of(alone.replicas[0]).rss_mb:.0f} MB resident")


async def _with_a_full_store(api: str, key: str) -> None:
    """The median latency of a call with an empty and with a full Redis, measured in turns."""
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as other,
        cluster(Path(one), api, count=1, **UNLIMITED) as empty,
        cluster(Path(other), api, count=1, **UNLIMITED) as full,
    ):
        began = time.monotonic()
        await _fill(full.redis.url)
        print(f"{GRANTS:,} grants and {EVENTS:,} events stored in {time.monotonic() - began:.0f} s")
        found: dict[str, list[float]] = {"empty": [], "full": []}
        for _ in range(ROUNDS + 1):
            for name, running in (("empty", empty), ("full", full)):
                found[name].append(statistics.median(await _times(running, key)) * 1000)
        for name, warm in found.items():
            p50s = sorted(warm[1:])
            print(f"{name:6} p50 {statistics.median(p50s):.2f} ms, from {p50s[0]:.2f} to {p50s[-1]:.2f}")


async def _fill(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.config_set("appendfsync", "no")
    store = RedisStore(url, "telnyx-mcp")
    grants = Grants(store, Secret(SECRET.encode()))

    async def grant(number: int) -> None:
        await grants.create(
            client_id="c",
            client_name="Agent",
            account=f"key:{number}",
            linked=ApiKeyLink("KEY_bench"),
            permission=permission({"messaging": Level.SPEND}),
            scopes=frozenset({"messaging.write"}),
        )

    try:
        await _at_once(grant, GRANTS, 24)
    finally:
        await store.aclose()
    with redis.Redis.from_url(url) as client:
        for start in range(0, EVENTS, 1_000):  # in batches, as the journal stores them
            with client.pipeline(transaction=False) as batch:
                for number in range(start, start + 1_000):
                    batch.xadd(f"telnyx-mcp-journal:event:key:{number % ACCOUNTS}", {"entry": b"x" * 300})
                batch.execute()
        client.config_set("appendfsync", "always")


async def _at_once(work: Callable[[int], Any], count: int, workers: int) -> None:
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            await work(number)

    await asyncio.gather(*(worker() for _ in range(workers)))


async def _load(running: Cluster, key: str, tool: str, arguments: Arguments, at_once: int = AT_ONCE) -> list[float]:
    took: list[float] = []
    async with Agent.of(running.url) as agent:

        async def one(_: int) -> None:
            began = time.perf_counter()
            assert await agent.call(key, tool, arguments()) == "done"
            took.append(time.perf_counter() - began)

        await _at_once(one, CALLS, at_once)
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


async def _times(running: Cluster, key: str) -> list[float]:
    return await _load(running, key, "get_balance", dict, 1)


def _of(replica: Replica) -> Server:
    return Server(replica.port, replica.process.pid)


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    asyncio.run(main())
