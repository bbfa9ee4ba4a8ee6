"""Detail records: each message, call, verification and so on, with what it cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.arguments import InvalidArguments, Problem
from telnyx_tools.declare import Effect
from telnyx_tools.groups.account.group import account
from telnyx_tools.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results import Detail, Result
from telnyx_tools.types import Day, PeriodName

RecordType = Literal[
    "ai-voice-assistant",
    "amd",
    "call-control",
    "conference",
    "conference-participant",
    "embedding",
    "fax",
    "inference",
    "inference-speech-to-text",
    "media_storage",
    "media-streaming",
    "messaging",
    "noise-suppression",
    "recording",
    "sip-trunking",
    "siprec-client",
    "stt",
    "tts",
    "verify",
    "webrtc",
    "wireless",
]
TIMES = {
    "amd": "invoked_at",
    "call-control": "started_at",
    "conference": "started_at",
    "conference-participant": "joined_at",
    "sip-trunking": "started_at",
}
"""The field that days are compared with, of the types that have no created_at."""

FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
SortName = Annotated[str, Field(pattern=r"^-?[a-z][a-z0-9_]{0,63}$")]


class DetailRecord(Result):
    """Which fields there are depends on the type of the record."""

    record_type: str | None = None
    id: str | None = None
    uuid: str | None = None
    created_at: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    completed_at: str | None = None
    direction: str | None = None
    cli: str | None = Field(None, description="from")
    cld: str | None = Field(None, description="to")
    originating_number: str | None = None
    destination_number: str | None = None
    destination_phone_number: str | None = None
    country_code: str | None = None
    message_type: str | None = None
    status: str | None = None
    delivery_status: str | None = None
    verification_status: str | None = None
    verify_channel_type: str | None = None
    errors: list[str] | None = None
    parts: int | None = None
    call_sec: int | None = None
    billed_sec: int | None = None
    participant_count: int | None = None
    cost: str | None = None
    verify_usage_fee: str | None = None
    data_cost: str | None = None
    rate: str | None = None
    rate_measured_in: str | None = None
    currency: str | None = None
    call_session_id: str | None = None
    connection_name: str | None = None
    profile_name: str | None = None


@account.tool(effect=Effect.READ, scope="reporting.read", calls="GET /detail_records")
async def search_detail_records(
    telnyx: Telnyx,
    record_type: RecordType,
    period: PeriodName | None = None,
    start_date: Day | None = None,
    end_date: Day | None = None,
    filters: Annotated[
        dict[FieldName, str], Field(description='field of this type: value, like {"status": "delivered"}')
    ] = {},
    sort: Annotated[SortName | None, Field(description="field; -field for the latest or highest first")] = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[DetailRecord]:
    """What each message, call or other event was and cost; for sums use get_usage. Types differ in their fields: a
    filter by one that the type lacks is refused."""
    days = _days(TIMES.get(record_type, "created_at"), period, start_date, end_date)
    query: Query = {"filter": {**filters, **days, "record_type": record_type}, "sort": [sort] if sort else None}
    return await fetch_page(
        DetailRecord, telnyx, "/detail_records", query, page=page, page_size=page_size, detail=detail
    )


def _days(times: str, period: PeriodName | None, start: Day | None, end: Day | None) -> Query:
    if period is not None and (start or end):
        raise InvalidArguments([Problem("period", "Give period, or start_date and end_date, not both.")])
    return {"date_range": period, times: {"gte": start, "lt": end + timedelta(days=1) if end else None}}
