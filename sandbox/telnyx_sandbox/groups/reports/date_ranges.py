"""Date literals such as `yesterday`, `this_month` and `last_7_days`. Days are UTC, weeks begin on Monday."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ...errors import SandboxError

Moment = datetime
_Period = Callable[[Moment], tuple[Moment, Moment]]


def _days(offset: int) -> _Period:
    return lambda today: (today + timedelta(days=offset), today + timedelta(days=offset + 1))


def _weeks(offset: int) -> _Period:
    def period(today: Moment) -> tuple[Moment, Moment]:
        first = today - timedelta(days=today.weekday()) + timedelta(weeks=offset)
        return first, first + timedelta(weeks=1)

    return period


def _months(offset: int) -> _Period:
    def period(today: Moment) -> tuple[Moment, Moment]:
        return _month(today, offset), _month(today, offset + 1)

    return period


def _month(today: Moment, offset: int) -> Moment:
    years, month = divmod(today.year * 12 + today.month - 1 + offset, 12)
    return today.replace(year=years, month=month + 1, day=1)


_PERIODS: dict[str, _Period] = {
    "yesterday": _days(-1),
    "today": _days(0),
    "tomorrow": _days(1),
    "last_week": _weeks(-1),
    "this_week": _weeks(0),
    "next_week": _weeks(1),
    "last_month": _months(-1),
    "this_month": _months(0),
    "next_month": _months(1),
}


def period(literal: str | None, now: float) -> tuple[float, float]:
    """First and last moment (exclusive) of `filter[date_range]`; without one, everything up to now."""
    if literal is None:
        return 0.0, now + 1
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = re.fullmatch(r"last_([0-9]{1,3})_days", literal)
    if days:
        return (today - timedelta(days=int(days[1]))).timestamp(), now + 1
    if literal not in _PERIODS:
        detail = f"Use {', '.join(_PERIODS)} or last_N_days."
        raise SandboxError("10032", detail, parameter="filter[date_range]")
    first, last = _PERIODS[literal](today)
    return first.timestamp(), last.timestamp()
