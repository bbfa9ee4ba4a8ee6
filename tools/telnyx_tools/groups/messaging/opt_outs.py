"""Opt-outs: recipients who answered STOP and take no more messages."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from telnyx_tools.api.client import Query, Request, Telnyx
from telnyx_tools.groups.messaging import messaging
from telnyx_tools.results.pages import Cursor, Page, PageCursor, PageSize, fetch_page, page_of, page_of_whole
from telnyx_tools.results.result import Detail, Result
from telnyx_tools.shared.days import whole_days
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import E164, Day, MessageParty, MessagingProfileId

_LARGEST = 250
_PAGES = 8
"""So many are looked through for one recipient in a call."""


class OptOut(Result):
    to: str | None = Field(None, description="the recipient who opted out")
    sender: str | None = Field(None, alias="from")
    messaging_profile_id: str | None = None
    keyword: str | None = None
    created_at: str | None = None


@messaging.tool(effect=Effect.READ, scope="messaging.read", calls="GET /messaging_optouts")
async def list_opt_outs(
    telnyx: Telnyx,
    messaging_profile_id: MessagingProfileId | None = None,
    from_number: MessageParty | None = None,
    to: E164 | None = None,
    start_date: Day | None = None,
    end_date: Day | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[OptOut]:
    """Recipients who opted out by STOP, and of which sender. Only their START undoes it."""
    query: Query = {
        "filter": {"messaging_profile_id": messaging_profile_id, "from": from_number},
        "created_at": whole_days(start_date, end_date),
    }
    if to is not None:
        return await _of(to, telnyx, query, Cursor.parse(page, _LARGEST), detail)
    return await fetch_page(OptOut, telnyx, "/messaging_optouts", query, page=page, page_size=page_size, detail=detail)


async def _of(recipient: str, telnyx: Telnyx, query: Query, start: Cursor, detail: Detail) -> Page[OptOut]:
    """The opt-outs of a recipient, by whom the API does not filter, so far as they are among the next pages of it."""
    found: list[object] = []
    more: str | None = None
    for number in range(start.number, start.number + _PAGES):
        paged: Query = {**query, "page": {"number": number, "size": _LARGEST}}
        answer: Any = (await telnyx.send(Request(method="GET", template="/messaging_optouts", query=paged))).json()
        page = page_of(OptOut, answer, Cursor(number, size=_LARGEST), "full")
        if page.shape_warning:
            return page
        whole = answer if isinstance(answer, dict) else {"data": answer}
        found += [item for item in whole["data"] if isinstance(item, dict) and item.get("to") == recipient]
        more = page_of(OptOut, {**whole, "data": []}, Cursor(number, size=_LARGEST)).next
        if more is None:
            break
    return page_of_whole(OptOut, {"data": found}, Cursor(), detail).model_copy(update={"next": more})
