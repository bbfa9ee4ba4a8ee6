"""Moments and days as agents write them, in the years that can be reckoned with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final, TypeVar

D = TypeVar("D", bound=date)
YEARS: Final = range(1900, 9000)
"""Far from both ends of Python's calendar, beyond which a zone, a day or a quarter of an hour more would lead."""
_BEYOND: Final = f"Give a year from {YEARS[0]} to {YEARS[-1]}"


def in_utc(text: str) -> datetime:
    """The moment of a text in ISO 8601, in UTC, which is meant where it names no zone. Raises ValueError."""
    read = datetime.fromisoformat(text)
    aware = read if read.tzinfo is not None else read.replace(tzinfo=UTC)
    try:
        moment = aware.astimezone(UTC)
    except OverflowError:
        raise ValueError(_BEYOND) from None
    return within_years(moment)


def within_years(day: D) -> D:
    """The same day or moment. Raises ValueError for one that no reckoning starts from."""
    if day.year not in YEARS:
        raise ValueError(_BEYOND)
    return day
