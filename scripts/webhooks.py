"""Floods two replicas on Redis with webhooks, of which every tenth comes twice and none in order, kills one replica
with -9 in the midst and starts it again: scripts/webhooks [webhooks [seconds]]. Without Redis it is one server on its
file, which is killed and started again.

The sender tries again as Telnyx does. Meanwhile an agent of each account follows its events over MCP. In the end every
event has to be in its inbox once, every agent has to have seen each of its own once, and each answer in the order in
which things occurred.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from tests.e2e.clients import call, connected
from tests.services.conftest import RedisServer

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.verdicts import Verdict
from telnyx_remote_mcp.events.inbox_events import InboxEvents
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.journal import START
from telnyx_remote_mcp.store.secret import Secret
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving
from telnyx_sandbox.signing import Signer

PROGRAM = str(Path(sys.executable).with_name("telnyx-mcp-server"))
SERVE = (PROGRAM, "serve", "--log-level", "error", "--port", "0")
SECRET = "the secret of the two flooded replicas"
ACCOUNTS = 3
TWICE = 0.1
TIMEOUT_SECS, ATTEMPTS = 2.0, 12
MOST_FAILURES, ANSWER_SECS = 100, 5.0
AT_ONCE = 64
"""Webhooks under way: what waits longer than that for the sender tells nothing of the server."""
AWAY_SECS, SETTLING_SECS = 1.0, 5.0
"""How long the replica stays away, and how long it may take until all is as before."""


@dataclass
class Replica:
    """A server process that can be killed and started again, on any port."""

    directory: Path
    variables: dict[str, str]
    program: Sequence[str] = SERVE
    port: int = 0
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        environment = {**os.environ, "TELNYX_MCP_DATA_DIR": str(self.directory), **self.variables}
        environment["TELNYX_MCP_RATE_LIMIT_PER_MINUTE"] = "60000"
        self.process = subprocess.Popen(self.program, stdout=subprocess.PIPE, text=True, env=environment)
        line = self.process.stdout.readline() if self.process.stdout else ""
        assert line.startswith("Serving on "), "a replica did not start"
        self.port = int(line.split()[2].removesuffix("/mcp").rpartition(":")[2])

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Outcome:
    """What came of the flood."""

    sent: int
    lost: int = 0
    doubled: int = 0
    foreign: int = 0
    unseen: int = 0
    seen_twice: int = 0
    disorder: int = 0
    given_up: int = 0
    again: int = 0
    took: list[tuple[float, float]] = field(default_factory=list)
    """When a webhook was sent, and how long its acknowledgement took."""
    killed_at: float = 0.0

    @property
    def p99(self) -> float:
        """Seconds until a webhook was acknowledged, but for the moments when a replica was away and came back."""
        since, until = self.killed_at, self.killed_at + AWAY_SECS + SETTLING_SECS
        quiet = [took for at, took in self.took if not since <= at + took <= until and not since <= at <= until]
        return statistics.quantiles(quiet, n=100)[98] if len(quiet) > 1 else math.nan

    @property
    def is_right(self) -> bool:
        wrong = (self.lost, self.doubled, self.foreign, self.unseen, self.seen_twice, self.disorder, self.given_up)
        return not any(wrong)


@dataclass(frozen=True)
class Account:
    """An account: its key, the path of its inbox, and the ids of its events."""

    key: str
    path: str
    principal: str
    ids: tuple[str, ...]


async def flood(redis_url: str | None, directory: Path, webhooks: int, secs: float) -> Outcome:
    """Flood so many webhooks within so many seconds."""
    async with serving(create_app()) as sandbox:
        with ExitStack() as ends:
            replicas = await started(ends, redis_url, directory, sandbox)
            outcome, accounts = await _flooded(replicas, webhooks, secs)
            await judge(Settings(secret=SECRET, redis_url=redis_url, data_dir=directory), accounts, outcome)
            return outcome


async def started(
    ends: ExitStack, redis_url: str | None, directory: Path, sandbox: str, program: Sequence[str] = SERVE
) -> list[Replica]:
    """Two replicas on a Redis, or one server on its file."""
    variables = {"TELNYX_MCP_SECRET": SECRET, "TELNYX_API_BASE_URL": sandbox}
    if redis_url is not None:
        variables["TELNYX_MCP_REDIS_URL"] = redis_url
    replicas = [Replica(directory, variables, program) for _ in range(1 if redis_url is None else 2)]
    for replica in replicas:
        ends.callback(replica.kill)
        await asyncio.to_thread(replica.start)
    return replicas


async def _flooded(replicas: Sequence[Replica], webhooks: int, secs: float) -> tuple[Outcome, list[Account]]:
    each = int(webhooks / (1 + TWICE) / ACCOUNTS)
    accounts = [await account_of(replicas[0], number, each) for number in range(ACCOUNTS)]
    outcome, done = Outcome(webhooks), asyncio.Event()
    following = [
        asyncio.create_task(_followed(replicas[number % len(replicas)], account, outcome, done))
        for number, account in enumerate(accounts)
    ]
    killing = asyncio.create_task(killed(replicas[0], secs / 2, outcome))
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=TIMEOUT_SECS, sock_read=TIMEOUT_SECS)
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as http:
            await sent(http, replicas, accounts, outcome, webhooks, secs)
        await killing
    finally:
        done.set()
    for account, seen in zip(accounts, await asyncio.gather(*following), strict=True):
        counted = Counter(seen)
        outcome.unseen += len(set(account.ids) - counted.keys())
        outcome.seen_twice += sum(count - 1 for count in counted.values())
    return outcome, accounts


async def account_of(replica: Replica, number: int, count: int) -> Account:
    """An account that will have so many events, and whose inbox is there."""
    key = f"KEY_sandbox_flood_{number}"
    url = await _inbox_url(replica, key)
    ids = tuple(f"{number}-{each}" for each in range(count))
    principal = ApiKeys(_nobody, Secret(SECRET.encode()).derive("pepper")).principal(key)
    return Account(key, "/webhooks/" + url.rpartition("/")[2], principal, ids)


async def _inbox_url(replica: Replica, key: str) -> str:
    """Where the account's webhooks go. A busy machine asks for another attempt: what is measured begins later."""
    failed = 0
    while True:
        try:
            async with connected(f"{replica.url}/mcp?groups=events", key) as client:
                return str((await call(client, "get_webhook_setup"))["inbox_url"])
        except Exception:  # whatever the client makes of a 503
            failed += 1
            if failed > ATTEMPTS:
                raise
            await asyncio.sleep(1)


