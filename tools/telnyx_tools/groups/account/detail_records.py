"""Detail records: each message, call, verification and so on, with what it cost."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.account import account
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail
from telnyx_tools.shared.records import DetailRecord, RecordType, records_query
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import Day, PeriodName

FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
SortName = Annotated[str, Field(pattern=r"^-?[a-z][a-z0-9_]{0,63}$")]


@account.tool(effect=Effect.READ, scope="reporting.read", calls="GET /detail_records")
async def search_detail_records(
    telnyx: Telnyx,
    record_type: RecordType,
    period: PeriodName | None = None,
    start_date: Day | None = None,
    end_date: Day | None = None,
    filters: Annotated[
        dict[FieldName, str],
        Field(description='field of this type: value, like {"status": "delivered"}, {"cld": "+13125550123"}'),
    ] = {},
    sort: Annotated[SortName | None, Field(description="field; -field for the latest or highest first")] = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[DetailRecord]:
    """Usage records of single messages, calls or other events, with their cost; for totals use get_usage. Fields differ
    by type; filters on a field that the type lacks are refused. Calls are call-control or sip-trunking; an unanswered
    one has no answered_at."""
    query = records_query(record_type, filters, period, start_date, end_date, sort)
    return await fetch_page(
        DetailRecord, telnyx, "/detail_records", query, page=page, page_size=page_size, detail=detail
    )
