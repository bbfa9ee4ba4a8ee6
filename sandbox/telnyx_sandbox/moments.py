"""Moments in requests: date-times in ISO 8601, in UTC unless they name a time zone."""

from datetime import UTC, datetime

from .errors import SandboxError
from .query import Query


def moment_of(text: str, *, parameter: str | None = None, pointer: str | None = None) -> float:
    """The moment in a text. Raises SandboxError, which names the parameter or field, if it is not a moment."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        detail = "Write the moment as an ISO 8601 date-time."
        raise SandboxError("10015", detail, parameter=parameter, pointer=pointer) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def queried_moment(query: Query, parameter: str) -> float | None:
    text = query.text(parameter)
    return None if text is None else moment_of(text, parameter=parameter)