async def _nobody(_: object) -> Verdict:
    return Verdict.UNKNOWN


async def sent(
    http: aiohttp.ClientSession,
    replicas: Sequence[Replica],
    accounts: Sequence[Account],
    outcome: Outcome,
    webhooks: int,
    secs: float,
) -> None:
    """Send every event, one in ten of them twice, in no order, evenly over the time."""
    chance = random.Random(webhooks)
    planned = [(account, number) for account in accounts for number in range(len(account.ids))]
    planned += chance.choices(planned, k=webhooks - len(planned))
    chance.shuffle(planned)
    signers = {account.key: Signer(account.key) for account in accounts}
    began, lines = time.monotonic(), asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as sending:
        for index, (account, number) in enumerate(planned):
            if (ahead := began + index * secs / webhooks - time.monotonic()) > 0:
                await asyncio.sleep(ahead)
            first = chance.randrange(len(replicas))
            sending.create_task(_send(http, replicas, first, account, _body(account, number), signers, outcome, lines))


async def _send(
    http: aiohttp.ClientSession,
    replicas: Sequence[Replica],
    first: int,
    account: Account,
    body: bytes,
    signers: dict[str, Signer],
    outcome: Outcome,
    lines: asyncio.Semaphore,
) -> None:
    for attempt in range(ATTEMPTS):
        url = replicas[(first + attempt) % len(replicas)].url + account.path
        try:
            async with lines:
                began = time.monotonic()
                async with http.post(url, data=body, headers=signers[account.key].headers(body)) as answer:
                    if answer.ok:
                        outcome.took.append((began, time.monotonic() - began))
                        return
        except (aiohttp.ClientError, TimeoutError):
            pass
        outcome.again += 1
        await asyncio.sleep(min(0.5 * 2**attempt, 8.0))
    outcome.given_up += 1


