"""Cursors of clients: places in an account's journal, and where somebody begins who presents one."""

from __future__ import annotations

import re
from typing import Final

from telnyx_remote_mcp.clock import earliest
from telnyx_remote_mcp.events.letters import Letters
from telnyx_remote_mcp.store.journal import position
from telnyx_tools.tool.event import seconds

READ_AT_ONCE: Final = 500
_CURSOR: Final = re.compile(r"([0-9]{1,18}(?:-[0-9]{1,18})?)\.[0-9]{1,12}")


def cursor_of(place: str) -> str:
    """The cursor of a place in the journal; the tools take it as `since`."""
    return f"{place}.{int(earliest())}"


async def begin(letters: Letters, principal: str, cursor: str | None, max_age_secs: float | None) -> tuple[str, bool]:
    """The place after which to begin, and whether something before it is skipped that the cursor had yet to come.

    Without a cursor that is now. So it is with a cursor that is none of ours: it is no error. Raises StoreUnavailable.
    """
    end = await letters.end(principal)
    if cursor is None:
        return end, False
    match = _CURSOR.fullmatch(cursor)
    if match is None or position(match[1]) > position(end):
        return end, True
    missed = not await letters.reaches(principal, match[1])
    if max_age_secs is None:
        return match[1], missed
    place = await _younger(letters, principal, match[1], earliest() - max_age_secs)
    return place, missed or place != match[1]


async def _younger(letters: Letters, principal: str, place: str, than: float) -> str:
    """The place before the first event that is young enough."""
    while page := await letters.after(principal, place, READ_AT_ONCE):
        for cursor, event in page:
            if (seconds(event.occurred_at) or than) >= than:
                return place
            place = cursor
    return place
