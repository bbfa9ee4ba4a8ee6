"""Mixed load for any length of time, and what it leaves behind: `python -m tests.services.soak MINUTES`.

Calls of both protocol versions, with keys and with tokens that are refreshed: they read, spend, wait, fail and are
cancelled. Streams of both versions, sessions that are ended and, in a long run, as many that are not, sign-ins that
succeed and that fail, invalid keys. Ends with 1 if memory, files or tasks grow by more than the spread of their
samples, or if any are left after all clients have gone.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from tests.e2e.connection import Connection
from tests.e2e.killing import Sandbox
from tests.services.agent import LEGACY, MODERN, Agent
from tests.services.cluster import Cluster, cluster
from tests.services.replica import Replica

from telnyx_remote_mcp.commands import say
from telnyx_remote_mcp.gate.sessions import IDLE_SECS
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving

WORKERS, ACCOUNTS, CONNECTIONS = 10, 50, 8
SAMPLE_SECS, WARM_SECS, QUIET_SECS = 2.0, 20.0, 20.0
LONG_MINUTES = 20.0
"""From this length on, some clients leave without ending their sessions. These last for 5 minutes more, in which all
may grow."""
MOST_LEFT = 10
"""The number of connections to Redis, and of tasks for them, by which two moments may differ."""
WARM = 0.25
"""The part of the run in which memory may still grow, since caches fill."""


@dataclass
class Client:
    """A client that makes some calls and then goes. `sessions` are those that it began, by key or token."""

    agent: Agent
    sessions: dict[str, str] = field(default_factory=dict)

    async def call(self, key: str, tool: str, arguments: dict[str, Any], era: str) -> str:
        """Make a call; in 2025-11-25, within a session."""
        return await self.agent.call(key, tool, arguments, era, await self.session(key) if era == LEGACY else None)

    async def session(self, key: str) -> str:
        if key not in self.sessions:
            self.sessions[key] = await self.agent.begin(key)
        return self.sessions[key]


class Soak:
    """The load on one replica, and counts of the outcomes."""

    def __init__(
        self, url: str, public_url: str, sender: dict[str, Any], connections: Sequence[Connection], *, leaves: bool
    ) -> None:
        self._url = url
        self._public_url = public_url
        self._leaves = leaves
        self._sender = sender
        self._connections = connections
        self._refreshing = {connection.client_id: asyncio.Lock() for connection in connections}
        self._numbers = itertools.count()
        self.done: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()

    async def work(self, until: float) -> None:
        kinds: Sequence[Callable[[Client], Awaitable[None]]] = (
            *(self.reads, self.reads, self.reads_with_a_token, self.spends, self.waits, self.fails),
            *(self.gives_up, self.gives_up_a_wait, self.hears, self.listens),
            *(self.refreshes, self.signs_in, self.signs_in_in_vain, self.is_nobody),
        )
        while time.monotonic() < until:
            async with Agent.of(self._url) as agent:
                client = Client(agent)
                for _ in range(25):
                    kind = random.choice(kinds)
                    await kind(client)
                    self.done[kind.__name__] += 1
                await self._goes(client)

    async def _goes(self, client: Client) -> None:
        """End the client's sessions; half of the clients leave without that, if this is allowed."""
        says = not self._leaves or random.random() < 0.5
        self.outcomes[f"sessions {'ended' if says else 'left'}"] += len(client.sessions)
        if says:
            for key, session in client.sessions.items():
                await client.agent.end(key, session)

    def _key(self) -> str:
        return f"KEY_sandbox_soak{random.randrange(ACCOUNTS)}"

    async def _call(self, client: Client, key: str, tool: str, arguments: dict[str, Any]) -> None:
        era = random.choice((MODERN, LEGACY))
        self.outcomes[f"{tool} {await client.call(key, tool, arguments, era)}"] += 1

    async def reads(self, client: Client) -> None:
        await self._call(client, self._key(), "get_balance", {})

    async def reads_with_a_token(self, client: Client) -> None:
        await self._call(client, random.choice(self._connections).access_token, "get_balance", {})

    async def spends(self, client: Client) -> None:
        told = {**self._sender["arguments"], "text": f"number {next(self._numbers)}"}
        await self._call(client, self._sender["key"], "send_message", told)

    async def waits(self, client: Client) -> None:
        await self._call(client, self._key(), "wait_for_event", {"types": ["call.ended"], "timeout_secs": 1})

    async def fails(self, client: Client) -> None:
        tool, arguments = random.choice((("get_message", {}), ("get_message", {"message_id": "none"})))
        await self._call(client, self._key(), tool, arguments)

    async def gives_up(self, client: Client) -> None:
        await self._given_up(client, "list_phone_numbers", {}, 0.01)

    async def gives_up_a_wait(self, client: Client) -> None:
        await self._given_up(client, "wait_for_event", {"types": ["call.ended"], "timeout_secs": 30}, 0.5)

    async def _given_up(self, client: Client, tool: str, arguments: dict[str, Any], within: float) -> None:
        key, era = self._key(), random.choice((MODERN, LEGACY))
        if era == LEGACY:
            await client.session(key)
        call = asyncio.ensure_future(client.call(key, tool, arguments, era))
        await asyncio.sleep(random.uniform(0, within))
        call.cancel()
        await asyncio.wait([call])

    async def hears(self, client: Client) -> None:
        key = random.choice((self._key(), random.choice(self._connections).access_token))
        async with client.agent.hearing(key, await client.session(key)) as status:
            self.outcomes[f"hears {status}"] += 1
            await asyncio.sleep(random.uniform(0, 0.5))

    async def listens(self, client: Client) -> None:
        async with client.agent.listening(self._key()) as status:
            self.outcomes[f"listens {status}"] += 1
            await asyncio.sleep(random.uniform(0, 0.5))

    async def refreshes(self, client: Client) -> None:
        connection = random.choice(self._connections)
        async with self._refreshing[connection.client_id]:  # using an old refresh token revokes the connection
            self.outcomes[f"refresh {await connection.refresh()}"] += 1

    async def signs_in(self, client: Client) -> None:
        client_id = random.choice(self._connections).client_id
        async with httpx2.AsyncClient(base_url=self._url, headers=_address(), timeout=20) as http:
            await Connection.signed_in(http, f"{self._public_url}/mcp", self._key(), client_id)

    async def signs_in_in_vain(self, client: Client) -> None:
        async with httpx2.AsyncClient(base_url=self._url) as http:
            await http.post("/oauth/register", json={"redirect_uris": ["http://127.0.0.1/cb"], "client_name": "a"})
            await http.post("/oauth/token", data={"grant_type": "authorization_code", "code": "none"})

    async def is_nobody(self, client: Client) -> None:
        async with Agent.of(self._url, f"203.0.113.{random.randrange(256)}") as agent:
            await agent.call(f"KEY_nobody{random.randrange(1_000)}", "get_balance", {})