def _body(account: Account, number: int) -> bytes:
    """An event that occurred by its number, whenever it is sent."""
    at = f"2026-11-28T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000Z"
    payload = {
        "id": account.ids[number],
        "direction": "inbound",
        "type": "SMS",
        "from": {"phone_number": "+13125550123"},
        "to": [{"phone_number": "+13125550100"}],
        "text": f"number {number}",
    }
    event = {"id": f"event-{account.ids[number]}", "event_type": "message.received", "occurred_at": at}
    return json.dumps({"data": {"record_type": "event", **event, "payload": payload}}).encode()


async def killed(replica: Replica, after: float, outcome: Outcome) -> None:
    """Kill a replica after so many seconds, and start it again."""
    await asyncio.sleep(after)
    outcome.killed_at = time.monotonic()
    replica.kill()
    await asyncio.sleep(AWAY_SECS)
    await asyncio.to_thread(replica.start)


async def _followed(replica: Replica, account: Account, outcome: Outcome, done: asyncio.Event) -> list[str]:
    """What an agent sees that goes on with `next`, and with another connection where one breaks."""
    seen: list[str] = []
    since, failed = "0.0", 0
    while True:
        try:
            async with connected(f"{replica.url}/mcp?groups=events", account.key) as client:
                while True:
                    ending = done.is_set()
                    answer = await _next(client, since)
                    events, since = answer["events"], answer["next"]
                    times = [event["occurred_at"] for event in events]
                    outcome.disorder += times != sorted(times)
                    seen += [event["message_id"] for event in events]
                    if ending and not events:
                        return seen
        except Exception:  # the replica was killed: whatever the client makes of it
            failed += 1
            if failed > MOST_FAILURES:
                raise
            await asyncio.sleep(0.2)


async def _next(client: Any, since: str) -> dict[str, Any]:
    """The next answer. A client that never hears of the end of its replica is given up."""
    arguments = {"types": ["message.received"], "since": since, "timeout_secs": 2}
    async with asyncio.timeout(ANSWER_SECS):
        answer: dict[str, Any] = await call(client, "wait_for_event", **arguments)
    return answer


async def judge(settings: Settings, accounts: Sequence[Account], outcome: Outcome) -> None:
    """Count what the inboxes hold."""
    async with aclosing(open_store(settings)) as store:
        inbox_events = InboxEvents(store, lambda: Secret(SECRET.encode()))
        for account in accounts:
            counted = Counter(await _ids(inbox_events, account))
            outcome.lost += len(set(account.ids) - counted.keys())
            outcome.doubled += sum(count - 1 for count in counted.values())
            outcome.foreign += len(counted.keys() - set(account.ids))


async def _ids(inbox_events: InboxEvents, account: Account) -> list[str]:
    found: list[str] = []
    cursor = START
    while page := await inbox_events.after(account.principal, cursor, 1_000):
        found += [str(event.message_id) for _, event in page]
        cursor = page[-1][0]
    return found


def main(webhooks: int, secs: float) -> int:
    with tempfile.TemporaryDirectory() as directory:
        redis = RedisServer(Path(directory))
        try:
            began = time.monotonic()
            outcome = asyncio.run(flood(redis.url, Path(directory), webhooks, secs))
        finally:
            redis.stop()
    print(
        f"{outcome.sent} webhooks in {time.monotonic() - began:.0f} s, {outcome.again} tried again, acknowledged after "
        f"p99 {outcome.p99 * 1_000:.0f} ms: lost {outcome.lost}, doubled {outcome.doubled}, strange {outcome.foreign}, "
        f"given up {outcome.given_up}; agents missed {outcome.unseen}, saw twice {outcome.seen_twice}, "
        f"answers out of order {outcome.disorder}"
    )
    return 0 if outcome.is_right else 1


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    sys.exit(main(int(given[0]) if given else 20_000, given[1] if len(given) > 1 else 60.0))
