"""Moments and days as agents write them, limited to years that Python can calculate with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final, TypeVar

D = TypeVar("D", bound=date)
YEARS: Final = range(1900, 9000)
"""Far from both ends of Python's calendar, so that adding a time zone, a day or a quarter of an hour does not
overflow."""
_BEYOND: Final = f"Give a year from {YEARS[0]} to {YEARS[-1]}"


def in_utc(text: str) -> datetime:
    """The moment in a text in ISO 8601, converted to UTC; without a time zone it is in UTC. Raises ValueError."""
    read = datetime.fromisoformat(text)
    aware = read if read.tzinfo is not None else read.replace(tzinfo=UTC)
    try:
        moment = aware.astimezone(UTC)
    except OverflowError:
        raise ValueError(_BEYOND) from None
    return within_years(moment)


def within_years(day: D) -> D:
    """The same day or moment. Raises ValueError if it is outside of `YEARS`."""
    if day.year not in YEARS:
        raise ValueError(_BEYOND)
    return day
