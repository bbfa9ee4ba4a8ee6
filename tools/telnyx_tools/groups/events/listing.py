"""The list of what happened."""

from __future__ import annotations

import time
from typing import Annotated, Final

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.groups.events import events
from telnyx_tools.groups.events.arguments import EventType, Since, no_cursor, read_since, types_of
from telnyx_tools.groups.events.asking import poll_for
from telnyx_tools.tool.context import Inbox
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.event import Events, Wanted, seconds
from telnyx_tools.tool.types import E164

LOOKED_BACK_SECS: Final = 3_600


@events.tool(
    effect=Effect.READ,
    scope="reporting.read",
    calls=(
        "GET /call_events",
        "GET /detail_records",
        "GET /messages/{id}",
        "GET /number_orders",
        "GET /verifications/by_phone_number/{phone_number}",
    ),
    aliases=("get_webhook_events",),
)
async def list_events(
    telnyx: Telnyx,
    inbox: Inbox,
    event_type: Annotated[EventType | None, Field(description="like message.received, call.ended")] = None,
    number: Annotated[E164 | None, Field(description="on either side (E.164)")] = None,
    since: Since | None = None,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
) -> Events:
    """What happened of late: messages that came or were delivered, calls, digits, orders; the newest, or those since.
    Webhooks tell it at once; where they do not, Telnyx is asked for calls and messages of the last hour."""
    cursor, moment = read_since(since, lately=False)
    wanted = Wanted(types=types_of([event_type] if event_type else []), number=number, since=moment)
    note = await _asked(telnyx, inbox, wanted, cursor)
    try:
        found = await inbox.find(wanted, cursor, limit)
    except ValueError:
        raise no_cursor() from None
    return found.model_copy(update={"note": note})


async def _asked(telnyx: Telnyx, inbox: Inbox, wanted: Wanted, cursor: str | None) -> str | None:
    """Put in what Telnyx has to tell; what went wrong, where it does not."""
    told = seconds(wanted.since) if wanted.since is not None else None
    before = float(cursor.partition(".")[2]) if cursor is not None else None
    try:
        await inbox.add(await poll_for(telnyx, wanted)(told or before or time.time() - LOOKED_BACK_SECS))
    except TelnyxError as error:
        return f"Without what only asking Telnyx would tell: {error.in_words()}"
    return None
