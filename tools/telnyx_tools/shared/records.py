"""Detail records (usage and cost of calls, messages, ...): their types, their fields, and the query that finds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from telnyx_tools.api.client import Query
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.results.result import Result
from telnyx_tools.tool.types import PeriodName

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
"""The field that holds the time of a record, for types without `created_at`."""


class DetailRecord(Result):
    """Which fields there are depends on the type of the record."""

    record_type: str | None = None
    id: str | None = None
    uuid: str | None = None
    created_at: str | None = None
    started_at: str | None = None
    answered_at: str | None = None
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
    call_control_id: str | None = None
    call_leg_id: str | None = None
    call_session_id: str | None = None
    connection_name: str | None = None
    profile_name: str | None = None


def records_query(
    record_type: RecordType,
    filters: Mapping[str, str],
    period: PeriodName | None = None,
    first: date | None = None,
    last: date | None = None,
    sort: str | None = None,
) -> Query:
    """The query of `GET /detail_records` for the records of a period, or of the days from `first` to `last`."""
    if period is not None and (first or last):
        raise InvalidArguments([Problem("period", "Give period, or start_date and end_date, not both.")])
    days = {"gte": first, "lt": last + timedelta(days=1) if last else None}
    times = {"date_range": period, TIMES.get(record_type, "created_at"): days}
    return {"filter": {**filters, **times, "record_type": record_type}, "sort": [sort] if sort else None}
