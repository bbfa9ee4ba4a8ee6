"""Mixed load for as long as one likes, and what it leaves behind: `python -m tests.services.soak MINUTES`.

Calls of both eras that read, spend, fail and are given up, sessions with open streams, registrations and sign-ins that
lead nowhere, keys that nobody has. Ends with 1 where memory grows beyond the spread of its samples, or where
connections, files or requests are left over once everybody is gone.
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
from pathlib import Path
from typing import Any

import httpx2
from tests.e2e.killing import Sandbox
from tests.services.cluster import LEGACY, MODERN, Agent, Replica, cluster

from telnyx_remote_mcp.commands import say
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving

WORKERS, ACCOUNTS = 10, 50
SAMPLE_SECS, WARM_SECS, QUIET_SECS = 2.0, 20.0, 20.0
LONG_MINUTES = 20.0
"""From here on clients leave sessions without a word: these last for 5 minutes more, in which memory may grow."""
MOST_LEFT = 10
"""Connections to Redis, of which there may be more at one moment than at another."""
WARM = 0.25
"""The part of the run in which memory may still grow: caches fill."""
INITIALIZE = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "soak", "version": "1"}}
MESSAGE = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}


class Soak:
    """The load on one replica."""

    def __init__(self, url: str, sender: dict[str, Any], *, leaves: bool) -> None:
        self._url = url
        self._leaves = leaves
        self._sender = sender
        self._numbers = itertools.count()
        self.done: Counter[str] = Counter()

    async def work(self, until: float) -> None:
        kinds: Sequence[Callable[[Agent], Awaitable[None]]] = (
            self.reads,
            self.reads,
            self.spends,
            self.fails,
            self.gives_up,
            self.holds_a_session,
            self.signs_in,
            self.is_nobody,
        )
        while time.monotonic() < until:
            async with Agent.of(self._url) as agent:
                for _ in range(25):
                    kind = random.choice(kinds)
                    await kind(agent)
                    self.done[kind.__name__] += 1

    def _key(self) -> str:
        return f"KEY_sandbox_soak{random.randrange(ACCOUNTS)}"

    async def reads(self, agent: Agent) -> None:
        await agent.call(self._key(), "get_balance", {}, random.choice((MODERN, LEGACY)))

    async def spends(self, agent: Agent) -> None:
        told = {**self._sender["arguments"], "text": f"number {next(self._numbers)}"}
        await agent.call(self._sender["key"], "send_message", told, random.choice((MODERN, LEGACY)))

    async def fails(self, agent: Agent) -> None:
        tool, arguments = random.choice((("get_message", {}), ("get_message", {"message_id": "none"})))
        await agent.call(self._key(), tool, arguments, random.choice((MODERN, LEGACY)))

    async def gives_up(self, agent: Agent) -> None:
        call = asyncio.ensure_future(agent.call(self._key(), "list_phone_numbers", {}))
        await asyncio.sleep(random.uniform(0, 0.01))
        call.cancel()
        await asyncio.wait([call])

    async def holds_a_session(self, agent: Agent) -> None:
        headers = {"Authorization": f"Bearer {self._key()}", "Accept": "application/json, text/event-stream"}
        async with httpx2.AsyncClient(base_url=self._url, headers=headers, timeout=10) as http:
            begun = await http.post("/mcp", json=MESSAGE)
            session = {"Mcp-Session-Id": begun.headers.get("mcp-session-id", "")}
            if not session["Mcp-Session-Id"]:
                return
            async with http.stream("GET", "/mcp", headers={**session, "Accept": "text/event-stream"}):
                await asyncio.sleep(random.uniform(0, 0.5))
            if not self._leaves or random.random() < 0.5:
                await http.delete("/mcp", headers=session)

    async def signs_in(self, agent: Agent) -> None:
        async with httpx2.AsyncClient(base_url=self._url) as http:
            await http.post("/oauth/register", json={"redirect_uris": ["http://127.0.0.1/cb"], "client_name": "a"})
            await http.post("/oauth/token", data={"grant_type": "authorization_code", "code": "none"})

    async def is_nobody(self, agent: Agent) -> None:
        await agent.call(f"KEY_nobody{random.randrange(1_000)}", "get_balance", {})


class Samples:
    """What a process holds, over time."""

    def __init__(self, process: int) -> None:
        self._process = process
        self.memory: list[float] = []

    async def take(self, until: float) -> None:
        while time.monotonic() < until:
            self.memory.append(self._resident())
            await asyncio.sleep(SAMPLE_SECS)

    def files(self) -> int:
        return len(os.listdir(f"/proc/{self._process}/fd"))  # noqa: PTH208 - of a running process

    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self._process}/task"))  # noqa: PTH208 - of a running process

    def growth(self) -> tuple[float, float]:
        """By how many MB memory grew after the warm part along its line, and the spread of the samples around it."""
        warm = self.memory[int(len(self.memory) * WARM) :]
        slope, start = statistics.linear_regression(range(len(warm)), warm)
        rest = [value - (start + slope * number) for number, value in enumerate(warm)]
        return slope * len(warm), max(rest) - min(rest)

    def _resident(self) -> float:
        pages = int(Path(f"/proc/{self._process}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


async def main(minutes: float) -> int:
    with tempfile.TemporaryDirectory() as directory:
        async with serving(create_app()) as api, httpx2.AsyncClient() as http:
            sender = await Sandbox(api, http).point(0)
            given = {
                "TELNYX_MCP_STATEFUL": "true",
                "TELNYX_MCP_RATE_LIMIT_PER_MINUTE": "1000000",
                "TELNYX_MCP_QUOTAS": "messages=1000000/hour",
            }
            options = ("--log-level", "error")
            starting = cluster(Path(directory), api, *options, count=1, **given)
            running = await asyncio.to_thread(starting.__enter__)
            try:
                return await _soak(running.replicas[0], sender, minutes)
            finally:
                await asyncio.to_thread(starting.__exit__, None, None, None)


async def _soak(replica: Replica, sender: dict[str, Any], minutes: float) -> int:
    samples, soak = Samples(replica.process.pid), Soak(replica.url, sender, leaves=minutes >= LONG_MINUTES)
    warm = time.monotonic() + WARM_SECS
    await asyncio.gather(*(soak.work(warm) for _ in range(WORKERS)))  # opens what stays open, to Redis
    await asyncio.sleep(QUIET_SECS)
    before, threads = samples.files(), samples.threads()
    until = time.monotonic() + minutes * 60
    await asyncio.gather(samples.take(until), *(soak.work(until) for _ in range(WORKERS)))
    await asyncio.sleep(QUIET_SECS)
    growth, spread = samples.growth()
    files, at_work = samples.files() - before, replica.metric("telnyx_mcp_requests_working")
    say(f"{sum(soak.done.values()):,} deeds: {dict(soak.done)}")
    say(f"memory {samples.memory[0]:.0f} to {samples.memory[-1]:.0f} MB; grew {growth:+.1f} MB, spread {spread:.1f} MB")
    say(f"left over: {files} files and connections, {samples.threads() - threads} threads, {at_work:.0f} requests")
    return 1 if growth > max(spread, 1.0) or files > MOST_LEFT or at_work else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(float(sys.argv[1]) if sys.argv[1:] else 5.0)))
