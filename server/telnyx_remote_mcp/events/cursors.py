"""Client cursors: positions in an account's journal, and where a client that sends one starts to read."""

from __future__ import annotations

import re
from typing import Final

from telnyx_remote_mcp.clock import earliest
from telnyx_remote_mcp.events.inbox_events import InboxEvents
from telnyx_remote_mcp.store.journal import position
from telnyx_tools.tool.event import seconds

READ_AT_ONCE: Final = 500
_CURSOR: Final = re.compile(r"([0-9]{1,18}(?:-[0-9]{1,18})?)\.[0-9]{1,12}")


def cursor_of(place: str) -> str:
    """The client cursor for a position in the journal; tools take it as `since`."""
    return f"{place}.{int(earliest())}"


async def begin(
    inbox_events: InboxEvents, principal: str, cursor: str | None, max_age_secs: float | None
) -> tuple[str, bool]:
    """The journal position after which to start, and whether events between the cursor and it are skipped.

    Without a cursor that is the end of the journal. An unknown cursor is no error: it starts at the end too, and counts
    as skipping events. Raises StoreUnavailable.
    """
    end = await inbox_events.end(principal)
    if cursor is None:
        return end, False
    match = _CURSOR.fullmatch(cursor)
    if match is None or position(match[1]) > position(end):
        return end, True
    missed = not await inbox_events.reaches(principal, match[1])
    if max_age_secs is None:
        return match[1], missed
    place = await _younger(inbox_events, principal, match[1], earliest() - max_age_secs)
    return place, missed or place != match[1]


async def _younger(inbox_events: InboxEvents, principal: str, place: str, than: float) -> str:
    """The position before the first event that is no older than the time `than`."""
    while page := await inbox_events.after(principal, place, READ_AT_ONCE):
        for cursor, event in page:
            if event is not None and (seconds(event.occurred_at) or than) >= than:
                return place
            place = cursor
    return place
