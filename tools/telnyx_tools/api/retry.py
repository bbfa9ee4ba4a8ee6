"""The rules of retries: which calls may be attempted again, and after how long."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum

MAX_ATTEMPTS = 6
MAX_TOTAL_SECS = 30.0
FIRST_DELAY_SECS, MAX_DELAY_SECS = 0.5, 8.0

_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_EPOCH = 1e9
_DAY_SECS = 86_400.0


class Replay(Enum):
    """Whether a request that changes something may be repeated when it may already have been carried out."""

    NEVER = "never"
    """Not if it is a POST or PATCH; yes if its method is idempotent by HTTP."""
    SAFE = "safe"
    """Yes: Telnyx documents that a repetition has no second effect, for example by `command_id`."""
    COSTS = "costs"
    """Never, whatever the method: a second effect would cost money again."""


class Outcome(Enum):
    """The result of one attempt."""

    FINAL = "final"
    """Answered, and a repetition would get the same answer."""
    NOT_SENT = "not sent"
    THROTTLED = "throttled"
    """429: answered and not carried out."""
    UNCERTAIN = "uncertain"
    """Sent, and then a 408, a 5xx or no answer: it may have been carried out."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, sleep and randomness, which tests replace."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    chance: Callable[[], float] = random.random


def outcome_of(status: int) -> Outcome:
    if status == 429:
        return Outcome.THROTTLED
    if status == 408 or (status >= 500 and status != 501):
        return Outcome.UNCERTAIN
    return Outcome.FINAL


def may_repeat_uncertain(method: str, replay: Replay) -> bool:
    """Return whether a call that may have been carried out may be sent again."""
    return replay is not Replay.COSTS and (method in _REPEATABLE or replay is Replay.SAFE)


class Retries:
    """The attempts of one call; `made` counts them. `uncertain` is true once one of them may have been carried out."""

    def __init__(self, method: str, replay: Replay, clock: Clock, most: int = MAX_ATTEMPTS) -> None:
        self.uncertain = False
        self.made = 0
        self._most = most
        self._repeats_uncertain = may_repeat_uncertain(method, replay)
        self._clock = clock
        self._started = clock.monotonic()

    def delay(self, outcome: Outcome, asked: float | None = None) -> float | None:
        """Seconds to wait before the next attempt, at least what Telnyx `asked`; None if there may be no other
        attempt."""
        self.made += 1
        if outcome is Outcome.UNCERTAIN:
            # It stays true: that a later attempt is refused says nothing about this one.
            self.uncertain = True
            if not self._repeats_uncertain:
                return None
        if outcome is Outcome.FINAL or self.made >= self._most:
            return None
        delay = max(self._backoff(), asked or 0.0)
        spent = self._clock.monotonic() - self._started
        return delay if spent + delay <= MAX_TOTAL_SECS else None

    def _backoff(self) -> float:
        # A random time between half and all of the ceiling, so that callers that failed together do not retry together.
        ceiling = min(math.ldexp(FIRST_DELAY_SECS, self.made - 1), MAX_DELAY_SECS)
        return ceiling * (1 + self._clock.chance()) / 2


def retry_after(status: int, headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that the answer asks to wait, at most a day; None if it does not ask.

    `x-ratelimit-reset` is on every answer but counts only with status 429. It holds seconds, or a Unix time if above
    1e9.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    asked = headers.get("retry-after")
    seconds = _number(asked)
    if seconds is None and asked:
        seconds = _until_date(asked, now)
    if seconds is None and status == 429:
        seconds = _until(_number(headers.get("x-ratelimit-reset")), now)
    return None if seconds is None else _bounded(seconds)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _until(reset: float | None, now: float) -> float | None:
    return reset - now if reset is not None and reset > _EPOCH else reset


def _until_date(text: str, now: float) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() - now
    except (ValueError, OverflowError):
        return None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), _DAY_SECS)
