"""Waiting for events, without asking again and again."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.events import events
from telnyx_tools.groups.events.arguments import EventTypes, Since, WaitSecs, no_cursor, read_since, types_of
from telnyx_tools.groups.events.asking import RECEIVED, listed, poll_for
from telnyx_tools.tool.bodies import require_at_most_one
from telnyx_tools.tool.context import Inbox, Progress
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.event import Events, Wanted
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import (
    E164,
    CallControlId,
    E164s,
    MessageId,
    MessageParty,
    NumberOrderId,
    OwnNumber,
    VerificationId,
)

GO_ON = "Nothing yet. To go on waiting, call again with `next` as since."
ASK_FOR_ONE = "Give {}: without webhooks only that is asked for."
NAMED_BY = {"message": "message_id", "whatsapp": "message_id", "verification": "verification_id or number"}
"""What names one of those of which no list of late tells."""
TOLD_ALONE = "Only webhooks tell of these types."
CALLS = (
    "GET /call_events",
    "GET /calls/{call_control_id}",
    "GET /messages/{id}",
    "GET /detail_records",
    "GET /number_orders/{number_order_id}",
    "GET /number_orders",
    "GET /verifications/{verification_id}",
    "GET /verifications/by_phone_number/{phone_number}",
)


@events.tool(
    effect=Effect.READ,
    scope="reporting.read",
    calls=CALLS,
    borrowed={
        "call_control_id": "call_control",
        "message_id": "messaging",
        "number_order_id": "numbers",
        "verification_id": "verify",
    },
)
async def wait_for_event(
    telnyx: Telnyx,
    inbox: Inbox,
    progress: Progress,
    types: EventTypes = [],
    call_control_id: CallControlId | None = None,
    message_id: MessageId | None = None,
    number_order_id: NumberOrderId | None = None,
    verification_id: VerificationId | None = None,
    number: Annotated[E164 | None, Field(description="on either side (E.164)")] = None,
    conversation: Annotated[
        E164s | None, Field(min_length=2, max_length=2, description="the two numbers of it")
    ] = None,
    since: Since | None = None,
    timeout_secs: WaitSecs = 45,
) -> Events:
    """Wait until something happens to a call, message, order or verification, or between numbers; at once where it did
    already. Go on with `next` as since: nothing is missed. make_call and send_message with events=true are told at
    once."""
    require_at_most_one(
        call_control_id=call_control_id,
        message_id=message_id,
        number_order_id=number_order_id,
        verification_id=verification_id,
        number=number,
        conversation=conversation,
    )
    named = call_control_id or message_id or number_order_id or verification_id
    cursor, moment = read_since(since, lately=named is None)
    wanted = Wanted(
        types=types_of(types),
        call_control_id=call_control_id,
        message_id=message_id,
        number_order_id=number_order_id,
        verification_id=verification_id,
        number=number,
        between=frozenset(conversation or ()),
        since=moment,
    )
    return await _waited(telnyx, inbox, progress, wanted, cursor, timeout_secs)


@events.tool(effect=Effect.READ, scope="messaging.read", calls=("GET /detail_records", "GET /messages/{id}"))
async def wait_for_reply(
    telnyx: Telnyx,
    inbox: Inbox,
    progress: Progress,
    from_number: Annotated[MessageParty, Field(description="who is to answer (E.164)")],
    to: Annotated[OwnNumber | None, From("list_phone_numbers", what="your number (E.164)")] = None,
    since: Since | None = None,
    timeout_secs: WaitSecs = 45,
) -> Events:
    """Wait until somebody sends you a message; by default also one of the last two minutes."""
    cursor, moment = read_since(since, lately=True)
    wanted = Wanted(types=RECEIVED, sender=from_number, to=to, since=moment)
    return await _waited(telnyx, inbox, progress, wanted, cursor, timeout_secs)


async def _waited(
    telnyx: Telnyx, inbox: Inbox, progress: Progress, wanted: Wanted, cursor: str | None, wait_secs: float
) -> Events:
    try:
        found = await inbox.wait(wanted, cursor, wait_secs, poll_for(telnyx, wanted), progress)
    except ValueError:
        raise no_cursor() from None
    update: dict[str, Any] = {} if found.events else {"note": _note(wanted)}
    return found.model_copy(update=update)


def _note(wanted: Wanted) -> str:
    """What to do where nothing came, and what to do else where Telnyx is not asked for anything."""
    if wanted.names_one or listed(wanted):
        return GO_ON
    products = {type_.partition(".")[0] for type_ in wanted.types}
    named_by = next((name for product, name in NAMED_BY.items() if product in products), None)
    return f"{GO_ON} {TOLD_ALONE if named_by is None else ASK_FOR_ONE.format(named_by)}"
