"""The time of day in the places where a phone number may be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NIGHT: Final = (21, 8)
"""The hour from which, and the hour until which, people are not to be disturbed."""


def is_night(number: str, now: datetime | None = None) -> bool:
    """Whether it is night in every place where an E.164 number may be; False if its place is unknown."""
    begins, ends = NIGHT
    times = local_times(number, now)
    return bool(times) and all(local.hour >= begins or local.hour < ends for local in times)


def local_times(number: str, now: datetime | None = None) -> list[datetime]:
    """The time in every place where an E.164 number may be; empty if its place is unknown."""
    from phonenumbers import NumberParseException, parse
    from phonenumbers.timezone import time_zones_for_number

    try:
        zones = time_zones_for_number(parse(number))
    except NumberParseException:
        return []
    return [local for zone in zones if (local := local_time(zone, now)) is not None]


def local_time(zone: str, now: datetime | None = None) -> datetime | None:
    """The time in a zone; None if this machine does not know the zone."""
    try:
        return (now or datetime.now(UTC)).astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return None
