"""Opt-outs: recipients who answered STOP and take no more messages."""

from __future__ import annotations

from pydantic import Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.groups.messaging import messaging
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Result
from telnyx_tools.shared.days import whole_days
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import Day, MessageParty, MessagingProfileId


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
    return await fetch_page(OptOut, telnyx, "/messaging_optouts", query, page=page, page_size=page_size, detail=detail)
