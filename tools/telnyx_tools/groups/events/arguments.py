"""The arguments of waiting: which events, and since when."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.tool.event import moment, seconds, utc
from telnyx_tools.tool.written import listed

LATELY_SECS: Final = 120
"""How far back a wait looks that is about no call, message or order, where the agent does not say."""

EventType = Annotated[str, Field(pattern=r"^[a-z_0-9]+(\.[a-z_0-9]+)+$")]
EventTypes = Annotated[
    list[EventType],
    BeforeValidator(listed),
    Field(
        max_length=20,
        description="message.received, message.delivered, message.failed, whatsapp.message_received, call.incoming, "
        "call.answered, call.digits, call.ended, number_order.completed, verification.completed, or Telnyx's own "
        "names; none: any",
    ),
]
Since = Annotated[
    str, Field(min_length=1, max_length=100, description="`next` of the last answer, or a time like 2026-03-01T15:00Z")
]
WaitSecs = Annotated[int, Field(ge=0, le=300)]

_OWN_NAMES: Final = {
    "call.hangup": ("call.ended",),
    "call.gather.ended": ("call.digits",),
    "call.dtmf.received": ("call.key",),
    "call.initiated": ("call.initiated", "call.incoming"),
    "message.finalized": ("message.delivered", "message.failed", "message.read"),
    "number_order.complete": ("number_order.completed", "number_order.failed"),
}
"""Types of ours that stand for Telnyx's."""
_CURSOR: Final = re.compile(r"[0-9]+(-[0-9]+)?\.[0-9]{1,11}")
"""A place in what the server keeps, and the Unix seconds at which it was given: of them no more than a calendar has."""


def types_of(names: Iterable[str]) -> frozenset[str]:
    """The types that names stand for, ours or Telnyx's."""
    return frozenset(type_ for name in names for type_ in _OWN_NAMES.get(name, (name,)))


def read_since(since: str | None, *, lately: bool) -> tuple[str | None, str | None]:
    """The cursor, and the moment, of which one is given at most; `lately` is for who gives neither.

    Raises InvalidArguments.
    """
    if since is None:
        return None, moment(time.time() - LATELY_SECS) if lately else None
    if _CURSOR.fullmatch(since):
        return since, None
    if seconds(since) is None:
        raise no_cursor()
    return None, utc(since)


def no_cursor() -> InvalidArguments:
    """The error for what is neither a cursor nor a moment."""
    return InvalidArguments([Problem("since", "Give `next` of an earlier answer as it was, or a date and time.")])
