"""Floods two replicas on Redis with webhooks, kills one with kill -9 in the middle, and starts it again. Every tenth
event is sent twice, and none in order: scripts/webhooks [webhooks [seconds]]. Without Redis it is one server with a
store file, which is killed and started again.

The sender retries as Telnyx does. Meanwhile an agent of each account reads its events over MCP. At the end every event
must be in its inbox once, every agent must have seen each of its own once, and each answer must be in order of time.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
from scripts.webhook_flood import (
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
from tests.e2e.clients import call, connected
from tests.services.conftest import RedisServer

from telnyx_remote_mcp.settings import Settings
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving

ACCOUNTS = 3
MOST_FAILURES, ANSWER_SECS = 100, 5.0


async def flood(redis_url: str | None, directory: Path, webhooks: int, secs: float) -> Outcome:
    """Send so many webhooks within so many seconds."""
    async with serving(create_app()) as sandbox:
        with ExitStack() as ends:
            replicas = await start_replicas(ends, redis_url, directory, sandbox)
            outcome, accounts = await _flooded(replicas, webhooks, secs)
            await check_inboxes(Settings(secret=SECRET, redis_url=redis_url, data_dir=directory), accounts, outcome)
            return outcome


async def _flooded(replicas: Sequence[Replica], webhooks: int, secs: float) -> tuple[Outcome, list[Account]]:
    each = int(webhooks / (1 + TWICE) / ACCOUNTS)
    accounts = [await create_account(replicas[0], number, each) for number in range(ACCOUNTS)]
    outcome, done = Outcome(webhooks), asyncio.Event()
    following = [
        asyncio.create_task(_followed(replicas[number % len(replicas)], account, outcome, done))
        for number, account in enumerate(accounts)
    ]
    killing = asyncio.create_task(kill_and_restart(replicas[0], secs / 2, outcome))
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=TIMEOUT_SECS, sock_read=TIMEOUT_SECS)
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as http:
            await send_webhooks(http, replicas, accounts, outcome, webhooks, secs)
        await killing
    finally:
        done.set()
    for account, seen in zip(accounts, await asyncio.gather(*following), strict=True):
        counted = Counter(seen)
        outcome.unseen += len(set(account.ids) - counted.keys())
        outcome.seen_twice += sum(count - 1 for count in counted.values())
    return outcome, accounts


async def _followed(replica: Replica, account: Account, outcome: Outcome, done: asyncio.Event) -> list[str]:
    """The ids of the events that an agent sees. It continues at `next`, and reconnects if its connection breaks."""
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
        except Exception:  # the replica was killed: the client raises various errors for that
            failed += 1
            if failed > MOST_FAILURES:
                raise
            await asyncio.sleep(0.2)


async def _next(client: Any, since: str) -> dict[str, Any]:
    """The next answer. Times out, since a client may not notice that its replica was killed."""
    arguments = {"types": ["message.received"], "since": since, "timeout_secs": 2}
    async with asyncio.timeout(ANSWER_SECS):
        answer: dict[str, Any] = await call(client, "wait_for_event", **arguments)
    return answer


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
