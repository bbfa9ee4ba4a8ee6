"""Days of an account, in UTC, as the filters of lists take them."""

from __future__ import annotations

from telnyx_tools.api.client import Query
from telnyx_tools.tool.types import Day


def whole_days(start_date: Day | None, end_date: Day | None) -> Query:
    """Return the filter for the time from the start of `start_date` to the end of `end_date`."""
    return {
        "gte": f"{start_date}T00:00:00Z" if start_date else None,
        "lte": f"{end_date}T23:59:59Z" if end_date else None,
    }
