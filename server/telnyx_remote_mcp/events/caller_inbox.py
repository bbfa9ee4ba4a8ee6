"""The inbox of a caller's account, as tools use it."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.slot import released
from telnyx_remote_mcp.clock import earliest
from telnyx_remote_mcp.events.addresses import key_of
from telnyx_remote_mcp.events.inbox_events import InboxEvent
from telnyx_remote_mcp.events.services import EventServices, Note
from telnyx_remote_mcp.events.signature import read_key
from telnyx_remote_mcp.events.unavailable import needing_inbox
from telnyx_remote_mcp.events.waiting import KEPT_AT_HAND, Feed, Listener
from telnyx_remote_mcp.store.journal import START, position
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.tasks import end
from telnyx_tools.tool.context import Progress
from telnyx_tools.tool.event import Event, Events, Poll, Wanted, seconds

FIRST_PAUSE_SECS: Final = 0.5
LONGEST_PAUSE_SECS: Final = 5.0
WEBHOOKS_PAUSE_SECS: Final = 30.0
"""The pause between two polls where webhooks already report the wanted events: then polls only find lost ones."""
FOUND_OUT_SECS: Final = 3.0
"""The longest that a request waits to find out whether its events already go somewhere else."""
PROGRESS_SECS: Final = 10.0
READ_AT_ONCE: Final = 500
MOST_ANSWERED: Final = 50
PUBLIC_KEY: Final = "/public_key"
_SECS: Final = re.compile(r"[0-9]{1,11}")


@dataclass(frozen=True, slots=True)
class CallerInbox:
    """The inbox of the account that makes a call."""

    services: EventServices
    call: Call
    telnyx: Telnyx

    @property
    def _principal(self) -> str:
        return self.call.caller.principal

    async def webhook_url(self) -> str | None:
        if self.services.base_url is None:
            return None
        with needing_inbox():
            inbox_id = await self.services.addresses.of(self._principal)
            if await self.services.addresses.needs_key(inbox_id):
                await self.services.addresses.trust(inbox_id, self._principal, await self._public_key())
        return f"{self.services.base_url}/webhooks/{inbox_id}"

    async def unclaimed_url(self, name: str, is_unclaimed: Callable[[], Awaitable[bool]]) -> str | None:
        async def find() -> str | None:
            try:
                async with asyncio.timeout(FOUND_OUT_SECS):
                    return await self.webhook_url() if await is_unclaimed() else None
            except (TelnyxError, TimeoutError, ValueError):
                return None

        if self.services.base_url is None:
            return None
        return await self.services.findings.of(self._principal, name, find)

    async def _public_key(self) -> str:
        """The account's own public key; the one in the operator's settings if Telnyx cannot be asked for it."""
        try:
            answer = await self.telnyx.get(PUBLIC_KEY)
        except TelnyxError:
            if self.services.public_key is None:
                raise
            return self.services.public_key
        data = answer.get("data") if isinstance(answer, dict) else None
        key = str(data.get("public", "")) if isinstance(data, dict) else ""
        read_key(key)
        return key

    async def add(self, events: Sequence[Event]) -> None:
        with needing_inbox():
            new = [await self.services.inbox_events.append(self._principal, event) for event in events]
        if any(new):
            self.services.arrived(self._principal)

    async def find(self, wanted: Wanted, since: str | None, limit: int) -> Events:
        with needing_inbox():
            if since is None:
                entries = await self.services.inbox_events.newest(self._principal, KEPT_AT_HAND)
                found = [each for each in entries if wanted.matches(each[1])][-limit:]
                return _answer(found, _last(entries), earliest())
            start = _position(since)
            found, last = await self._after(wanted, start, limit)
            missed = not await self.services.inbox_events.reaches(self._principal, start)
            return _answer(found, last, earliest(), missed=missed)

    async def _after(self, wanted: Wanted, cursor: str, limit: int) -> tuple[list[InboxEvent], str]:
        """Up to `limit` wanted events after the cursor, and the cursor of the last event that was read."""
        found: list[InboxEvent] = []
        while entries := await self.services.inbox_events.after(self._principal, cursor, READ_AT_ONCE):
            for cursor, event in entries:
                if event is not None and wanted.matches(event):
                    found.append((cursor, event))
                    if len(found) == limit:
                        return found, cursor
        return found, cursor

    async def wait(
        self, wanted: Wanted, since: str | None, wait_secs: float, poll: Poll | None, progress: Progress
    ) -> Events:
        start = _position(since) if since is not None else None
        polling = _Polling(poll, _moment(wanted, since)) if poll is not None else None
        with needing_inbox(), released(self.call.slot):
            async with self.services.waiting.listening(self._principal, wanted.matches) as (feed, listener):
                entries, last = await self._existing(feed, wanted, start)
                if not entries and wait_secs > 0:
                    await self._wait_for_entries(feed, listener, wanted, wait_secs, polling, progress)
                    # Both without an await in between: no event that arrives is behind the cursor and not among these.
                    entries, last = listener.take(), feed.cursor
                    if entries:
                        last = entries[-1][0]
                    elif last == START and start is not None:
                        last = start
                return _answer(entries, last, polling.next_since if polling is not None else earliest())

    async def _existing(self, feed: Feed, wanted: Wanted, start: str | None) -> tuple[list[InboxEvent], str]:
        """The wanted events that have arrived already, and the cursor to go on from. Without a cursor only the newest
        events are searched."""
        if start is not None:
            return await self._after(wanted, start, MOST_ANSWERED)
        entries = await feed.newest()
        return [each for each in entries if wanted.matches(each[1])][-MOST_ANSWERED:], _last(entries)

    async def _wait_for_entries(
        self,
        feed: Feed,
        listener: Listener,
        wanted: Wanted,
        wait_secs: float,
        polling: _Polling | None,
        progress: Progress,
    ) -> None:
        """Return once wanted events have arrived, the time runs out, or the server's shutdown begins. Raises what the
        first poll raises."""
        progress.waited, until = True, time.monotonic() + wait_secs
        background: set[asyncio.Task[Any]] = {asyncio.create_task(_report_progress(progress, wait_secs))}
        if polling is not None:
            background.add(asyncio.create_task(self._poll(feed, wanted, polling)))
        ends = {asyncio.create_task(listener.arrived()), asyncio.create_task(progress.shutdown.begun())}
        try:
            while (left := until - time.monotonic()) > 0:
                done, _ = await asyncio.wait(ends | background, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                if done & ends or not done:
                    break
                for task in done:  # these tasks end only with an error
                    task.result()
        finally:
            await end(ends | background, again_secs=0.1)

    async def _poll(self, feed: Feed, wanted: Wanted, polling: _Polling) -> None:
        """Poll Telnyx now and then repeatedly. An error of the first poll ends the wait; later ones are ignored."""
        may_poll, pause = self.services.waiting.may_poll, FIRST_PAUSE_SECS
        if may_poll(self._principal):
            await polling.once(self.add)
        while True:
            await asyncio.sleep(WEBHOOKS_PAUSE_SECS if _has_webhooks(await feed.newest(), wanted) else pause)
            pause = min(pause * 1.5, LONGEST_PAUSE_SECS)
            if may_poll(self._principal):
                with suppress(TelnyxError):
                    await polling.once(self.add)

    async def refused(self) -> int:
        with needing_inbox():
            inbox_id = await self.services.addresses.of(self._principal)
            return await self.services.refusals.within_a_day(key_of(inbox_id))

    async def remember(self, name: str, note: Mapping[str, Any] | None) -> None:
        if self.call.preview:  # a preview stores nothing: it shows the request to Telnyx that comes next
            return
        with needing_inbox():
            if note is None:
                await self.services.notes.delete(self._note_key(name))
            else:
                await self.services.notes.put(self._note_key(name), Note(note), None)

    async def recall(self, name: str) -> Mapping[str, Any] | None:
        with needing_inbox():
            note = await self.services.notes.get(self._note_key(name))
        return note.content if note is not None else None

    def _note_key(self, name: str) -> str:
        return f"{self._principal}.{hashlib.sha256(name.encode()).hexdigest()[:32]}"


class _Polling:
    """Polls Telnyx during one wait for events since a Unix time. `next_since` is the time from which the next wait has
    to poll: when the last poll that was answered began."""

    def __init__(self, poll: Poll, since: float) -> None:
        self.next_since = min(max(since, 0.0), earliest())
        self._poll = poll
        self._since = since

    async def once(self, add: Callable[[Sequence[Event]], Awaitable[None]]) -> None:
        began = earliest()
        await add(await self._poll(self._since))
        self.next_since = began


def _has_webhooks(entries: Sequence[InboxEvent], wanted: Wanted) -> bool:
    """Whether webhooks already report what is wanted: one came for the same call, message or numbers."""
    products = {_product(type_) for type_ in wanted.types}
    return any(
        event.polled is None and (not products or _product(event.type) in products) and _reports(event, wanted)
        for _, event in entries
    )


def _reports(event: Event, wanted: Wanted) -> bool:
    """Whether a webhook with this event shows that the wanted events come by webhook too.

    It does if the event is about the same thing. It also does if it is a message received at one of the wanted numbers:
    then all messages to that number come by webhook.
    """
    came_to = event.to if event.type.endswith(("message.received", "message_received")) else None
    return wanted.is_about(event) or (came_to is not None and came_to in (wanted.to, wanted.number, *wanted.between))


def _product(type_: str) -> str:
    return type_.partition(".")[0]


async def _report_progress(progress: Progress, wait_secs: float) -> None:
    began = time.monotonic()
    while True:
        await progress(round(time.monotonic() - began, 1), wait_secs, "waiting")
        await asyncio.sleep(PROGRESS_SECS)


def _answer(entries: Sequence[InboxEvent], last: str, since: float, *, missed: bool = False) -> Events:
    """The events in the order in which they occurred, and the cursor to go on from: the last entry that was read, and
    the Unix time from which Telnyx is polled."""
    events = sorted((event for _, event in entries), key=lambda event: event.occurred_at)
    return Events(events=events, next=f"{last}.{int(since)}", missed=missed or None)


def _last(entries: Sequence[InboxEvent]) -> str:
    return entries[-1][0] if entries else START


def _position(since: str) -> str:
    """The journal cursor within a client's cursor. Raises ValueError."""
    cursor, _, at = since.partition(".")
    position(cursor)
    if _SECS.fullmatch(at) is None:
        position("")
    return cursor


def _moment(wanted: Wanted, since: str | None) -> float:
    """The Unix time from which Telnyx is asked for events."""
    if since is not None:
        return float(since.partition(".")[2])
    asked = seconds(wanted.since) if wanted.since is not None else None
    return asked if asked is not None else earliest()
