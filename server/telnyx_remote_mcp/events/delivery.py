"""Delivery: for each subscription one deliverer at a time, in whichever process, while there is something to do."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache

from telnyx_remote_mcp.events.catalogue import CATALOGUE
from telnyx_remote_mcp.events.deliverer import READ_AT_ONCE, Deliverer, Means, Pace
from telnyx_remote_mcp.events.letters import Letters
from telnyx_remote_mcp.events.outbound import Outbound
from telnyx_remote_mcp.events.progress import ProgressBook
from telnyx_remote_mcp.events.standing import Standing
from telnyx_remote_mcp.events.subscriptions import Subscription, Subscriptions
from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter

LEASE: Final = "event_lease"
REMEMBERED: Final = 10_000
MOST_SKIPPED: Final = 1_000
"""Events that do not concern a subscription, before its place in the journal is put down."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Looked:
    """How far behind a cursor of a subscription's progress nothing concerns it."""

    since: str
    place: str
    skipped: int = 0


class Delivery:
    """Whoever takes an event begins to deliver it, unless another process holds the lease of the subscription and does
    so. What a process leaves that ends in the midst of it, the others find when they look through all subscriptions."""

    def __init__(
        self,
        store: Store,
        calls: Store,
        letters: Letters,
        secret: Callable[[], Secret],
        standing: Standing,
        outbound: Outbound,
        pace: Pace | None = None,
        meter: Meter = UNMEASURED,
    ) -> None:
        self.subscriptions = Subscriptions(store, secret)
        self.book = ProgressBook(store, secret)
        self.outbound = outbound
        self._leases = calls
        self._pace = pace or Pace()
        self._means = Means(letters, self.subscriptions, self.book, standing, outbound, self._pace, meter)
        self._deliverers: dict[str, Deliverer] = {}
        self._closed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._looked: LRUCache[str, _Looked] = LRUCache(REMEMBERED)
        self._looking: dict[str, bool] = {}
        """The accounts that are looked at just now, and whether something came meanwhile."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look through all subscriptions, now and from time to time; at the end stop, and give leases back.

        What is not delivered is left to other processes, or to the next start.
        """
        self._start(self._swept())
        try:
            yield
        finally:
            self.close()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def ring(self, principal: str) -> None:
        """Say that an event came for an account, or that it subscribed."""
        if self._closed:
            return
        if principal in self._looking:
            self._looking[principal] = True
            return
        self._looking[principal] = False
        self._start(self._look(principal))

    def close(self) -> None:
        """Begin to stop. Once is enough: who is cancelled again gives no lease back, and closes no connection."""
        if self._closed:
            return
        self._closed = True
        for task in self._tasks:
            task.cancel()

    async def _look(self, principal: str) -> None:
        """Have everybody of the account delivered to."""
        try:
            again = True
            while again:
                self._looking[principal] = False
                with suppress(StoreUnavailable):  # found again when all are looked through
                    for subscription in await self.subscriptions.of(principal):
                        await self._deliver(subscription)
                again = self._looking[principal]
        finally:
            del self._looking[principal]

    async def _deliver(self, subscription: Subscription) -> None:
        """Have what is owed delivered, by the deliverer that is at it or by a new one."""
        if subscription.id not in self._deliverers and not await self._is_owed(subscription):
            return
        if (deliverer := self._deliverers.get(subscription.id)) is not None:
            deliverer.ring()
        else:
            self._deliverers[subscription.id] = Deliverer(subscription, self._means)
            self._start(self._delivered(subscription))

    async def _delivered(self, subscription: Subscription) -> None:
        """Deliver under the lease. What came while it was given back is found by looking once more."""
        try:
            current: Subscription | None = subscription
            while current is not None and await self._under_lease(current):
                current = await self.subscriptions.find(subscription.principal, subscription.id)
                if current is None or not await self._is_owed(current):
                    break
                self._deliverers[subscription.id] = Deliverer(current, self._means)
        except StoreUnavailable as error:
            logger.warning("A delivery is interrupted: %s", error)
        finally:
            del self._deliverers[subscription.id]

    async def _under_lease(self, subscription: Subscription) -> bool:
        """Deliver, if nobody else does; whether this was so to the end."""
        token, deliverer = secrets.token_bytes(16), self._deliverers[subscription.id]
        if not await self._leases.add(LEASE, subscription.id, token, self._pace.lease):
            return False
        work = asyncio.create_task(deliverer.run())
        try:
            while not work.done():
                await asyncio.wait([work], timeout=self._pace.lease / 3)
                if not work.done() and not await self._renewed(subscription, token):
                    deliverer.lose()
                    return False
            work.result()
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            with suppress(StoreUnavailable):
                await self._leases.delete(LEASE, subscription.id, only=token)
        return True

    async def _renewed(self, subscription: Subscription, token: bytes) -> bool:
        """Whether the lease is still ours, and lasts from now on."""
        return await self._leases.swap(LEASE, subscription.id, token, token, self._pace.lease)

    async def _is_owed(self, subscription: Subscription) -> bool:
        """Whether something came that has to be delivered, or so much else that this is better put down."""
        progress = await self.book.of(subscription)
        type_ = CATALOGUE.find(subscription.name)
        if type_ is None or progress.is_suspended(subscription):
            return type_ is None
        looked = self._looked.get(subscription.id)
        if looked is None or looked.since != progress.cursor:
            looked = _Looked(progress.cursor, progress.cursor)
        wanted = type_.wanted(subscription.arguments)
        while page := await self._means.letters.after(subscription.principal, looked.place, READ_AT_ONCE):
            if any(wanted.matches(event) for _, event in page) or looked.skipped >= MOST_SKIPPED:
                return True
            looked = _Looked(progress.cursor, page[-1][0], looked.skipped + len(page))
            self._looked[subscription.id] = looked
        return False

    async def _swept(self) -> None:
        while True:
            try:
                async for subscription in self.subscriptions.all():
                    await self._deliver(subscription)
            except StoreUnavailable as error:
                logger.warning("Subscriptions cannot be looked through: %s", error)
            await asyncio.sleep(self._pace.sweep * random.uniform(0.7, 1.3))  # noqa: S311 - keeps replicas apart

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, context=Context())  # of no request: what goes on here belongs to none
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
