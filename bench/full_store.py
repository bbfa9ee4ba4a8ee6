"""Measures whether calls take longer with a full Redis than with an empty one: `python -m bench.full_store`.

The calls are made with the access token of a connection, and one of them reads the events of an inbox: so each reads a
grant, and half of them events. Measured in turns; ends with 1 where the median with the full one lies above all rounds
of the empty one. Needs redis-server and haproxy.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import redis
from tests.e2e.connection import Connection
from tests.services.agent import Agent
from tests.services.cluster import SECRET, Cluster, cluster
from tests.services.redis_server import RedisServer

from bench.replicas import UNLIMITED, at_once
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.links import ApiKeyLink
from telnyx_remote_mcp.events.inbox_events import InboxEvents
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.surface.permission import Level, permission
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving
from telnyx_tools.tool.event import Event

GRANTS, EVENTS, ACCOUNTS = 10_000, 100_000, 1_000
CALLS, ROUNDS, WORKERS = 150, 7, 24
LIVES_SECS = 86_400.0
KEY = "KEY_sandbox_full"
TOOLS = ("get_balance", "list_events")


@dataclass
class Measured:
    """A replica with its Redis, a connection to it, and the median latencies of the rounds, in milliseconds."""

    running: Cluster
    connection: Connection
    medians: list[float]

    @classmethod
    async def of(cls, running: Cluster, http: httpx2.AsyncClient) -> Measured:
        connection = await Connection.signed_in(http, f"{running.url}/mcp", KEY, level="spend")
        return cls(running, connection, [])

    async def measure(self) -> None:
        took: list[float] = []
        async with Agent.of(self.running.url) as agent:
            for number in range(CALLS):
                began = time.perf_counter()
                outcome = await agent.call(self.connection.access_token, TOOLS[number % len(TOOLS)], {})
                assert outcome == "done", outcome
                took.append(time.perf_counter() - began)
        self.medians.append(statistics.median(took) * 1000)

    def __str__(self) -> str:
        return f"p50 {statistics.median(self.medians):.2f} ms, {min(self.medians):.2f} to {max(self.medians):.2f}"


async def main() -> bool:
    """Print the figures; whether the full store made no difference beyond the spread of the rounds."""
    with ExitStack() as stack:
        one, other = (Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2))
        async with serving(create_app()) as api:
            empty, full = (stack.enter_context(cluster(each, api, count=1, **UNLIMITED)) for each in (one, other))
            await fill(full.redis)
            async with httpx2.AsyncClient(base_url=empty.url) as first, httpx2.AsyncClient(base_url=full.url) as second:
                both = await Measured.of(empty, first), await Measured.of(full, second)
                for _ in range(ROUNDS + 1):
                    for each in both:
                        await each.measure()
    for name, each in zip(("empty", "full"), both, strict=True):
        del each.medians[0]  # of the first round, in which everything is new
        print(f"{name:6} {each}")
    return statistics.median(both[1].medians) <= max(both[0].medians)


async def fill(server: RedisServer) -> None:
    """Store as many grants and events as a large deployment has, written as the server writes them."""
    began = time.monotonic()
    with redis.Redis.from_url(server.admin_url) as client:
        client.config_set("appendfsync", "no")
        store = open_store(Settings(secret=SECRET, redis_url=server.url))
        await _grants(store)
        await _events(store)
        await store.aclose()
        client.config_set("appendfsync", "always")
        used = client.info("memory")["used_memory_human"]
    print(f"{GRANTS:,} grants and {EVENTS:,} events stored in {time.monotonic() - began:.0f} s: {used} of Redis")


async def _grants(store: Store) -> None:
    grants = Grants(store, Secret(SECRET.encode()))

    async def grant(number: int) -> None:
        created = await grants.create(
            client_id="c",
            client_name="Agent",
            account=f"key:{number}",
            linked=ApiKeyLink("KEY_bench"),
            permission=permission({"messaging": Level.SPEND}),
            scopes=frozenset({"messaging.write"}),
        )
        await grants.begin(created.id, LIVES_SECS)

    await at_once(grant, GRANTS, WORKERS)


async def _events(store: Store) -> None:
    secret = Secret(SECRET.encode())
    inboxes = InboxEvents(store, lambda: secret)

    async def event(number: int) -> None:
        text = f"message {number}, which says that the table is ready at eight"
        happened = Event(
            id=f"e{number}",
            type="message.received",
            message_id=f"m{number}",
            occurred_at="2026-11-28T12:00:00Z",
            text=text,
        )
        assert await inboxes.append(f"key:{number % ACCOUNTS}", happened)

    await at_once(event, EVENTS, WORKERS)


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    raise SystemExit(0 if asyncio.run(main()) else 1)
