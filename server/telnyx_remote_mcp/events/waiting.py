"""Waiting for events: one watch of the store per process, one feed per account, any number of listeners."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Final

from telnyx_remote_mcp.buckets import TokenBuckets
from telnyx_remote_mcp.events.inbox_events import KIND, InboxEvent, InboxEvents, readable
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.journal import START, position
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.tasks import CLEANUP_SECS, end
from telnyx_tools.tool.event import Event

logger = logging.getLogger(__name__)

KEPT_AT_HAND: Final = 1_000
"""How many of an account's newest events a wait without a cursor looks at."""
READ_AT_ONCE: Final = 500
PER_PRINCIPAL: Final = 512
OVERALL: Final = 2_048
"""The most listeners of one account, and of all accounts, in one process."""
AGAIN_SECS: Final = 0.5
"""The pause before a store that did not answer is watched, or read, again."""

POLLS_PER_MINUTE: Final = 30
POLLS_AT_ONCE: Final = 20
"""The rate and the burst of polls of Telnyx for one account, by all that wait for its events in this process."""

Matches = Callable[[Event], bool]


class TooManyWaiting(TelnyxError):
    """As many requests wait for events as may at a time; nothing was sent."""

    def __init__(self) -> None:
        super().__init__("too many waiting")

    def describe(self) -> dict[str, object]:
        return {
            "code": "too_many_waiting",
            "title": "Too many calls wait for events at the moment; nothing was sent",
            "remedy": "Call list_events from time to time instead, or wait again in a minute.",
        }


class Listener:
    """A waiting request. It gets every event that `matches`, once."""

    def __init__(self, matches: Matches) -> None:
        self._matches = matches
        self._entries: list[InboxEvent] = []
        self._arrived = asyncio.Event()

    def offer(self, entries: list[InboxEvent]) -> None:
        """Take the events that match, and wake up."""
        found = [entry for entry in entries if self._matches(entry[1])]
        if found:
            self._entries += found
            self._arrived.set()

    async def arrived(self) -> None:
        """Return once there are events to take."""
        await self._arrived.wait()

    def take(self) -> list[InboxEvent]:
        """The events that arrived since the last call."""
        self._arrived.clear()
        taken, self._entries = self._entries, []
        return taken

    async def next(self) -> list[InboxEvent]:
        """The same, as soon as there are any."""
        await self.arrived()
        return self.take()


class Feed:
    """The feed of one account's events: reads them from the store once, and offers them to all listeners."""

    def __init__(self, inbox_events: InboxEvents, principal: str) -> None:
        self._source = inbox_events
        self.principal = principal
        self.listeners: set[Listener] = set()
        self.cursor = START
        """Every event up to this cursor was offered to those who listened when it arrived."""
        self._new: list[InboxEvent] = []
        self._old: list[InboxEvent] | None = None
        self._beginning = asyncio.Lock()
        self._begun = False
        self.reading: asyncio.Task[None] | None = None
        """The task that reads new events, if one came so far."""
        self._notified = False

    async def begin(self) -> None:
        """Offer every event that arrives from now on. Raises StoreUnavailable."""
        async with self._beginning:
            if not self._begun:
                self.cursor = await self._source.end(self.principal)
                self._begun = True

    async def newest(self) -> list[InboxEvent]:
        """The newest events, oldest first; read from the store once. Raises StoreUnavailable."""
        async with self._beginning:
            if self._old is None:
                self._old = await self._source.newest(self.principal, KEPT_AT_HAND)
        last = position(self._old[-1][0] if self._old else START)
        return [*self._old, *(entry for entry in self._new if position(entry[0]) > last)]

    def notify(self) -> None:
        """Read new events, and offer them to the listeners."""
        self._notified = True
        if self.reading is None or self.reading.done():
            self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        """Read until nothing is new. While the store does not answer, try again: nobody need notify a second time."""
        while True:
            try:
                await self.begin()
                while self._notified:
                    self._notified = False
                    await self._read_new()
                return
            except StoreUnavailable:
                self._notified = True
                await asyncio.sleep(AGAIN_SECS)

    async def _read_new(self) -> None:
        while new := await self._source.after(self.principal, self.cursor, READ_AT_ONCE):
            events, self.cursor = readable(new), new[-1][0]
            self._new = [*self._new, *events][-KEPT_AT_HAND:]
            for listener in list(self.listeners):
                listener.offer(events)


