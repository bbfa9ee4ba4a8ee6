"""Delivery: runs one deliverer at a time for each subscription, in any of the processes, while events are pending."""

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
from telnyx_remote_mcp.events.deliverer import READ_AT_ONCE, Deliverer, DelivererServices, Pace
from telnyx_remote_mcp.events.inbox_events import InboxEvents, readable
from telnyx_remote_mcp.events.outbound import Outbound
from telnyx_remote_mcp.events.progress import ProgressBook
from telnyx_remote_mcp.events.standing import Standing
from telnyx_remote_mcp.events.subscriptions import Subscription, Subscriptions
from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter
from telnyx_tools.tasks import CLEANUP_SECS, end

LEASE: Final = "event_lease"
REMEMBERED: Final = 10_000
MOST_SKIPPED: Final = 1_000
"""How many events that do not match a subscription may pass before its journal position is saved."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Search:
    """How far the journal was searched for a subscription without a match.

    `since` is its saved cursor, `place` the position that the search reached.
    """

    since: str
    place: str
    skipped: int = 0


class Delivery:
    """Delivers events to all subscribers.

    The process that receives an event starts to deliver it, unless another process holds the lease of the subscription
    and delivers already. If a process stops midway, the others find the rest when they sweep all subscriptions.
    """

    def __init__(
        self,
        store: Store,
        calls: Store,
        inbox_events: InboxEvents,
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
        self._services = DelivererServices(
            inbox_events, self.subscriptions, self.book, standing, outbound, self._pace, meter
        )
        self._deliverers: dict[str, Deliverer] = {}
        self._closed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._searches: LRUCache[str, _Search] = LRUCache(REMEMBERED)
        self._checking: dict[str, bool] = {}
        """The accounts whose subscriptions are being checked, and whether another event arrived meanwhile."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sweep all subscriptions, now and from time to time. At the end stop, and release the leases.

        What is not delivered by then is left to other processes, or to the next start.
        """
        self._start(self._sweep())
        try:
            yield
        finally:
            self.close()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=CLEANUP_SECS)
            await end(self._tasks, CLEANUP_SECS)

    def notify(self, principal: str) -> None:
        """Check the account's subscriptions: an event arrived, or the account changed a subscription."""
        if self._closed:
            return
        if principal in self._checking:
            self._checking[principal] = True
            return
        self._checking[principal] = False
        self._start(self._check(principal))

    def close(self) -> None:
        """Begin to stop. Only the first call cancels the tasks.

        A second cancellation would interrupt them while they release leases and close connections.
        """
        if self._closed:
            return
        self._closed = True
        for task in self._tasks:
            task.cancel()

    async def _check(self, principal: str) -> None:
        """Start the deliveries for all subscriptions of the account."""
        try:
            again = True
            while again:
                self._checking[principal] = False
                with suppress(StoreUnavailable):  # the next sweep finds the events again
                    for subscription in await self.subscriptions.of(principal):
                        await self._deliver(subscription)
                again = self._checking[principal]
        finally:
            del self._checking[principal]

    async def _deliver(self, subscription: Subscription) -> None:
        """Deliver pending events, with the deliverer that already runs or with a new one."""
        if subscription.id not in self._deliverers and not await self._has_pending(subscription):
            return
        if (deliverer := self._deliverers.get(subscription.id)) is not None:
            deliverer.notify()
        else:
            self._deliverers[subscription.id] = Deliverer(subscription, self._services)
            self._start(self._run_deliverer(subscription))

    async def _run_deliverer(self, subscription: Subscription) -> None:
        """Deliver while holding the lease, then check again for events that arrived while it was released."""
        try:
            current: Subscription | None = subscription
            while current is not None and await self._under_lease(current):
                current = await self.subscriptions.find(subscription.principal, subscription.id)
                if current is None or not await self._has_pending(current):
                    break
                self._deliverers[subscription.id] = Deliverer(current, self._services)
        except StoreUnavailable as error:
            logger.warning("A delivery is interrupted: %s", error)
        finally:
            del self._deliverers[subscription.id]

    async def _under_lease(self, subscription: Subscription) -> bool:
        """Deliver if no other process holds the lease. Returns whether this one held it to the end."""
        token, deliverer = secrets.token_bytes(16), self._deliverers[subscription.id]
        if not await self._leases.add(LEASE, subscription.id, token, self._pace.lease):
            return False
        work = asyncio.create_task(deliverer.run())
        try:
            while not work.done():
                await asyncio.wait([work], timeout=self._pace.lease / 3)
                if not work.done() and not await self._renew_lease(subscription, token):
                    deliverer.lose_lease()
                    return False
            work.result()
        finally:
            await end([work], CLEANUP_SECS)
            with suppress(StoreUnavailable):
                await self._leases.delete(LEASE, subscription.id, only=token)
        return True

    async def _renew_lease(self, subscription: Subscription, token: bytes) -> bool:
        """Renew the lease. Returns whether it was still ours."""
        return await self._leases.swap(LEASE, subscription.id, token, token, self._pace.lease)

    async def _has_pending(self, subscription: Subscription) -> bool:
        """Whether an event is pending, or so many others passed that the journal position should be saved."""
        progress = await self.book.of(subscription)
        type_ = CATALOGUE.find(subscription.name)
        if type_ is None or progress.is_suspended(subscription):
            return type_ is None
        search = self._searches.get(subscription.id)
        if search is None or search.since != progress.cursor:
            search = _Search(progress.cursor, progress.cursor)
        wanted = type_.wanted(subscription.arguments)
        while page := await self._services.inbox_events.after(subscription.principal, search.place, READ_AT_ONCE):
            if any(wanted.matches(event) for _, event in readable(page)) or search.skipped >= MOST_SKIPPED:
                return True
            search = _Search(progress.cursor, page[-1][0], search.skipped + len(page))
            self._searches[subscription.id] = search
        return False

    async def _sweep(self) -> None:
        while True:
            try:
                async for subscription in self.subscriptions.all():
                    await self._deliver(subscription)
            except StoreUnavailable as error:
                logger.warning("Subscriptions cannot be looked through: %s", error)
            await asyncio.sleep(self._pace.sweep * random.uniform(0.7, 1.3))  # noqa: S311 - keeps replicas apart

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, context=Context())  # empty: this work belongs to no request
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
