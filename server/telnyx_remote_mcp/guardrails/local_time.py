"""The time of day where a phone number is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NIGHT: Final = (21, 8)
"""The hours between which people are not to be disturbed."""


def is_night(number: str, now: datetime | None = None) -> bool:
    """Whether it is night in every place where an E.164 number may be; False where that is not known."""
    from phonenumbers import NumberParseException, parse
    from phonenumbers.timezone import time_zones_for_number

    try:
        zones = time_zones_for_number(parse(number))
    except NumberParseException:
        return False
    hours = [hour for zone in zones if (hour := _hour(zone, now or datetime.now(UTC))) is not None]
    begins, ends = NIGHT
    return bool(hours) and all(hour >= begins or hour < ends for hour in hours)


def _hour(zone: str, now: datetime) -> int | None:
    try:
        return now.astimezone(ZoneInfo(zone)).hour
    except (ZoneInfoNotFoundError, ValueError):
        return None
