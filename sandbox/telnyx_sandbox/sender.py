"""The sender of webhooks: to programs on this machine alone, signed, and in the manner of the real service."""

import asyncio
import json
import random
from collections.abc import Coroutine
from urllib.parse import urlsplit

import httpx2

from .account import Account
from .faults import WebhookManner
from .groups.diagnostics.webhook_deliveries import Told, told

HERE = ("127.0.0.1", "localhost", "::1")
LOOK_SECS = 0.03
TIMEOUT_SECS = 2.0


class Sender:
    """Looks for new events of the accounts that named a URL on this machine, many times a second. Nothing runs, and no
    time passes by itself, for the others."""

    def __init__(self, manner: WebhookManner) -> None:
        self._manner = manner
        self._known: dict[Account, set[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._chance = random.Random(1)  # noqa: S311 - the same faults in every run
        self._timer: asyncio.TimerHandle | None = None

    def attend(self, account: Account, content: bytes | None) -> None:
        """Look after the account from now on, if this request, which is about to be carried out, names such a URL."""
        if account in self._known or content is None or not any(host.encode() in content for host in HERE):
            return
        self._known[account] = {_name(each) for each in told(account)}
        if self._timer is None:
            self._look()

    def close(self) -> None:
        """Send no more."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()

    def _look(self) -> None:
        for account, known in self._known.items():
            account.catch_up()
            for each in told(account):
                if _name(each) not in known:
                    known.add(_name(each))
                    self._start(self._send(account, each))
        self._timer = asyncio.get_running_loop().call_later(LOOK_SECS, self._look)

    def _start(self, sending: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(sending)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, account: Account, each: Told) -> None:
        """To the URL until it takes it, then, where it did not, to the other one."""
        await asyncio.sleep(self._manner.delay_secs + self._chance.random() * self._manner.disorder_secs)
        for url in (each.url, each.failover):
            if url is not None and urlsplit(url).hostname in HERE and await self._sent(account, each, url):
                return

    async def _sent(self, account: Account, each: Told, url: str) -> bool:
        for attempt, pause in enumerate((0.0, *self._manner.retries_after_secs), start=1):
            await asyncio.sleep(pause)
            if await self._attempt(account, each, url, attempt):
                if self._chance.random() < self._manner.duplicates:
                    await self._attempt(account, each, url, attempt + 1)
                return True
        return False

    async def _attempt(self, account: Account, each: Told, url: str, attempt: int) -> bool:
        body = json.dumps({"data": each.event, "meta": {"attempt": attempt, "delivered_to": url}}).encode()
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_SECS, trust_env=False) as http:
                answer = await http.post(url, content=body, headers=account.signer.headers(body))
        except httpx2.HTTPError:
            return False
        return answer.is_success


def _name(each: Told) -> str:
    return f"{each.event['id']} {each.event['event_type']}"
