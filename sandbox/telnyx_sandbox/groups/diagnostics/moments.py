"""Moments in a query: date-times of ISO 8601, UTC where they do not say."""

from datetime import UTC, datetime

from ...errors import SandboxError
from ...request import Request


def moment_of(request: Request, parameter: str) -> float | None:
    text = request.query.text(parameter)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SandboxError("10015", "Write the moment as an ISO 8601 date-time.", parameter=parameter) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
