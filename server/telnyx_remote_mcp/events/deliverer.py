"""The deliverer: sends a subscriber the events of one subscription, each until it is acknowledged or given up."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final

from telnyx_remote_mcp.clock import earliest
from telnyx_remote_mcp.events.catalogue import CATALOGUE, EventType, canonical
from telnyx_remote_mcp.events.cursors import cursor_of
from telnyx_remote_mcp.events.inbox_events import KEPT, KIND, InboxEvents
from telnyx_remote_mcp.events.outbound import Answer, Endpoint, Outbound, Reason, Undelivered, reason_of
from telnyx_remote_mcp.events.progress import Progress, ProgressBook
from telnyx_remote_mcp.events.request_slots import RequestSlots
from telnyx_remote_mcp.events.schedule import Schedule, spread
from telnyx_remote_mcp.events.standard_webhooks import headers
from telnyx_remote_mcp.events.standing import Standing
from telnyx_remote_mcp.events.subscriptions import Subscription, Subscriptions
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter
from telnyx_tools.tasks import CLEANUP_SECS, end
from telnyx_tools.tool.event import Event, seconds

AT_ONCE: Final = 16
"""Concurrent requests to one subscriber."""
WINDOW: Final = 1_000
"""Unsettled events of one subscriber, including those that wait for another attempt."""
READ_AT_ONCE: Final = 200
BELIEVED_SECS: Final = 1.0
"""How long a subscription is cached after it was read."""
GONE: Final = 410
TOO_LARGE: Final = 413
CODES: Final = {
    "sep": {"NotFound": -32023, "Forbidden": -32024},
    "sketch": {"NotFound": -32011, "Forbidden": -32012},
}


@dataclass(frozen=True, slots=True)
class Pace:
    """The timing of deliveries, in seconds: five attempts within twelve minutes. Tests use shorter times."""

    pauses: tuple[float, ...] = (10, 50, 180, 420)
    again: float = 5
    """Before the authority of a subscription is checked again, if it could not be checked."""
    look: float = 0.5
    """Between two checks for events that other processes received."""
    linger: float = 2
    """How long an idle deliverer keeps running."""
    lease: float = 15
    sweep: float = 15


@dataclass(frozen=True, slots=True)
class DelivererServices:
    """The services that deliverers use."""

    inbox_events: InboxEvents
    subscriptions: Subscriptions
    book: ProgressBook
    standing: Standing
    outbound: Outbound
    pace: Pace
    meter: Meter = UNMEASURED


class SubscriptionEnded(Exception):
    """The subscription has ended: nothing more is delivered. `error` is what the subscriber is told, if anything."""

    def __init__(self, error: str | None = None) -> None:
        super().__init__(error)
        self.error = error


class Deliverer:
    """Starts deliveries in the order in which events arrived, several at a time, and retries each event by itself.

    An event is settled once it is acknowledged or given up. Progress is saved every second. If a deliverer stops
    midway, the next one goes on from there and may send again what was settled after the last save. Receivers
    recognize such duplicates by their `webhook-id`.
    """

    def __init__(self, subscription: Subscription, services: DelivererServices) -> None:
        self._services = services
        self._known = subscription
        self._known_at = time.monotonic()
        self._notified = asyncio.Event()
        self._slots = RequestSlots(AT_ONCE)
        self._pending: dict[asyncio.Task[None], str] = {}
        """The running deliveries in order, each with the journal position before its event."""
        self._progress = Progress(subscription.since, subscription.since)
        self._kept = self._progress
        self._place = subscription.since
        self._saved_at = 0.0
        self._holds = True

    def notify(self) -> None:
        """Wake up: an event arrived, or the subscription was renewed."""
        self._known_at = 0.0
        self._notified.set()

    def lose_lease(self) -> None:
        """Save no more progress: the lease is lost, so another deliverer may be running."""
        self._holds = False

    async def run(self) -> None:
        """Deliver until there is nothing to do for a while. Raises StoreUnavailable."""
        self._progress = self._kept = await self._services.book.of(self._known)
        if self._progress.is_suspended(self._known):
            return
        self._progress = self._progress.revived() if self._progress.suspended_at is not None else self._progress
        self._place = self._progress.cursor
        async with self._services.outbound.endpoint(self._known.url) as endpoint:
            try:
                await self._report_gap(endpoint)
                await self._deliver_all(endpoint)
            except SubscriptionEnded as ended:
                await self._stop()
                await self._end(endpoint, ended)
            finally:
                await self._stop()
                if self._holds:  # also after an interruption, so that less is sent twice
                    await self._save()

    async def _deliver_all(self, endpoint: Endpoint) -> None:
        idle_since = time.monotonic()
        while not self._progress.is_suspended(self._known):
            self._notified.clear()
            if await self._read(endpoint) or self._pending:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since >= self._services.pace.linger:
                return
            if time.monotonic() - self._saved_at >= 1:
                await self._save()
            waker = asyncio.create_task(self._notified.wait())
            await asyncio.wait(
                [waker, *self._pending], timeout=self._services.pace.look, return_when=asyncio.FIRST_COMPLETED
            )
            waker.cancel()
            for task in [each for each in self._pending if each.done()]:
                task.result()  # if this raises, the task stays pending: its event is not settled
                del self._pending[task]

    async def _read(self, endpoint: Endpoint) -> bool:
        """Start to deliver new events, as far as the window has room. Returns whether any entry was read."""
        room = WINDOW - len(self._pending)
        entries = await self._services.inbox_events.after(self._known.principal, self._place, min(room, READ_AT_ONCE))
        if not entries:
            return False
        type_ = await self._type()
        wanted = type_.wanted(self._known.arguments)
        for cursor, event in entries:
            if event is not None and wanted.matches(event):
                task = asyncio.create_task(self._deliver(endpoint, type_, event))
                self._pending[task] = self._place
            self._place = cursor
        if len(entries) == READ_AT_ONCE:
            self._notified.set()
        return True

    async def _deliver(self, endpoint: Endpoint, type_: EventType, event: Event) -> None:
        """Deliver the event, in up to five attempts. Raises SubscriptionEnded."""
        occurrence, schedule = type_.occurrence(event), Schedule(self._services.pace.pauses)
        for number in count(1):
            answer = await self._attempt(endpoint, type_, event, occurrence, number)
            if answer.status == GONE and self._known.profile == "sketch":
                raise SubscriptionEnded
            if answer.is_success:
                return
            pause = schedule.next(answer.asked_secs) if answer.status not in (GONE, TOO_LARGE) else None
            if pause is None:
                self._services.meter.event("out", "given_up")
                return
            await asyncio.sleep(spread(pause, answer.asked_secs))

    async def _attempt(
        self, endpoint: Endpoint, type_: EventType, event: Event, occurrence: Mapping[str, Any], number: int
    ) -> Answer:
        """Make one attempt and return the answer; its status is 0 if there was none."""
        async with self._slots.hold(first_attempt=number == 1):
            if self._progress.is_suspended(self._known):
                await asyncio.Event().wait()  # until all tasks are cancelled: the event is not settled
            await self._stands(type_)
            body = canonical({**occurrence, "cursor": cursor_of(self._watermark)}).encode()
            reason: Reason | None = None
            answer = Answer(0)
            try:
                answer = await send(endpoint, await self._subscription(), event.id, body, type_.name, number)
                reason = None if answer.is_success else reason_of(answer.status)
            except Undelivered as undelivered:
                reason = undelivered.reason
            if answer.asked_secs:
                self._slots.pause(min(answer.asked_secs, sum(self._services.pace.pauses)))
            now = time.time()
            self._progress = self._progress.attempted(reason, now)
            if self._progress.is_suspended(self._known):
                self._notified.set()
            if reason is None:
                self._services.meter.event("out", "delivered", now - (seconds(event.occurred_at) or now))
            return answer

    @property
    def _watermark(self) -> str:
        """The journal position up to which every event is settled."""
        return next((place for task, place in self._pending.items() if not _is_settled(task)), self._place)

    async def _stands(self, type_: EventType) -> None:
        """Check that the subscription's authority still stands; retry while that is unknown.

        Raises SubscriptionEnded if it does not.
        """
        while True:
            stands = await self._services.standing(await self._subscription(), type_)
            if stands is not None:
                break
            await asyncio.sleep(self._services.pace.again)
        if not stands:
            raise SubscriptionEnded("Forbidden")

    async def _type(self) -> EventType:
        type_ = CATALOGUE.find((await self._subscription()).name)
        if type_ is None:
            raise SubscriptionEnded("NotFound")
        return type_

    async def _subscription(self) -> Subscription:
        """The subscription, read at most a second ago. Raises SubscriptionEnded if it has ended."""
        if time.monotonic() - self._known_at > BELIEVED_SECS:
            found = await self._services.subscriptions.find(self._known.principal, self._known.id)
            if found is None or found.since != self._known.since:
                raise SubscriptionEnded
            self._known, self._known_at = found, time.monotonic()
        if earliest() >= self._known.until:
            raise SubscriptionEnded
        return self._known

    async def _report_gap(self, endpoint: Endpoint) -> None:
        """Tell the subscriber if events were dropped before they could be delivered."""
        inbox_events, principal = self._services.inbox_events, self._known.principal
        if await inbox_events.reaches(principal, self._place):
            return
        kept: Sequence[object] = await inbox_events.store.journal.newest(KIND, principal, KEPT)
        if len(kept) == KEPT:  # otherwise the event at the position has only expired
            await self._tell(endpoint, {"type": "gap", "cursor": cursor_of(self._place)})

    async def _end(self, endpoint: Endpoint, ended: SubscriptionEnded) -> None:
        """End the subscription, if it has not ended yet, and tell the subscriber why."""
        current = await self._services.subscriptions.find(self._known.principal, self._known.id)
        if current is None or current.since != self._known.since:
            return
        if ended.error is not None:
            code = CODES[self._known.profile][ended.error]
            await self._tell(endpoint, {"type": "terminated", "error": {"code": code, "message": ended.error}})
        await self._services.subscriptions.drop(self._known.principal, self._known.id)

    async def _tell(self, endpoint: Endpoint, control: Mapping[str, Any]) -> None:
        """Send a control message, which only SEP-3415 defines. Retries once if that fails."""
        if self._known.profile == "sketch":
            return
        message_id = f"msg_{control['type']}_{secrets.token_hex(8)}"
        for _ in range(2):
            try:
                answer = await send(endpoint, self._known, message_id, canonical(control).encode(), control["type"])
            except Undelivered:
                continue
            if answer.status < 500:
                return

    async def _save(self) -> None:
        self._saved_at = time.monotonic()
        self._progress = saved = replace(self._progress, cursor=self._watermark)
        if saved != self._kept:
            await self._services.book.put(self._known, saved)
            self._kept = saved  # not the progress of now: an attempt may have ended meanwhile

    async def _stop(self) -> None:
        """Cancel the running deliveries, and go back to where unsettled events are read again."""
        watermark = self._watermark
        await end(self._pending, CLEANUP_SECS)
        self._pending.clear()
        self._place = watermark


async def send(
    endpoint: Endpoint, subscription: Subscription, message_id: str, body: bytes, name: str, number: int = 1
) -> Answer:
    """Send one message, signed with the current time. Raises Undelivered."""
    now = time.time()
    signed = headers(subscription.secrets(earliest()), message_id, int(now), body)
    return await endpoint.post(body, {**signed, "X-MCP-Subscription-Id": subscription.id}, name, number)


async def verify(outbound: Outbound, subscription: Subscription) -> None:
    """Check that the URL wants the deliveries: it must echo a challenge. Raises Undelivered."""
    challenge = secrets.token_urlsafe(32)
    message_id = f"msg_verification_{secrets.token_hex(8)}"
    body = canonical({"type": "verification", "challenge": challenge}).encode()
    async with outbound.endpoint(subscription.url) as endpoint:
        answer = await send(endpoint, subscription, message_id, body, "verification")
    if not answer.is_success:
        raise Undelivered(reason_of(answer.status))
    if not hmac.compare_digest(_echo(answer.body).encode(errors="replace"), challenge.encode()):
        raise Undelivered("challenge_failed")


def _echo(answer: bytes) -> str:
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    echo = read.get("challenge") if isinstance(read, dict) else None
    return echo if isinstance(echo, str) else ""


def _is_settled(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
