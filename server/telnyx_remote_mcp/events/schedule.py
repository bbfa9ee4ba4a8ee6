"""The retry schedule: when an event is sent again, and how much later if its receiver asks for that."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from typing import Final

from telnyx_tools.api.retry import retry_after

SPREAD: Final = 0.1
"""The share by which a pause is randomly longer or shorter: events that failed together are not retried together."""
ASKING: Final = frozenset({429, 503})
"""The statuses with which `Retry-After` is obeyed."""
LONGEST_TEXT: Final = 64


class Schedule:
    """The retry pauses of one event, each as long as planned or as the receiver asks for, whichever is longer.

    Together they are never longer than planned. A pause that a receiver asks for beyond that is cut, and if it leaves
    no time for the next planned pause, there is no further attempt.
    """

    def __init__(self, planned: Sequence[float]) -> None:
        self._planned = list(planned)
        self._longer = 0.0

    def next(self, asked: float | None = None) -> float | None:
        """The seconds until the next attempt; None if there is no further one."""
        left = sum(self._planned) - self._longer
        if not self._planned or (planned := self._planned.pop(0)) > left:
            return None
        pause = max(planned, min(asked or 0.0, left))
        self._longer += pause - planned
        return pause


def asked_secs(status: int, headers: Mapping[str, str]) -> float | None:
    """The seconds that an answer asks for with `Retry-After`; None if it asks for none, or cannot be parsed."""
    text = headers.get("retry-after", "")
    if status not in ASKING or not 0 < len(text) <= LONGEST_TEXT:
        return None
    return retry_after(status, {"retry-after": text}, time.time())


def spread(pause: float, asked: float | None) -> float:
    """The pause, randomly a little longer or shorter, but never shorter than was asked for."""
    shortest, longest = pause * (1 - SPREAD), pause * (1 + SPREAD)
    return random.uniform(max(shortest, min(asked or 0.0, pause)), longest)  # noqa: S311 - spreads, keeps no secret
