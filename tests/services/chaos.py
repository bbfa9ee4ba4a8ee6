"""Everything that breaks, at random, under load: `python -m tests.services.chaos MINUTES [SEED]`.

Two replicas on a Redis behind haproxy. Replicas and Redis are killed, Redis is paused and filled, Telnyx is slow,
resets and fails; then the disk of a replica without Redis is full. The judge is the sandbox: what it took off the
balance of each account, of which every message has its own. Ends with 1 where anything was sent twice, lost, or said
wrongly, or where it took more than ten seconds until everything worked again.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import redis
from tests.e2e.killing import Sandbox
from tests.services.cluster import LEGACY, MODERN, SECRET, Agent, Cluster, Replica, cluster

from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.links import ApiKeyLink
from telnyx_remote_mcp.commands import say
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.redis import RedisStore
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.surface.permission import Level, permission
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving

SENDERS, GRANTS = 4, 50
RECOVERY_SECS, GIVE_UP_SECS = 10.0, 25.0
"""After a failure; and until a sender asks no more, which is within the window of duplicates."""
SETTLED_SECS = 4.0
SAID = ("done", "duplicate")
Fault = dict[str, Any]


@dataclass
class Sent:
    """A message, what its sender was told, one attempt after the other, and how often it was sent."""

    key: str
    before: Decimal
    told: list[str] = field(default_factory=list)
    ended_at: float = float("inf")
    cost: Decimal = Decimal(0)
    times: int = 0

    @property
    def is_right(self) -> bool:
        """Sent once at most; whoever was told that it was sent was told the truth, and the same ever after."""
        said = [outcome in SAID for outcome in self.told]
        return self.times == 1 if any(said) else self.times <= 1


@dataclass
class Chaos:
    """One run: what was done to the cluster, and what came of it."""

    cluster: Cluster
    sandbox: Sandbox
    agent: Agent
    chance: random.Random
    messages: list[Sent] = field(default_factory=list)
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    stops: bool = False
    over: bool = False
    numbers: int = 0

    async def send(self) -> None:
        """Send one message after the other, each until the outcome is known, as an agent would."""
        while not self.stops:
            await self.one_message(self.agent)

    async def one_message(self, agent: Agent) -> Sent:
        self.numbers += 1
        point = await self.sandbox.point(self.numbers)
        message = Sent(point["key"], await self.sandbox.balance(point["key"]))
        self.messages.append(message)
        era, until = self.chance.choice((MODERN, LEGACY)), time.monotonic() + GIVE_UP_SECS
        while time.monotonic() < until:
            message.told.append(await agent.call(point["key"], "send_message", point["arguments"], era))
            if message.told[-1] in SAID or message.told[-1] == "outcome_unknown":
                break
            await asyncio.sleep(self.chance.uniform(0.1, 0.5))
        message.ended_at = time.monotonic()
        return message

    async def append(self, store: RedisStore) -> None:
        """Keep events, each until it is acknowledged."""
        number = 0
        while not self.stops:
            with suppress(StoreUnavailable):
                name = f"event {number}"
                await store.journal.append("chaos", "all", name.encode(), keep=1_000_000, once=name)
                self.acknowledged.append(name)
                number += 1
            await asyncio.sleep(0.02)

    async def break_things(self, minutes: float) -> None:
        until = time.monotonic() + minutes * 60
        while time.monotonic() < until:
            name, breaks = self.chance.choice(list(self.ways().items()))
            await breaks()
            began = time.monotonic()
            await self._recovered()
            self.recoveries.setdefault(name, []).append(time.monotonic() - began)
            await asyncio.sleep(self.chance.uniform(0.5, 3))
        self.stops = True
        await asyncio.sleep(GIVE_UP_SECS + SETTLED_SECS)
        self.over = True

    def ways(self) -> dict[str, Callable[[], Awaitable[None]]]:
        return {
            "replica killed": self._kill_a_replica,
            "redis killed": self._kill_redis,
            "redis restarted": self._restart_redis,
            "redis paused": self._pause_redis,
            "redis full": self._fill_redis,
            "telnyx slow": lambda: self._fail({"action": "slow", "delay_secs": 2.0, "times": 6}),
            "telnyx resets": lambda: self._fail({"action": "reset", "times": 4}),
            "telnyx resets afterwards": lambda: self._fail({"action": "drop_after_effect", "times": 4}),
            "telnyx fails": lambda: self._fail({"status": 503, "times": 4}),
        }

    async def _kill_a_replica(self) -> None:
        replica = self.chance.choice(self.cluster.replicas)
        await asyncio.to_thread(replica.kill)
        await asyncio.sleep(self.chance.uniform(0, 2))
        await asyncio.to_thread(replica.start)

    async def _kill_redis(self) -> None:
        await asyncio.to_thread(self.cluster.redis.stop, signal.SIGKILL)
        await asyncio.sleep(self.chance.uniform(0, 3))
        await asyncio.to_thread(self.cluster.redis.start)

    async def _restart_redis(self) -> None:
        await asyncio.to_thread(self.cluster.redis.stop)
        await asyncio.to_thread(self.cluster.redis.start)

    async def _pause_redis(self) -> None:
        os.kill(self.cluster.redis.pid, signal.SIGSTOP)
        await asyncio.sleep(self.chance.uniform(1, 6))
        os.kill(self.cluster.redis.pid, signal.SIGCONT)

    async def _fill_redis(self) -> None:
        await asyncio.to_thread(self._limit_redis, "1mb")
        await asyncio.sleep(self.chance.uniform(1, 4))
        await asyncio.to_thread(self._limit_redis, "0")

    def _limit_redis(self, most: str) -> None:
        with redis.Redis.from_url(self.cluster.redis.url) as client:
            client.config_set("maxmemory", most)

    async def _fail(self, fault: Fault) -> None:
        base = self.sandbox.base_url.removesuffix("/v2")
        async with httpx2.AsyncClient() as http:
            faults = [{"method": "POST", "path": "/messages", **fault}]
            (await http.post(f"{base}/sandbox/faults", json=faults)).raise_for_status()
        await asyncio.sleep(2)
        async with httpx2.AsyncClient() as http:
            (await http.delete(f"{base}/sandbox/faults")).raise_for_status()

    async def _recovered(self) -> None:
        """Wait until both replicas read and send again."""
        for replica in self.cluster.replicas:
            async with Agent.of(replica.url) as agent:
                while not await self._works(agent):  # noqa: ASYNC110 - another process is waited for
                    await asyncio.sleep(0.05)

    async def _works(self, agent: Agent) -> bool:
        reads = await agent.call("KEY_sandbox_probe", "get_balance", {}) == "done"
        return reads and (await self.one_message(agent)).told[-1] in SAID

    async def weigh(self) -> None:
        """Look what each message cost once nothing of it is under way any more: the sandbox forgets old accounts."""
        for number in itertools.count():
            while not self.over and (  # noqa: ASYNC110 - time is waited for
                number >= len(self.messages) or time.monotonic() < self.messages[number].ended_at + SETTLED_SECS
            ):
                await asyncio.sleep(0.2)
            if number >= len(self.messages):
                return
            message = self.messages[number]
            message.cost = message.before - await self.sandbox.balance(message.key)

    def judge(self) -> None:
        """How often each message was sent, by what it cost."""
        price = min(message.cost for message in self.messages if message.cost)
        for message in self.messages:
            message.times = round(message.cost / price)


@asynccontextmanager
async def kept_grants(store: RedisStore) -> AsyncIterator[list[str]]:
    """Grants that were given before anything broke; at the end, those that are still there."""
    grants, left = Grants(store, Secret(SECRET.encode())), list[str]()
    ids = []
    for number in range(GRANTS):
        made = await grants.create(
            client_id="c",
            client_name="Agent",
            account=f"key:{number}",
            linked=ApiKeyLink("KEY_sandbox_chaos"),
            permission=permission({"messaging": Level.SPEND}),
            scopes=frozenset({"messaging.write"}),
        )
        await grants.begin(made.id, 86_400)
        ids.append(made.id)
    yield left
    again = Grants(store, Secret(SECRET.encode()))
    left += [grant_id for grant_id in ids if await again.get(grant_id) is not None]


async def full_disk(api: str, sandbox: Sandbox, directory: Path) -> list[Sent]:
    """A replica with files of its own, whose disk is full for a while, and then is not."""
    given = {"TELNYX_MCP_SECRET": SECRET, "TELNYX_API_BASE_URL": api, "TELNYX_MCP_AUDIT": "off"}
    replica = Replica(directory / "alone", given, ("--log-level", "error"))
    try:
        async with Agent.of(replica.url) as agent:
            run = Chaos(None, sandbox, agent, random.Random(1), numbers=1_000_000)  # type: ignore[arg-type]
            await run.one_message(agent)
            resource.prlimit(replica.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
            point = await sandbox.point(2_000_000)
            full = Sent(point["key"], await sandbox.balance(point["key"]))
            run.messages.append(full)
            full.told.append(await agent.call(point["key"], "send_message", point["arguments"]))
            assert await agent.call(point["key"], "get_balance", {}) == "done"
            resource.prlimit(replica.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            full.told.append(await agent.call(point["key"], "send_message", point["arguments"]))
            run.over = True
            await run.weigh()
            run.judge()
            return run.messages
    finally:
        replica.close()


async def main(minutes: float, seed: int) -> int:
    say(f"seed {seed}")
    with tempfile.TemporaryDirectory() as name:
        async with serving(create_app()) as api, httpx2.AsyncClient(timeout=30) as http:
            sandbox = Sandbox(api, http)
            options = ("--log-level", "warning")
            starting = cluster(Path(name), api, *options, TELNYX_MCP_RATE_LIMIT_PER_MINUTE="1000000")
            running = await asyncio.to_thread(starting.__enter__)
            store = RedisStore(running.redis.url, "telnyx-mcp")
            try:
                async with Agent.of(running.url) as agent, kept_grants(store) as left:
                    run = Chaos(running, sandbox, agent, random.Random(seed))
                    async with asyncio.TaskGroup() as tasks:
                        for _ in range(SENDERS):
                            tasks.create_task(run.send())
                        tasks.create_task(run.append(store))
                        weighing = tasks.create_task(run.weigh())
                        await run.break_things(minutes)
                        await weighing
                    run.judge()
                kept = {entry.decode() for _, entry in await store.journal.after("chaos", "all", "0", 1_000_000)}
            finally:
                await store.aclose()
                await asyncio.to_thread(starting.__exit__, None, None, None)
            disk = await full_disk(api, sandbox, Path(name))
    return report(run, disk, left, kept)


def report(run: Chaos, disk: list[Sent], left: list[str], kept: set[str]) -> int:
    wrong = [message for message in run.messages + disk if not message.is_right]
    lost = [name for name in run.acknowledged if name not in kept]
    slowest = max(max(found) for found in run.recoveries.values())
    say(f"{len(run.messages)} messages: {dict(Counter(message.told[-1] for message in run.messages if message.told))}")
    say(f"attempts: {dict(Counter(outcome for message in run.messages for outcome in message.told))}")
    say(f"sent twice: {sum(message.times > 1 for message in run.messages + disk)}; told wrongly: {len(wrong)}")
    say(f"events lost: {len(lost)} of {len(run.acknowledged)}; grants lost: {GRANTS - len(left)} of {GRANTS}")
    say(f"full disk: {disk[-1].told}, sent {disk[-1].times} times")
    for name, found in sorted(run.recoveries.items()):
        say(f"{name:25} {len(found):3} times, works again after {max(found):.1f} s at most")
    for message in run.messages:
        if message.told and message.told[-1] not in (*SAID, "outcome_unknown"):
            say(f"given up: {message.told}, sent {message.times} times")
    for message in wrong:
        say(f"wrong: {message}")
    return 1 if wrong or lost or len(left) < GRANTS or slowest > RECOVERY_SECS else 0


if __name__ == "__main__":
    minutes = float(sys.argv[1]) if sys.argv[1:] else 1.0
    seed = int(sys.argv[2]) if sys.argv[2:] else random.SystemRandom().randrange(1_000_000)
    raise SystemExit(asyncio.run(main(minutes, seed)))
