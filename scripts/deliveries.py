"""Floods two replicas on Redis with webhooks, kills one with kill -9 in the middle and starts it again, while two
subscribers receive the deliveries: scripts/deliveries [webhooks [seconds]]. Every tenth event is sent twice, and none
in order. Without Redis it is one server with a store file, which is killed and started again.

One subscriber uses SEP-3415, the other ChatGPT's profile, and the latter is down for a while. Both verify deliveries
with the library of Standard Webhooks, and recognize repeated ones by `webhook-id`. At the end each must have every
event once. Deliveries may go on after the flood.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import httpx2
from scripts.webhook_flood import (
    ATTEMPTS,
    SECRET,
    TIMEOUT_SECS,
    TWICE,
    Account,
    Outcome,
    Replica,
    check_inboxes,
    create_account,
    kill_and_restart,
    send_webhooks,
    start_replicas,
)
from tests.protocol.servers import Peer
from tests.server.events.subscribers import Agent, Gateway
from tests.services.conftest import RedisServer

from telnyx_remote_mcp.settings import Settings
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving

PATHS = ("/sep", "/sketch")
DOWN_SECS = 10.0
DRAIN_SECS = 900.0


class Receivers:
    """The two subscribers, in a process of their own."""

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scripts.subscriber_site", str(directory), *PATHS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        begun = self._read()
        self.port: int = begun["port"]
        self.secrets: dict[str, str] = begun["secrets"]

    def tell(self, *words: str) -> None:
        """Send a command to the process."""
        if self._process.stdin is not None:
            self._process.stdin.write(" ".join(words) + "\n")
            self._process.stdin.flush()

    async def received(self) -> dict[str, Any]:
        """What each of them has received."""
        self.tell("report")
        return await asyncio.to_thread(self._read)

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        read: dict[str, Any] = json.loads(line)
        return read


async def flood(
    redis_url: str | None,
    directory: Path,
    webhooks: int,
    secs: float,
    *,
    down_secs: float = DOWN_SECS,
    pace: str = "usual",
) -> bool:
    """Send so many webhooks within so many seconds. Returns whether subscribers and inboxes got all of them."""
    async with serving(create_app()) as sandbox:
        with ExitStack() as ends:
            receivers = Receivers(directory)
            ends.callback(receivers.end)
            arguments = ["0", str(receivers.port), str(directory / "ca.pem"), pace]
            program = [sys.executable, "-m", "scripts.delivering_replica", *arguments]
            replicas = await start_replicas(ends, redis_url, directory, sandbox, program)
            settings = Settings(secret=SECRET, redis_url=redis_url, data_dir=directory)
            return await _flooded(replicas, receivers, settings, webhooks, secs, down_secs)


async def _flooded(
    replicas: Sequence[Replica],
    receivers: Receivers,
    settings: Settings,
    webhooks: int,
    secs: float,
    down_secs: float,
) -> bool:
    each = int(webhooks / (1 + TWICE) / len(PATHS))
    accounts = {path: await create_account(replicas[0], number, each) for number, path in enumerate(PATHS)}
    for number, (path, account) in enumerate(accounts.items()):
        await _subscribe(replicas[number % len(replicas)], path, account, receivers.secrets[path])
    outcome, began = Outcome(webhooks), time.monotonic()
    beside = [
        asyncio.create_task(kill_and_restart(replicas[0], secs / 2, outcome)),
        asyncio.create_task(_down(receivers, secs / 4, down_secs)),
    ]
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=TIMEOUT_SECS, sock_read=TIMEOUT_SECS)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as http:
        await send_webhooks(http, replicas, list(accounts.values()), outcome, webhooks, secs)
    await asyncio.gather(*beside)
    flooded = time.monotonic() - began
    told = await _drained(receivers, accounts)
    took = time.monotonic() - began
    right = [_judge(path, told[path], account) for path, account in accounts.items()]
    await check_inboxes(settings, list(accounts.values()), outcome)
    print(
        f"{webhooks} webhooks were sent within {flooded:.0f} s, {outcome.again} tried again, {outcome.given_up} given "
        f"up; delivered after {took:.0f} s; inboxes lost {outcome.lost}, doubled {outcome.doubled}"
    )
    return all(right) and outcome.is_right


async def _subscribe(replica: Replica, path: str, account: Account, secret: str) -> None:
    gateway = Gateway()
    gateway.secret = secret
    async with httpx2.AsyncClient(base_url=replica.url, timeout=30) as http:
        for _ in range(ATTEMPTS):  # a busy server may ask for another attempt
            told = await Agent(Peer(http, account.key), declares=path == "/sep").subscribe(path, gateway)
            if "id" in told:
                return
            await asyncio.sleep(1)
    raise RuntimeError(f"{path} cannot subscribe: {told}")


async def _down(receivers: Receivers, after: float, secs: float) -> None:
    """Let one of the subscribers answer 503 for a while."""
    await asyncio.sleep(after)
    receivers.tell("down", PATHS[1])
    await asyncio.sleep(secs)
    receivers.tell("up", PATHS[1])


async def _drained(receivers: Receivers, accounts: Mapping[str, Account]) -> dict[str, Any]:
    """What the subscribers received, as soon as they have everything, or after `DRAIN_SECS`."""
    until = time.monotonic() + DRAIN_SECS
    while True:
        told = await receivers.received()
        if time.monotonic() > until or all(
            _wanted(account) <= set(told[path]["ids"]) for path, account in accounts.items()
        ):
            return told
        await asyncio.sleep(1)


def _wanted(account: Account) -> set[str]:
    return {f"event-{each}" for each in account.ids}


def _judge(path: str, told: Mapping[str, Any], account: Account) -> bool:
    """Print what a subscriber received. Returns whether that is every event and nothing else."""
    wanted, ids, log = _wanted(account), told["ids"], Counter(told["log"])
    lost, foreign = len(wanted - set(ids)), len(set(ids) - wanted)
    again = set(told["turned_away"])
    print(
        f"{path}: {len(set(ids))} of {len(wanted)} events, {lost} lost, {foreign} not its own, "
        f"{len(ids) - len(set(ids))} known already by webhook-id, {log['503']} turned away ({len(again)} events), "
        f"{log['401']} not verified"
    )
    return not lost and not foreign and not log["401"] and again <= set(ids)


def main() -> int:
    webhooks, secs = int((sys.argv[1:2] or ["20000"])[0]), float((sys.argv[2:3] or ["60"])[0])
    with tempfile.TemporaryDirectory() as directory:
        redis = RedisServer(Path(directory))
        try:
            return 0 if asyncio.run(flood(redis.url, Path(directory), webhooks, secs)) else 1
        finally:
            redis.stop()


if __name__ == "__main__":
    sys.exit(main())
