"""Sends webhooks, signed and with the faults that are set, to programs on this machine only."""

import asyncio
import json
import random
import ssl
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx2

from .account import Account
from .faults import WebhookManner
from .groups.diagnostics.webhook_deliveries import WebhookEvent, webhook_events

HERE = ("127.0.0.1", "localhost", "::1")
LOOK_SECS, LONGEST_LOOK_SECS = 0.03, 2.0
IDLE_SHARE = 0.05
"""The time until the next poll of an idle account, as a share of the time for which it has been idle."""
TIMEOUT_SECS = 2.0


@dataclass
class _Attended:
    """The state of a watched account: the names of its known events, and the time of the next poll."""

    known: set[str]
    active_at: float
    look_at: float = 0.0

    def looked(self, now: float) -> None:
        idle_secs = now - self.active_at
        self.look_at = now + min(max(LOOK_SECS, idle_secs * IDLE_SHARE), LONGEST_LOOK_SECS)


class Sender:
    """Polls for new events in accounts that named a webhook URL on this machine: many times a second, and less often
    the longer an account is idle. For other accounts nothing runs between requests."""

    def __init__(self, manner: WebhookManner) -> None:
        self._manner = manner
        self._attended: WeakKeyDictionary[Account, _Attended] = WeakKeyDictionary()
        self._tasks: set[asyncio.Task[None]] = set()
        self._chance = random.Random(1)  # noqa: S311 - the same sequence in every run
        self._timer: asyncio.TimerHandle | None = None

    def attend(self, account: Account, content: bytes | None) -> None:
        """Watch the account from now on, if the body of this request, which has not run yet, names such a URL."""
        now = asyncio.get_running_loop().time()
        if (attended := self._attended.get(account)) is not None:
            attended.active_at, attended.look_at = now, 0.0
        elif content is not None and any(host.encode() in content for host in HERE):
            self._attended[account] = _Attended({_name(each) for each in webhook_events(account)}, now)
            if self._timer is None:
                self._look()

    def close(self) -> None:
        """Stop sending."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        for account, attended in self._attended.items():
            if attended.look_at <= loop.time():
                self._look_at(account, attended, loop.time())
        self._timer = loop.call_later(LOOK_SECS, self._look)

    def _look_at(self, account: Account, attended: _Attended, now: float) -> None:
        account.catch_up()
        for each in webhook_events(account):
            if (name := _name(each)) not in attended.known:
                attended.known.add(name)
                attended.active_at = now
                self._start(self._send(account, each))
        attended.looked(now)

    def _start(self, sending: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(sending)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, account: Account, each: WebhookEvent) -> None:
        """Send to the URL; if it fails in every attempt, to the failover URL."""
        await asyncio.sleep(self._manner.delay_secs + self._chance.random() * self._manner.disorder_secs)
        for url in (each.url, each.failover):
            if url is not None and urlsplit(url).hostname in HERE and await self._sent(account, each, url):
                return

    async def _sent(self, account: Account, each: WebhookEvent, url: str) -> bool:
        for attempt, pause in enumerate((0.0, *self._manner.retries_after_secs), start=1):
            await asyncio.sleep(pause)
            if await self._attempt(account, each, url, attempt):
                if self._chance.random() < self._manner.duplicates:
                    await self._attempt(account, each, url, attempt + 1)
                return True
        return False

    async def _attempt(self, account: Account, each: WebhookEvent, url: str, attempt: int) -> bool:
        body = json.dumps({"data": each.event, "meta": {"attempt": attempt, "delivered_to": url}}).encode()
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_SECS, verify=_tls(), trust_env=False) as http:
                answer = await http.post(url, content=body, headers=account.signer.headers(body))
        except httpx2.HTTPError:
            return False
        return answer.is_success


@cache
def _tls() -> ssl.SSLContext:
    """One context for all requests: making one takes longer than sending a webhook."""
    return ssl.create_default_context()


def _name(each: WebhookEvent) -> str:
    return f"{each.event['id']} {each.event['event_type']}"
