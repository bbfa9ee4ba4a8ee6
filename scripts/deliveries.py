"""Floods two replicas on Redis with webhooks, of which every tenth comes twice and none in order, kills one replica
with -9 in the midst and starts it again, and has two subscribers take the deliveries: scripts/deliveries [webhooks
[seconds]].

One of them speaks SEP-3415, the other ChatGPT's profile and is down for a while. Both verify what they get with the
library of Standard Webhooks and know by `webhook-id` what they had before. In the end each has to have every event
once. Deliveries may go on after the flood. Without Redis it is one server on its file, which is killed and started
again.
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
from scripts.webhooks import (
    ATTEMPTS,
    SECRET,
    TIMEOUT_SECS,
    TWICE,
    Account,
    Outcome,
    Replica,
    account_of,
    judge,
    killed,
    sent,
    started,
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
            [sys.executable, "-m", "scripts.receiving", str(directory), *PATHS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        begun = self._read()
        self.port: int = begun["port"]
        self.secrets: dict[str, str] = begun["secrets"]

    def tell(self, *words: str) -> None:
        """Have it do something."""
        if self._process.stdin is not None:
            self._process.stdin.write(" ".join(words) + "\n")
            self._process.stdin.flush()

    async def told(self) -> dict[str, Any]:
        """What reached each of them."""
        self.tell("told")
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
    """Flood so many webhooks within so many seconds; whether both subscribers have all of them, and the inboxes too."""
    async with serving(create_app()) as sandbox:
        with ExitStack() as ends:
            receivers = Receivers(directory)
            ends.callback(receivers.end)
            arguments = ["0", str(receivers.port), str(directory / "ca.pem"), pace]
            program = [sys.executable, "-m", "scripts.delivering", *arguments]
            replicas = await started(ends, redis_url, directory, sandbox, program)
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
    accounts = {path: await account_of(replicas[0], number, each) for number, path in enumerate(PATHS)}
    for number, (path, account) in enumerate(accounts.items()):
        await _subscribe(replicas[number % len(replicas)], path, account, receivers.secrets[path])
    outcome, began = Outcome(webhooks), time.monotonic()
    beside = [
        asyncio.create_task(killed(replicas[0], secs / 2, outcome)),
        asyncio.create_task(_down(receivers, secs / 4, down_secs)),
    ]
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=TIMEOUT_SECS, sock_read=TIMEOUT_SECS)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as http:
        await sent(http, replicas, list(accounts.values()), outcome, webhooks, secs)
    await asyncio.gather(*beside)
    flooded = time.monotonic() - began
    told = await _drained(receivers, accounts)
    took = time.monotonic() - began
    right = [_judge(path, told[path], account) for path, account in accounts.items()]
    await judge(settings, list(accounts.values()), outcome)
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
    """Have one of them be down for a while: whoever asks is turned away."""
    await asyncio.sleep(after)
    receivers.tell("down", PATHS[1])
    await asyncio.sleep(secs)
    receivers.tell("up", PATHS[1])


async def _drained(receivers: Receivers, accounts: Mapping[str, Account]) -> dict[str, Any]:
    """What reached the subscribers, once each has everything, or after long enough."""
    until = time.monotonic() + DRAIN_SECS
    while True:
        told = await receivers.told()
        if time.monotonic() > until or all(
            _wanted(account) <= set(told[path]["ids"]) for path, account in accounts.items()
        ):
            return told
        await asyncio.sleep(1)


def _wanted(account: Account) -> set[str]:
    return {f"event-{each}" for each in account.ids}


def _judge(path: str, told: Mapping[str, Any], account: Account) -> bool:
    """Say what reached a subscriber; whether that is every event, and nothing else."""
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
