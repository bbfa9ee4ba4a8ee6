"""The events in the inboxes of all accounts, stored encrypted and in the order in which they arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Final

from pydantic import TypeAdapter

from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.journal import START, position
from telnyx_remote_mcp.store.record import Record
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_tools.tool.event import Event

KIND: Final = "event"
KEPT: Final = 20_000
"""How many events of one account are kept; the oldest are dropped first."""
KEPT_SECS: Final = 7 * 24 * 3_600

InboxEvent = tuple[str, Event]
"""An event with its journal cursor, which is its place in the order of arrival."""
InboxEntry = tuple[str, Event | None]
"""The same, as it was read: None is an event that can no longer be decrypted, and counts as gone."""


class InboxEvents:
    """The inbox of every account, as a journal of events. Methods raise StoreUnavailable."""

    def __init__(self, store: Store, secret: Callable[[], Secret]) -> None:
        self.store = store
        self._secret = secret

    @cached_property
    def _vault(self) -> Vault:
        return Vault(self._secret())

    @cached_property
    def _form(self) -> Record[Event]:
        return Record(KIND, TypeAdapter(Event))

    async def append(self, principal: str, event: Event) -> bool:
        """Add the event; False if the inbox already has one about the same occurrence."""
        sealed = self._vault.seal(event.model_dump_json(exclude_none=True, by_alias=True).encode(), _place(principal))
        cursor = await self.store.journal.append(
            KIND, principal, sealed, keep=KEPT, ttl_secs=KEPT_SECS, once=event.subject
        )
        return cursor is not None

    async def after(self, principal: str, cursor: str, limit: int) -> list[InboxEntry]:
        """Up to `limit` entries after the cursor, oldest first; none only at the end of the inbox.

        Raises ValueError for a text that is no cursor.
        """
        return self._opened(principal, await self.store.journal.after(KIND, principal, cursor, limit))

    async def newest(self, principal: str, limit: int) -> list[InboxEvent]:
        """The events among the newest `limit` entries, oldest first."""
        return readable(self._opened(principal, await self.store.journal.newest(KIND, principal, limit)))

    async def end(self, principal: str) -> str:
        """The cursor of the newest event."""
        return await self.store.journal.end(KIND, principal)

    async def reaches(self, principal: str, cursor: str) -> bool:
        """Whether no event after the cursor was dropped: the event at the cursor is still there, or it is the start."""
        if cursor == START:
            return True
        found = await self.store.journal.after(KIND, principal, _before(cursor), 1)
        return bool(found) and found[0][0] == cursor

    def _opened(self, principal: str, entries: list[tuple[str, bytes]]) -> list[InboxEntry]:
        place = _place(principal)
        return [(cursor, self._form.open(sealed, self._vault, place)) for cursor, sealed in entries]


def readable(entries: Iterable[InboxEntry]) -> list[InboxEvent]:
    """The events among the entries."""
    return [(cursor, event) for cursor, event in entries if event is not None]


def _place(principal: str) -> str:
    return f"{KIND}/{principal}"


def _before(cursor: str) -> str:
    """A cursor right before this one."""
    first, second = position(cursor)
    if "-" not in cursor:
        return str(first - 1)
    return f"{first}-{second - 1}" if second else f"{first - 1}-{10**18 - 1}"
