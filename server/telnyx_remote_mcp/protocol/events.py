"""The MCP methods with which clients fetch events: `events/list`, `events/poll` and `events/stream`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from telnyx_remote_mcp.buckets import TokenBuckets
from telnyx_remote_mcp.events.catalogue import CATALOGUE, READER, EventType
from telnyx_remote_mcp.events.cursors import cursor_of
from telnyx_remote_mcp.events.inbox_events import InboxEvent
from telnyx_remote_mcp.protocol.event_requests import EventRequests, Params, available, forbidden, invalid, whole
from telnyx_remote_mcp.protocol.listings import Context
from telnyx_remote_mcp.protocol.open_requests import OpenRequests, check_stays_open, meta_of, tell
from telnyx_remote_mcp.store.journal import position
from telnyx_tools.api.errors import TelnyxError

HEARTBEAT_SECS: Final = 25.0
NEXT_POLL_MS: Final = 5_000
ASK_SECS: Final = 5.0
"""The pause between two polls of Telnyx for one account, where no webhooks come."""
MOST_POLLED: Final = 100
READ_AT_ONCE: Final = 500

Entries = list[InboxEvent]


class EventMethods:
    """The handlers of these methods."""

    def __init__(self, events: EventRequests, open_requests: OpenRequests) -> None:
        self._events = events
        self._open = open_requests
        self._asking = TokenBuckets(60 / ASK_SECS, 1)

    async def list(self, ctx: Context, _: Params) -> dict[str, Any]:
        if (ctx.params or {}).get("cursor"):
            raise invalid("Unknown cursor: the list has one page")
        modes = self._events.modes(ctx)
        allowed = CATALOGUE.allowed(self._events.requests.surface(ctx), self._events.requests.caller(ctx))
        return {"events": [each.described(modes) for each in allowed]}

    async def poll(self, ctx: Context, _: Params) -> dict[str, Any]:
        type_, arguments = self._events.chosen(ctx, "poll")
        most = whole(ctx, "maxEvents", MOST_POLLED)
        with available():
            await self._asked(ctx)
            place, truncated = await self._events.begin(ctx)
            found, place, more = await self._after(ctx, type_, arguments, place, min(most or 1, MOST_POLLED))
        return {
            "events": [type_.occurrence(event) for _, event in found],
            "cursor": cursor_of(place),
            "truncated": truncated,
            "hasMore": more,
            "nextPollMs": NEXT_POLL_MS,
        }

    async def stream(self, ctx: Context, _: Params) -> dict[str, Any]:
        check_stays_open(ctx)
        type_, arguments = self._events.chosen(ctx, "push")
        wanted, principal = type_.wanted(arguments), self._events.principal(ctx)
        with available():
            async with self._events.services().waiting.listening(principal, wanted.matches) as (_feed, listener):
                place, truncated = await self._events.begin(ctx)
                await tell(ctx, "notifications/events/active", cursor=cursor_of(place), truncated=truncated)
                more = True
                while more:
                    found, place, more = await self._after(ctx, type_, arguments, place, MOST_POLLED)
                    await self._tell(ctx, type_, found)
                while (entries := await self._open.arriving(listener, self._pause())) is not None:
                    if not await self._events.allows(ctx, type_):
                        await tell(ctx, "notifications/events/terminated", error=forbidden(ctx))
                        break
                    fresh = [each for each in entries if position(each[0]) > position(place)]
                    place = fresh[-1][0] if fresh else place
                    await self._tell(ctx, type_, fresh)
                    if not entries:
                        await tell(ctx, "notifications/events/heartbeat", cursor=cursor_of(place))
                        await self._asked(ctx)
        return {"_meta": meta_of(ctx)}

    async def _after(
        self, ctx: Context, type_: EventType, arguments: Mapping[str, Any], place: str, most: int
    ) -> tuple[Entries, str, bool]:
        """Up to `most` wanted events after a position, the position reached, and whether there are more."""
        wanted, principal = type_.wanted(arguments), self._events.principal(ctx)
        found: Entries = []
        while page := await self._events.services().inbox_events.after(principal, place, READ_AT_ONCE):
            for cursor, event in page:
                if event is not None and wanted.matches(event):
                    if len(found) == most:
                        return found, place, True
                    found.append((cursor, event))
                place = cursor
        return found, place, False

    async def _tell(self, ctx: Context, type_: EventType, entries: Entries) -> None:
        for cursor, event in entries:
            await tell(ctx, "notifications/events/event", **type_.occurrence(event), cursor=cursor_of(cursor))

    def _pause(self) -> float:
        """The longest pause between two messages of a stream; where no webhooks come, Telnyx is polled at each."""
        return HEARTBEAT_SECS if self._events.services().base_url is not None else ASK_SECS

    async def _asked(self, ctx: Context) -> None:
        """Where no webhooks come, poll Telnyx on the caller's behalf, at most once in `ASK_SECS` for an account."""
        if self._events.services().base_url is None and not self._asking.take(self._events.principal(ctx)):
            with suppress(TelnyxError):
                await self._events.requests.read(ctx, READER, {"limit": 1})
