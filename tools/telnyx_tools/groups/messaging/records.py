"""Detail records: the lasting list of the account's finished messages, sent and received."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.api.remedies import remedy
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.messaging import messaging
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Result
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import Day, MessageParty, MessagingProfileId, PeriodName

Status = Literal["delivered", "received", "failed", "gw_reject", "gw_timeout", "dlr_timeout", "dlr_unconfirmed"]

MOST_REMEDIES = 5
_REMEDIES_SIZE = MOST_REMEDIES * 180


class MessageRecord(Result):
    id: str | None = Field(None, validation_alias="uuid", description="for get_message, which keeps 10 days")
    created_at: str | None = None
    direction: str | None = None
    sender: str | None = Field(None, validation_alias="cli", serialization_alias="from")
    to: str | None = Field(None, validation_alias="cld")
    message_type: str | None = None
    status: str | None = None
    errors: Annotated[list[str] | None, BeforeValidator(lambda value: value or None)] = Field(
        None, description="error codes"
    )
    parts: int | None = None
    cost: str | None = None
    currency: str | None = None
    profile_name: str | None = None


class MessageRecords(Page[MessageRecord]):
    remedies: dict[str, str] | None = Field(None, description="what to do, by the codes in errors")


@messaging.tool(effect=Effect.READ, scope="reporting.read", calls="GET /detail_records", core=True)
async def search_message_records(
    telnyx: Telnyx,
    direction: Literal["inbound", "outbound"] | None = None,
    from_number: MessageParty | None = None,
    to: MessageParty | None = None,
    status: Annotated[Status | None, Field(description="failures are failed, gw_* and dlr_*")] = None,
    messaging_profile_id: MessagingProfileId | None = None,
    period: Annotated[
        PeriodName | None, Field(description="like today, last_week, last_30_days; default last_7_days")
    ] = (None),
    start_date: Day | None = None,
    end_date: Day | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> MessageRecords:
    """Finished messages, newest first: parties, time, outcome, cost, what to do about failures; no texts. Give period,
    or start_date and end_date."""
    query: Query = {
        "filter": {
            "record_type": "messaging",
            "direction": direction,
            "cli": from_number,
            "cld": to,
            "status": status,
            "profile_id": messaging_profile_id,
            **_time(period, start_date, end_date),
        },
        "sort": "-created_at",
    }
    found = await fetch_page(
        MessageRecord,
        telnyx,
        "/detail_records",
        query,
        page=page,
        page_size=page_size,
        detail=detail,
        reserve=_REMEDIES_SIZE,
    )
    return MessageRecords(**dict(found), remedies=_remedies(found.items))


def _time(period: PeriodName | None, start_date: Day | None, end_date: Day | None) -> Query:
    if start_date is None and end_date is None:
        return {"date_range": period or "last_7_days"}
    if period is not None:
        raise InvalidArguments([Problem("period", "Give period, or start_date and end_date, not both.")])
    if start_date is not None and end_date is not None and start_date > end_date:
        raise InvalidArguments([Problem("end_date", "It is before start_date.")])
    return {"created_at": {"gte": start_date, "lt": end_date + timedelta(days=1) if end_date else None}}


def _remedies(records: list[MessageRecord]) -> dict[str, str] | None:
    codes = dict.fromkeys(code for record in records for code in record.errors or [])
    known = {code: text for code in codes if (text := remedy(code, 0)) is not None}
    return dict(list(known.items())[:MOST_REMEDIES]) or None
