"""Random failures of everything, under load: `python -m tests.services.chaos MINUTES [SEED]`.

Two replicas share a Redis behind haproxy; a third server has two workers and store files of its own. All reach Telnyx
by a host name and TLS. `harms` has the failures. Meanwhile agents send messages, connected clients make calls and
refresh their tokens, and webhooks arrive. The sandbox decides what was sent: every message has its own account, whose
balance shows the charge. Ends with 1 if anything was sent twice, lost, or reported wrongly, or if it took more than ten
seconds until everything worked again.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from tests.e2e.connection import Connection
from tests.e2e.killing import Sandbox
from tests.services.agent import LEGACY, MODERN, Agent, read_message
from tests.services.cluster import SECRET, alone, cluster
from tests.services.harms import Harms, Way
from tests.services.proxies import tls
from tests.services.redis_server import RedisServer
from tests.services.replica import Replica
from tests.services.surroundings import NAME, Surroundings

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.verdicts import Verdict
from telnyx_remote_mcp.commands import say
from telnyx_remote_mcp.events.inbox_events import InboxEvents, readable
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.journal import START
from telnyx_remote_mcp.store.secret import Secret
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving
from telnyx_sandbox.signing import Signer

SENDERS, CONNECTIONS = 4, 4
WINDOW_SECS = 60
RECOVERY_SECS, GIVE_UP_SECS = 10.0, 25.0
"""The longest recovery after a failure, and the time after which a sender gives up, which is within the window of
duplicates."""
NEVER_SECS = 120.0
AGAIN = 0.2
"""The share of messages that are sent once more within that time, although their outcome is known."""
SETTLED_SECS = 4.0
SAID = ("done", "duplicate")
REFRESH_EVERY, WEBHOOK_EVERY_SECS, WEBHOOK_TRIES = 10, 0.2, 30
"""How many calls a client makes with one access token, how often webhooks are sent, and how often each is retried."""


@dataclass
class Sent:
    """A message, the outcomes of the attempts to send it, and how often it was really sent."""

    key: str
    arguments: dict[str, Any]
    before: Decimal
    told: list[str] = field(default_factory=list)
    ended_at: float = float("inf")
    cost: Decimal = Decimal(0)
    times: int = 0

    @property
    def is_right(self) -> bool:
        """Whether it was sent at most once, and exactly once if any attempt was reported as sent."""
        said = [outcome in SAID for outcome in self.told]
        return self.times == 1 if any(said) else self.times <= 1


@dataclass
class Chaos:
    """One run on some replicas, which are reached at `url`, and its results."""

    name: str
    url: str
    replicas: Sequence[Replica]
    redis: RedisServer | None
    sandbox: Sandbox
    agent: Agent
    chance: random.Random
    numbers: int
    messages: list[Sent] = field(default_factory=list)
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    refreshed: Counter[str] = field(default_factory=Counter)
    called: Counter[str] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    harms: Harms = field(init=False)
    lost: int = 0
    stops: bool = False
    over: bool = False

    async def run(self, minutes: float, browsers: Sequence[httpx2.AsyncClient]) -> None:
        url = f"{self.url}/mcp"
        connections = [await Connection.signed_in(http, url, self._key, level="spend") for http in browsers]
        inbox = await self._inbox()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.measure_charges())
            working = [tasks.create_task(self.send()) for _ in range(SENDERS)]
            working += [tasks.create_task(self.use(connection)) for connection in connections]
            working.append(tasks.create_task(self.hear(inbox, browsers[0])))
            await self.break_things(minutes)
            await asyncio.gather(*working)
            await asyncio.sleep(SETTLED_SECS)
            self.over = True
        for connection in connections:
            self.refreshed[f"finally {await connection.refresh()}"] += 1
            self.called[f"finally {await self.agent.call(connection.access_token, 'get_balance', {})}"] += 1
        price = min(message.cost for message in self.messages if message.cost)
        for message in self.messages:
            message.times = round(message.cost / price)

    @property
    def _key(self) -> str:
        return f"KEY_sandbox_{self.name}"

    async def send(self) -> None:
        """Send one message after another, each until its outcome is known, as an agent would. Send some of them
        again."""
        while not self.stops:
            message = await self.one_message(self.agent)
            await asyncio.sleep(self.chance.uniform(0, 0.5))
            if self.chance.random() < AGAIN:
                message.ended_at = float("inf")
                await asyncio.sleep(self.chance.uniform(0, GIVE_UP_SECS / 2))
                told = await self.agent.call(message.key, "send_message", message.arguments, self._era())
                message.told.append(told)
                message.ended_at = time.monotonic()

    async def one_message(self, agent: Agent) -> Sent:
        self.numbers += 1
        point = await self.sandbox.point(self.numbers)
        message = Sent(point["key"], point["arguments"], await self.sandbox.balance(point["key"]))
        self.messages.append(message)
        era, until = self._era(), time.monotonic() + GIVE_UP_SECS
        while time.monotonic() < until:
            message.told.append(await agent.call(message.key, "send_message", message.arguments, era))
            if message.told[-1] in SAID or message.told[-1] == "outcome_unknown":
                break
            await asyncio.sleep(self.chance.uniform(0.1, 0.5))
        message.ended_at = time.monotonic()
        return message

    async def use(self, connection: Connection) -> None:
        """Make calls with a connection's token, and refresh it now and then, until that succeeds."""
        while not self.stops:
            for _ in range(REFRESH_EVERY):
                self.called[await self.agent.call(connection.access_token, "get_balance", {}, self._era())] += 1
                await asyncio.sleep(self.chance.uniform(0, 0.5))
            while (outcome := await connection.refresh()) != "done" and not self.stops:
                self.refreshed[outcome] += 1
                await asyncio.sleep(self.chance.uniform(0.1, 0.5))
            self.refreshed[outcome] += 1

    async def hear(self, inbox: str, http: httpx2.AsyncClient) -> None:
        """Send webhooks to the server, each until it is acknowledged."""
        async with asyncio.TaskGroup() as tasks:
            for number in itertools.count():
                if self.stops:
                    return
                tasks.create_task(self._one_webhook(f"event {number}", inbox, http))
                await asyncio.sleep(WEBHOOK_EVERY_SECS)

    async def _one_webhook(self, name: str, inbox: str, http: httpx2.AsyncClient) -> None:
        body, signer = _received(name), Signer(self._key)
        for _ in range(WEBHOOK_TRIES):
            try:
                answer = await http.post(inbox, content=body, headers=signer.headers(body))
                if answer.is_success:
                    self.kept.append(name)
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(self.chance.uniform(1, 2))
        self.refused.append(name)

    async def _inbox(self) -> str:
        answer = await self.agent.post(self._key, "get_webhook_setup", {}, LEGACY)
        return urlsplit(read_message(answer)["result"]["structuredContent"]["inbox_url"]).path

    def _era(self) -> str:
        return self.chance.choice((MODERN, LEGACY))

    async def break_things(self, minutes: float) -> None:
        self.harms = Harms(self.replicas, self.redis, self.sandbox, self.agent, self.chance, self._works_again)
        ways, until = list(self.harms.ways().items()), time.monotonic() + minutes * 60
        left: list[tuple[str, Way]] = []
        while time.monotonic() < until:
            left = left or self.chance.sample(ways, len(ways))  # each once before any comes again
            name, harm = left.pop()
            await harm()
            await self._works_again(name)
            await asyncio.sleep(self.chance.uniform(0.5, 3))
        self.stops = True

    async def _works_again(self, name: str) -> None:
        """Wait until all replicas can read and send."""
        began, told = time.monotonic(), list[str]()
        for replica in self.replicas:
            async with Agent.of(replica.url) as agent:
                while not await self._works(agent, told) and time.monotonic() - began < NEVER_SECS:  # noqa: ASYNC110 - there is only polling
                    await asyncio.sleep(0.05)
        took = time.monotonic() - began
        self.recoveries.setdefault(name, []).append(took)
        if took > RECOVERY_SECS:
            say(f"{self.name}: {name}: works only after {took:.1f} s: {told}")

    async def _works(self, agent: Agent, told: list[str]) -> bool:
        told.append(await agent.call("KEY_sandbox_probe", "get_balance", {}))
        if told[-1] != "done":
            return False
        told += (await self.one_message(agent)).told
        return told[-1] in SAID

    async def measure_charges(self) -> None:
        """Get the charge for each message once no attempt is under way: the sandbox drops old accounts."""
        for number in itertools.count():
            while not self.over and (  # noqa: ASYNC110 - time is waited for
                number >= len(self.messages) or time.monotonic() < self.messages[number].ended_at + SETTLED_SECS
            ):
                await asyncio.sleep(0.2)
            if number >= len(self.messages):
                return
            message = self.messages[number]
            message.cost = message.before - await self.sandbox.balance(message.key)

    async def count_lost_events(self, settings: Settings) -> None:
        """Count the acknowledged webhooks whose events are not in the inbox exactly once."""
        secret = Secret(SECRET.encode())
        principal = ApiKeys(_nobody, lambda: secret.derive("pepper")).principal(self._key)
        store = open_store(settings)
        found, place = Counter[str | None](), START
        while entries := await InboxEvents(store, lambda: secret).after(principal, place, 1_000):
            found.update(event.text for _, event in readable(entries))
            place = entries[-1][0]
        await store.aclose()
        self.lost = sum(found[name] != 1 for name in self.kept)

    def report(self, recovery_secs: float) -> bool:
        """Print the results. Returns whether all are as they must be, and everything worked again within this time."""
        wrong = [message for message in self.messages if not message.is_right]
        outcomes = Counter(message.told[-1] for message in self.messages if message.told)
        attempts = Counter(outcome for message in self.messages for outcome in message.told)
        say(f"\n{self.name}: {len(self.messages)} messages: {dict(outcomes)}; attempts: {dict(attempts)}")
        say(f"sent twice: {sum(message.times > 1 for message in self.messages)}; told wrongly: {len(wrong)}")
        say(f"events lost: {self.lost} of {len(self.kept)} acknowledged; never taken: {self.refused}")
        say(f"did not go on meanwhile: {self.harms.missed}")
        say(f"{len(self.harms.started)} starts, ready after {max(self.harms.started, default=0):.1f} s at most")
        say(f"connections refreshed: {dict(self.refreshed)}; calls with their tokens: {dict(self.called)}")
        for name, found in sorted(self.recoveries.items()):
            say(f"{name:25} {len(found):3} times, works {max(found):.1f} s after it at most")
        for message in self.messages:
            if message.told and not {*SAID, "outcome_unknown"} & {*message.told}:
                say(f"given up: {message.told}, sent {message.times} times")
        for message in wrong:
            say(f"wrong: {message}")
        ends = self.refreshed["finally done"], self.called["finally done"]
        gone = self.refreshed["invalid_grant"] + self.called["401"] + (ends != (CONNECTIONS, CONNECTIONS))
        slowest = max(max(found) for found in self.recoveries.values())
        return not (wrong or self.lost or self.refused or self.harms.missed or gone or slowest > recovery_secs)


