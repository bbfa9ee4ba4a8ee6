"""Days that people name, in UTC: `last_month`, `last_7_days`, or the first and the last one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.tool.types import PeriodName

LONGEST = 366


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    @classmethod
    def named(cls, period: PeriodName, today: date) -> Days:
        """Weeks begin on Monday; `last_7_days` are seven, today the last of them."""
        if days := re.fullmatch(r"last_(\d+)_days", period):
            return cls(today - timedelta(days=int(days[1]) - 1), today)
        yesterday = today - timedelta(days=1)
        monday, month = today - timedelta(days=today.weekday()), today.replace(day=1)
        return {
            "today": cls(today, today),
            "yesterday": cls(yesterday, yesterday),
            "this_week": cls(monday, today),
            "last_week": cls(monday - timedelta(days=7), monday - timedelta(days=1)),
            "this_month": cls(month, today),
            "last_month": cls((month - timedelta(days=1)).replace(day=1), month - timedelta(days=1)),
        }[period]

    def pieces(self, length: int) -> Iterator[Days]:
        """The same days in pieces of at most `length`."""
        first = self.first
        while first <= self.last:
            last = min(first + timedelta(days=length - 1), self.last)
            yield Days(first, last)
            first = last + timedelta(days=1)


def chosen_days(period: PeriodName | None, first: date | None, last: date | None) -> Days:
    """The days that the caller asked for, else this month. Raises InvalidArguments unless they are 1 to 366 days."""
    today = datetime.now(UTC).date()
    if first is None and last is None:
        days = Days.named(period or "this_month", today)
    elif period is not None:
        raise InvalidArguments([Problem("period", "Give period, or start_date and end_date, not both.")])
    elif first is None:
        raise InvalidArguments([Problem("start_date", "Give the first day as well.")])
    else:
        days = Days(first, today if last is None else last)
    if days.last < days.first:
        raise InvalidArguments([Problem("end_date", "It is before start_date.")])
    if (days.last - days.first).days >= LONGEST:
        raise InvalidArguments([Problem("start_date", f"Ask for at most {LONGEST} days at a time.")])
    return days