def _address() -> dict[str, str]:
    """A random source address, since one address may sign in only so often."""
    return {"X-Forwarded-For": f"198.51.100.{random.randrange(256)}"}


@dataclass
class Series:
    """Samples of one number over time."""

    values: list[float] = field(default_factory=list)

    def growth(self) -> tuple[float, float]:
        """The growth of the fitted line after the warm part, and the spread of the samples around the line."""
        warm = self.values[int(len(self.values) * WARM) :]
        slope, start = statistics.linear_regression(range(len(warm)), warm)
        rest = [value - (start + slope * number) for number, value in enumerate(warm)]
        return slope * len(warm), max(rest) - min(rest)

    @property
    def is_flat(self) -> bool:
        growth, spread = self.growth()
        return growth <= max(spread, 1.0)

    def __str__(self) -> str:
        growth, spread = self.growth()
        return f"{self.values[0]:.0f} to {self.values[-1]:.0f}; grew {growth:+.1f}, spread {spread:.1f}"


class Samples:
    """Samples of a process: its memory, files and tasks over time."""

    def __init__(self, process: int, tasks: Path) -> None:
        self._process = process
        self._tasks = tasks
        self.series = {"memory in MB": Series(), "files and connections": Series(), "tasks": Series()}

    async def take(self, until: float) -> None:
        while time.monotonic() < until:
            for series, value in zip(self.series.values(), self.now(), strict=True):
                series.values.append(value)
            await asyncio.sleep(SAMPLE_SECS)

    def now(self) -> tuple[float, int, int]:
        pages = int(Path(f"/proc/{self._process}/statm").read_text().split()[1])
        files = len(os.listdir(f"/proc/{self._process}/fd"))  # noqa: PTH208 - of a running process
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2, files, int(self._tasks.read_text())