def _received(text: str) -> bytes:
    payload = {
        "id": text,
        "direction": "inbound",
        "type": "SMS",
        "from": {"phone_number": "+13125550123"},
        "to": [{"phone_number": "+13125550100"}],
        "text": text,
    }
    event = {"id": f"webhook of {text}", "event_type": "message.received", "occurred_at": "2026-11-28T12:00:00.000Z"}
    return json.dumps({"data": {"record_type": "event", **event, "payload": payload}}).encode()


async def _nobody(_: object) -> Verdict:
    return Verdict.UNKNOWN


@asynccontextmanager
async def running(directory: Path, seed: int) -> AsyncIterator[list[tuple[Chaos, list[httpx2.AsyncClient], Settings]]]:
    """Start the servers: replicas on a Redis, and one server with files."""
    given = {
        "TELNYX_MCP_RATE_LIMIT_PER_MINUTE": "1000000",
        "TELNYX_MCP_DUPLICATE_WINDOW_SECS": str(WINDOW_SECS),
        "TELNYX_MCP_ALLOW_CUSTOM_UPSTREAM": "true",
        "SSL_CERT_FILE": str(directory / "ca.pem"),
    }
    options = ("--log-level", "warning")
    async with AsyncExitStack() as stack:
        sandbox_url = await stack.enter_async_context(serving(create_app()))
        port = stack.enter_context(tls(directory, urlsplit(sandbox_url).port or 0))
        api = f"https://{NAME}:{port}/v2"
        starting = cluster(directory / "cluster", api, *options, faked=True, **given)
        both = await asyncio.to_thread(starting.__enter__)
        stack.push_async_callback(asyncio.to_thread, starting.__exit__, None, None, None)
        one = stack.enter_context(alone(directory / "alone", api, "--workers", "2", *options, **given))
        sandbox = Sandbox(sandbox_url, await stack.enter_async_context(httpx2.AsyncClient(timeout=30)))
        runs = []
        for number, (name, url, replicas, redis) in enumerate(
            (("redis", both.url, both.replicas, both.redis), ("files", one.url, [one], None))
        ):
            agent = await stack.enter_async_context(Agent.of(url))
            made = [httpx2.AsyncClient(base_url=url, timeout=10) for _ in range(CONNECTIONS)]
            browsers = [await stack.enter_async_context(http) for http in made]
            settings = Settings(secret=SECRET, data_dir=directory / "alone", redis_url=redis.url if redis else None)
            chance = random.Random(f"{seed} {name}")
            run = Chaos(name, url, replicas, redis, sandbox, agent, chance, number * 10_000_000)
            runs.append((run, browsers, settings))
        yield runs


async def main(minutes: float, seed: int, recovery_secs: float = RECOVERY_SECS) -> int:
    say(f"seed {seed}")
    with tempfile.TemporaryDirectory() as name:
        async with running(Path(name), seed) as runs:
            await asyncio.gather(*(run.run(minutes, browsers) for run, browsers, _ in runs))
            for run, _, settings in runs:
                await run.count_lost_events(settings)
    Surroundings.tidy()
    return 0 if min(run.report(recovery_secs) for run, _, _ in runs) else 1


if __name__ == "__main__":
    minutes = float(sys.argv[1]) if sys.argv[1:] else 1.0
    seed = int(sys.argv[2]) if sys.argv[2:] else random.SystemRandom().randrange(1_000_000)
    raise SystemExit(asyncio.run(main(minutes, seed)))
