"""Random failures that are caused to servers, to their stores, and to what they reach."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
import redis
from tests.e2e.killing import Sandbox
from tests.services.agent import Agent
from tests.services.redis_server import RedisServer
from tests.services.replica import Replica
from tests.services.surroundings import NOTICED_SECS

FARTHEST_SECS = 1_800
"""The farthest that a clock is moved, in seconds."""
READER = "KEY_sandbox_reader"
Way = Callable[[], Awaitable[None]]
Works = Callable[[str], Awaitable[None]]


@dataclass
class Harms:
    """Causes failures of replicas, and of the Redis that they share, if any.

    A method returns when its failure is over. During a failure that goes on, it calls `works` with a name to wait until
    everything works all the same. `missed` lists what should have worked during a failure and did not.
    """

    replicas: Sequence[Replica]
    redis: RedisServer | None
    sandbox: Sandbox
    agent: Agent
    chance: random.Random
    works: Works
    missed: list[str] = field(default_factory=list)
    started: list[float] = field(default_factory=list)
    """How long replicas took to get ready. This depends on the other load of the machine."""

    def ways(self) -> Mapping[str, Way]:
        return {
            "replica killed": self._kill_a_replica,
            "clock set right": self._move_clocks,
            "names back": self._lose_names,
            "telnyx slow": lambda: self._fail({"action": "slow", "delay_secs": 2.0, "times": 6}),
            "telnyx resets": lambda: self._fail({"action": "reset", "times": 4}),
            "telnyx resets afterwards": lambda: self._fail({"action": "drop_after_effect", "times": 4}),
            "telnyx fails": lambda: self._fail({"status": 503, "times": 4}),
            **self._ways_of_the_store(),
        }

    def _ways_of_the_store(self) -> dict[str, Way]:
        if (server := self.redis) is None:
            return {"disk full": self._fill_disk, "worker killed": self._kill_a_worker}
        return {
            "redis killed": lambda: self._kill_redis(server),
            "redis restarted": lambda: self._restart_redis(server),
            "redis paused": lambda: self._pause_redis(server),
            "redis full": lambda: self._fill_redis(server),
        }

    async def _kill_a_replica(self) -> None:
        await self._killed(self.chance.choice(self.replicas))

    async def _killed(self, replica: Replica) -> None:
        await asyncio.to_thread(replica.kill)
        await asyncio.sleep(self.chance.uniform(0, 2))
        began = time.monotonic()
        await asyncio.to_thread(replica.start)
        await asyncio.to_thread(replica.ready)
        self.started.append(time.monotonic() - began)

    async def _kill_a_worker(self) -> None:
        (replica,) = self.replicas
        if workers := replica.workers:
            os.kill(self.chance.choice(workers), signal.SIGKILL)

    async def _move_clocks(self) -> None:
        """Move the clocks by minutes, ahead or behind. One of the replicas may be started with the wrong clock."""
        moved = self._some_replicas()
        for replica in moved:
            replica.surroundings.move_clock(self.chance.choice((-1, 1)) * self.chance.randrange(60, FARTHEST_SECS))
        await asyncio.sleep(NOTICED_SECS)
        await self.works("clock moved")
        if self.chance.random() < 0.3:
            await self._killed(moved[0])
            await self.works("clock wrong at start")
        for replica in moved:
            replica.surroundings.move_clock(0)
        await asyncio.sleep(NOTICED_SECS)

    async def _lose_names(self) -> None:
        """Make the name of Telnyx unknown, with connections kept or broken; a replica that is started then must look up
        the name."""
        lost = self._some_replicas()
        for replica in lost:
            replica.surroundings.know_names(False)
        if self.chance.random() < 0.5:
            await self._killed(lost[0])
        else:
            await self._fail({"action": "reset", "times": 20})
        await asyncio.sleep(self.chance.uniform(0, 10))
        for replica in lost:
            replica.surroundings.know_names()

    def _some_replicas(self) -> list[Replica]:
        return self.chance.sample(self.replicas, self.chance.randint(1, len(self.replicas)))

    async def _kill_redis(self, server: RedisServer) -> None:
        await asyncio.to_thread(server.stop, signal.SIGKILL)
        await asyncio.sleep(self.chance.uniform(0, 3))
        await asyncio.to_thread(server.start)

    async def _restart_redis(self, server: RedisServer) -> None:
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)

    async def _pause_redis(self, server: RedisServer) -> None:
        os.kill(server.pid, signal.SIGSTOP)
        await asyncio.sleep(self.chance.uniform(1, 6))
        os.kill(server.pid, signal.SIGCONT)

    async def _fill_redis(self, server: RedisServer) -> None:
        await asyncio.to_thread(_limit, server, "1mb")
        await self._read_on("redis full")
        await asyncio.sleep(self.chance.uniform(1, 4))
        await asyncio.to_thread(_limit, server, "0")

    async def _fill_disk(self) -> None:
        """Let no file grow by a byte."""
        (replica,) = self.replicas
        _bound_files(replica, 1)
        await self._read_on("disk full")
        await asyncio.sleep(self.chance.uniform(0.5, 4))
        _bound_files(replica, resource.RLIM_INFINITY)

    async def _read_on(self, name: str) -> None:
        if (outcome := await self.agent.call(READER, "get_balance", {})) != "done":
            self.missed.append(f"{name}: reading ended with {outcome}")

    async def _fail(self, fault: dict[str, Any]) -> None:
        base = self.sandbox.base_url.removesuffix("/v2")
        async with httpx2.AsyncClient() as http:
            faults = [{"method": "POST", "path": "/messages", **fault}]
            (await http.post(f"{base}/sandbox/faults", json=faults)).raise_for_status()
        await asyncio.sleep(2)
        async with httpx2.AsyncClient() as http:
            (await http.delete(f"{base}/sandbox/faults")).raise_for_status()


def _limit(server: RedisServer, most: str) -> None:
    with redis.Redis.from_url(server.admin_url) as client:
        client.config_set("maxmemory", most)


def _bound_files(replica: Replica, most: int) -> None:
    for process in replica.processes:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