async def main(minutes: float) -> int:
    with tempfile.TemporaryDirectory() as name:
        async with serving(create_app()) as api, httpx2.AsyncClient() as http:
            sender, tasks = await Sandbox(api, http).point(0), Path(name) / "tasks"
            given = {
                "TELNYX_MCP_STATEFUL": "true",
                "TELNYX_MCP_TRUSTED_PROXIES": "127.0.0.1",
                "TELNYX_MCP_RATE_LIMIT_PER_MINUTE": "1000000",
                "TELNYX_MCP_QUOTAS": "messages=1000000/hour",
            }
            program = (sys.executable, "-m", "tests.services.counted", str(tasks))
            starting = cluster(Path(name), api, "--log-level", "error", count=1, program=program, **given)
            running = await asyncio.to_thread(starting.__enter__)
            try:
                async with AsyncExitStack() as browsers:
                    return await _soak(running, tasks, sender, minutes, browsers)
            finally:
                await asyncio.to_thread(starting.__exit__, None, None, None)


async def _soak(running: Cluster, tasks: Path, sender: dict[str, Any], minutes: float, browsers: AsyncExitStack) -> int:
    replica, leaves = running.replicas[0], minutes >= LONG_MINUTES
    samples = Samples(replica.process.pid, tasks)
    connections = [await _connected(running, number, browsers) for number in range(CONNECTIONS)]
    soak = Soak(replica.url, running.url, sender, connections, leaves=leaves)
    warm = time.monotonic() + WARM_SECS
    await asyncio.gather(*(soak.work(warm) for _ in range(WORKERS)))  # opens the connections to Redis that stay open
    quiet = IDLE_SECS + QUIET_SECS if leaves else QUIET_SECS
    await asyncio.sleep(quiet)
    before = samples.now()
    until = time.monotonic() + minutes * 60
    await asyncio.gather(samples.take(until), *(soak.work(until) for _ in range(WORKERS)))
    await asyncio.sleep(quiet)
    return _report(soak, samples, before, replica)


async def _connected(running: Cluster, number: int, browsers: AsyncExitStack) -> Connection:
    made = httpx2.AsyncClient(base_url=running.replicas[0].url, headers=_address(), timeout=20)
    http = await browsers.enter_async_context(made)
    return await Connection.signed_in(http, f"{running.url}/mcp", f"KEY_sandbox_soak{number}")


def _report(soak: Soak, samples: Samples, before: tuple[float, int, int], replica: Replica) -> int:
    say(f"{sum(soak.done.values()):,} deeds: {dict(soak.done)}")
    say(f"what came of them: {dict(sorted(soak.outcomes.items()))}")
    for name, series in samples.series.items():
        say(f"{name}: {series}")
    after, at_work = samples.now(), replica.metric("telnyx_mcp_requests_working")
    files, tasks = after[1] - before[1], after[2] - before[2]
    say(f"left over once all are gone: {files} files and connections, {tasks} tasks, {at_work:.0f} requests")
    flat = all(series.is_flat for series in samples.series.values())
    return 1 if not flat or files > MOST_LEFT or tasks > MOST_LEFT or at_work else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(float(sys.argv[1]) if sys.argv[1:] else 5.0)))
