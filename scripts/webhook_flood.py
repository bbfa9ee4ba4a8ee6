"""What the two floods of webhooks share (`scripts.webhooks`, `scripts.deliveries`): server processes, accounts, the
sender, and the check of the inboxes.

The sender signs webhooks as Telnyx does and retries them as Telnyx does.
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
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from tests.e2e.clients import call, connected

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.verdicts import Verdict
from telnyx_remote_mcp.events.inbox_events import InboxEvents, readable
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.journal import START
from telnyx_remote_mcp.store.secret import Secret
from telnyx_sandbox.signing import Signer

PROGRAM = str(Path(sys.executable).with_name("telnyx-mcp-server"))
SERVE = (PROGRAM, "serve", "--log-level", "error", "--port", "0")
SECRET = "the secret of the two flooded replicas"
TWICE = 0.1
"""The share of events that are sent twice."""
TIMEOUT_SECS, ATTEMPTS = 2.0, 12
AT_ONCE = 64
"""The most webhooks in flight. The time before one is sent does not count as the server's."""
AWAY_SECS, SETTLING_SECS = 1.0, 5.0
"""How long a killed replica stays away, and how long its restart may affect the others."""


@dataclass
class Replica:
    """A server process that can be killed and started again. It listens on any free port."""

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
    """The result of a flood."""

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
    """When each webhook was sent, and how long its acknowledgement took."""
    killed_at: float = 0.0

    @property
    def p99(self) -> float:
        """The 99th percentile of the seconds until a webhook is acknowledged, without those around the restart."""
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


async def start_replicas(
    ends: ExitStack, redis_url: str | None, directory: Path, sandbox: str, program: Sequence[str] = SERVE
) -> list[Replica]:
    """Start two replicas that share a Redis, or without one a server with a store file."""
    variables = {"TELNYX_MCP_SECRET": SECRET, "TELNYX_API_BASE_URL": sandbox}
    if redis_url is not None:
        variables["TELNYX_MCP_REDIS_URL"] = redis_url
    replicas = [Replica(directory, variables, program) for _ in range(1 if redis_url is None else 2)]
    for replica in replicas:
        ends.callback(replica.kill)
        await asyncio.to_thread(replica.start)
    return replicas


async def create_account(replica: Replica, number: int, count: int) -> Account:
    """An account that will have so many events, with its inbox created."""
    key = f"KEY_sandbox_flood_{number}"
    url = await _inbox_url(replica, key)
    ids = tuple(f"{number}-{each}" for each in range(count))
    principal = ApiKeys(_nobody, lambda: Secret(SECRET.encode()).derive("pepper")).principal(key)
    return Account(key, "/webhooks/" + url.rpartition("/")[2], principal, ids)


async def _inbox_url(replica: Replica, key: str) -> str:
    """The URL for the account's webhooks. A busy machine may need several attempts, which are not measured."""
    failed = 0
    while True:
        try:
            async with connected(f"{replica.url}/mcp?groups=events", key) as client:
                return str((await call(client, "get_webhook_setup"))["inbox_url"])
        except Exception:  # the client raises various errors for a 503
            failed += 1
            if failed > ATTEMPTS:
                raise
            await asyncio.sleep(1)


async def _nobody(_: object) -> Verdict:
    return Verdict.UNKNOWN


async def send_webhooks(
    http: aiohttp.ClientSession,
    replicas: Sequence[Replica],
    accounts: Sequence[Account],
    outcome: Outcome,
    webhooks: int,
    secs: float,
) -> None:
    """Send every event, one in ten twice, in random order and evenly over the time."""
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
    """The webhook for an event. Its time follows from its number, whenever it is sent."""
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


async def kill_and_restart(replica: Replica, after: float, outcome: Outcome) -> None:
    """Kill a replica after so many seconds, and start it again."""
    await asyncio.sleep(after)
    outcome.killed_at = time.monotonic()
    replica.kill()
    await asyncio.sleep(AWAY_SECS)
    await asyncio.to_thread(replica.start)


async def check_inboxes(settings: Settings, accounts: Sequence[Account], outcome: Outcome) -> None:
    """Count lost, doubled and foreign events in the inboxes."""
    async with aclosing(open_store(settings)) as store:
        inbox = InboxEvents(store, lambda: Secret(SECRET.encode()))
        for account in accounts:
            counted = Counter(await _ids(inbox, account))
            outcome.lost += len(set(account.ids) - counted.keys())
            outcome.doubled += sum(count - 1 for count in counted.values())
            outcome.foreign += len(counted.keys() - set(account.ids))


async def _ids(inbox: InboxEvents, account: Account) -> list[str]:
    found: list[str] = []
    cursor = START
    while page := await inbox.after(account.principal, cursor, 1_000):
        found += [str(event.message_id) for _, event in readable(page)]
        cursor = page[-1][0]
    return found