class Waiting:
    """All requests in this process that wait for events. Nothing runs while there are none."""

    def __init__(self, inbox_events: InboxEvents, per_principal: int = PER_PRINCIPAL, overall: int = OVERALL) -> None:
        self.inbox_events = inbox_events
        self._per_principal = per_principal
        self._overall = overall
        self._feeds: dict[str, Feed] = {}
        self._places: Counter[str] = Counter()
        self._watching: asyncio.Task[None] | None = None
        self._watches = asyncio.Event()
        self._ending: set[asyncio.Task[None]] = set()
        self._polls = TokenBuckets(POLLS_PER_MINUTE, POLLS_AT_ONCE)

    def may_poll(self, principal: str) -> bool:
        """Whether Telnyx may be polled once more for an account, however many requests wait for its events."""
        return self._polls.take(principal) == 0.0

    @asynccontextmanager
    async def listening(self, principal: str, matches: Matches) -> AsyncIterator[tuple[Feed, Listener]]:
        """Listen to the events of an account: those that arrive after the context began are offered to the listener.

        Raises TooManyWaiting, StoreUnavailable.
        """
        if self._places[principal] >= self._per_principal or self._places.total() >= self._overall:
            raise TooManyWaiting
        self._places[principal] += 1
        feed = self._feeds.setdefault(principal, Feed(self.inbox_events, principal))
        listener = Listener(matches)
        feed.listeners.add(listener)
        try:
            await self._watch()
            await feed.begin()
            yield feed, listener
        finally:
            feed.listeners.discard(listener)
            self._leave(feed)

    def notify(self, principal: str) -> None:
        """Notify the listeners of an account that an event arrived; does nothing if there are none."""
        if (feed := self._feeds.get(principal)) is not None:
            feed.notify()

    async def aclose(self) -> None:
        """End what runs for requests, which are over by now, and wait until it has ended."""
        for feed in self._feeds.values():
            self._end(feed.reading)
        self._end(self._watching)
        if self._ending:
            await asyncio.wait(self._ending)

    async def _watch(self) -> None:
        """Start to watch the store, unless that runs already."""
        if self._watching is None:
            self._watches = asyncio.Event()
            self._watching = asyncio.create_task(self._watched(self._watches))
        await self._watches.wait()

    async def _watched(self, begun: asyncio.Event) -> None:
        """Watch the store while any request waits.

        If the store does not answer, try again; until then listeners only get events that this process receives.
        """
        while True:
            try:
                async with self.inbox_events.store.journal.watch(KIND) as keys, aclosing(keys) as told:
                    if begun.is_set():  # events that arrived during the interruption were not announced
                        self._notify_all()
                    begun.set()
                    async for principal in told:
                        self.notify(principal)
            except StoreUnavailable as error:
                logger.warning("Events that other processes take are not seen for a moment: %s", error)
                begun.set()
                await asyncio.sleep(AGAIN_SECS)

    def _notify_all(self) -> None:
        for feed in self._feeds.values():
            feed.notify()

    def _leave(self, feed: Feed) -> None:
        self._places[feed.principal] -= 1
        if self._places[feed.principal]:
            return
        del self._places[feed.principal]
        del self._feeds[feed.principal]
        self._end(feed.reading)
        if not self._feeds:
            self._end(self._watching)
            self._watching = None

    def _end(self, task: asyncio.Task[None] | None) -> None:
        """Have the task ended, in the background: a request that is cancelled cannot wait until it is done."""
        if task is not None:
            ending = asyncio.create_task(end([task], CLEANUP_SECS))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
