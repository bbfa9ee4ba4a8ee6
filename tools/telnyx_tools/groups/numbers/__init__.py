"""Phone numbers: find, order, configure and release them. Each module declares the tools of its noun."""

from telnyx_tools.groups.numbers import (
    addresses,
    available,
    coverage,
    emergency,
    jobs,
    messaging,
    orders,
    owned,
    requirements,
    reservations,
    voice,
)
from telnyx_tools.groups.numbers.group import numbers

__all__ = [
    "addresses",
    "available",
    "coverage",
    "emergency",
    "jobs",
    "messaging",
    "numbers",
    "orders",
    "owned",
    "requirements",
    "reservations",
    "voice",
]
