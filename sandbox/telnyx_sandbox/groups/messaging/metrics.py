"""The traffic of a messaging profile: in total, and in twelve intervals of the time frame."""

from collections.abc import Sequence

from ...clock import iso
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..messaging_profiles.profiles import MessagingProfile
from ..numbers.phone_number import numbers_of
from .message import Message

routes = Routes()

TIME_FRAMES = {"1h": 1, "3h": 3, "24h": 24, "3d": 72, "7d": 168, "30d": 720}
"""The lengths of the time frames in hours."""
INTERVALS = 12


@routes.get("/messaging_profiles/{id}/metrics")
def get_metrics(request: Request) -> Reply:
    account, now = request.account, request.account.clock.now()
    profile = account.find(MessagingProfile, request.id)
    time_frame = request.query.choice("time_frame", tuple(TIME_FRAMES)) or "24h"
    interval = TIME_FRAMES[time_frame] * 3600 / INTERVALS
    first = now - INTERVALS * interval
    found = [
        message
        for message in account.collection(Message).values()
        if message.profile_id == profile.id and message.created_at >= first and message.sent_at(now) is not None
    ]
    overview = {
        "record_type": "messaging_profile_metrics",
        "messaging_profile_id": profile.id,
        "phone_numbers": sum(number.messaging_profile_id == profile.id for number in numbers_of(account)),
        "outbound": _counted(found, now),
        "inbound": {"received": _received(found)},
    }
    detailed = [_interval(found, first + index * interval, interval, now) for index in range(INTERVALS)]
    return data({"overview": overview, "detailed": detailed})


def _interval(messages: Sequence[Message], begin: float, secs: float, now: float) -> dict[str, object]:
    within = [message for message in messages if begin <= message.created_at < begin + secs]
    return {
        "timestamp": iso(begin),
        "metrics": [{"label": "longcode", **_counted(within, now), "received": _received(within)}],
    }


def _received(messages: Sequence[Message]) -> int:
    return sum(message.direction == "inbound" for message in messages)


def _counted(messages: Sequence[Message], now: float) -> dict[str, object]:
    """`errors` is the share of sent messages that failed."""
    messages = [message for message in messages if message.direction == "outbound"]
    delivered = sum(message.status(now) == "delivered" for message in messages)
    failed = sum(message.status(now) == "delivery_failed" for message in messages)
    return {
        "sent": len(messages),
        "delivered": delivered,
        "errors": round(failed / len(messages), 4) if messages else 0.0,
    }
