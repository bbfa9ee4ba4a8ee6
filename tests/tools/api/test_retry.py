"""The retry policy, without a network."""

from email.utils import formatdate

import httpx2
import pytest
from tests.tools.api.upstream import Naps

from telnyx_tools.api.retry import MAX_TOTAL_SECS, Clock, Outcome, Replay, Retries, outcome_of, retry_after

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("outcome", "method", "replay", "repeated"),
    [
        (Outcome.UNCERTAIN, "GET", Replay.NEVER, True),
        (Outcome.UNCERTAIN, "PUT", Replay.NEVER, True),
        (Outcome.UNCERTAIN, "DELETE", Replay.NEVER, True),
        (Outcome.UNCERTAIN, "PATCH", Replay.NEVER, False),
        (Outcome.UNCERTAIN, "POST", Replay.NEVER, False),
        (Outcome.UNCERTAIN, "POST", Replay.SAFE, True),
        (Outcome.UNCERTAIN, "POST", Replay.COSTS, False),
        (Outcome.UNCERTAIN, "PUT", Replay.COSTS, False),
        (Outcome.THROTTLED, "PUT", Replay.COSTS, True),
        (Outcome.THROTTLED, "POST", Replay.NEVER, True),
        (Outcome.THROTTLED, "PATCH", Replay.NEVER, True),
        (Outcome.NOT_SENT, "POST", Replay.NEVER, True),
        (Outcome.NOT_SENT, "PATCH", Replay.NEVER, True),
        (Outcome.FINAL, "GET", Replay.SAFE, False),
    ],
)
def test_which_outcome_of_which_method_is_repeated(
    outcome: Outcome, method: str, replay: Replay, repeated: bool
) -> None:
    assert (Retries(method, replay, Naps().clock).delay(outcome) is not None) is repeated


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (429, Outcome.THROTTLED),
        (500, Outcome.UNCERTAIN),
        (503, Outcome.UNCERTAIN),
        (408, Outcome.UNCERTAIN),
        (501, Outcome.FINAL),
        (404, Outcome.FINAL),
        (302, Outcome.FINAL),
    ],
)
def test_what_a_status_tells(status: int, outcome: Outcome) -> None:
    assert outcome_of(status) is outcome


def test_delays_double_up_to_eight_seconds_and_end() -> None:
    retries = Retries("GET", Replay.NEVER, Naps().clock)
    delays = [retries.delay(Outcome.UNCERTAIN) for _ in range(6)]
    assert delays == [0.5, 1.0, 2.0, 4.0, 8.0, None]


def test_jitter_takes_up_to_half_of_a_delay_away() -> None:
    luckiest = Clock(chance=lambda: 0.0)
    assert Retries("GET", Replay.NEVER, luckiest).delay(Outcome.THROTTLED) == 0.25


def test_a_longer_wait_that_telnyx_asks_for_is_honoured_a_shorter_one_is_not() -> None:
    retries = Retries("GET", Replay.NEVER, Naps().clock)
    assert [retries.delay(Outcome.THROTTLED, asked) for asked in (7.0, 0.0)] == [7.0, 1.0]


def test_no_retry_is_begun_that_would_end_after_thirty_seconds() -> None:
    naps = Naps()
    retries = Retries("GET", Replay.NEVER, naps.clock)
    assert retries.delay(Outcome.THROTTLED, MAX_TOTAL_SECS) == MAX_TOTAL_SECS
    naps.taken.append(25.0)
    assert retries.delay(Outcome.THROTTLED, 6.0) is None


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "3"}, 3.0),
        (503, {"Retry-After": "1.5"}, 1.5),
        (429, {"Retry-After": formatdate(NOW + 20, usegmt=True)}, 20.0),
        (429, {"Retry-After": formatdate(NOW - 20, usegmt=True)}, 0.0),
        (429, {"Retry-After-Ms": "250", "Retry-After": "3"}, 0.25),
        (429, {"X-RateLimit-Reset": "12"}, 12.0),
        (429, {"X-RateLimit-Reset": str(int(NOW) + 9)}, 9.0),
        (429, {"Retry-After": "2", "X-RateLimit-Reset": "12"}, 2.0),
        (503, {"X-RateLimit-Reset": "12"}, None),
        (429, {"Retry-After": "soon"}, None),
        (429, {"Retry-After": "nan", "X-RateLimit-Reset": "inf"}, None),
        (429, {"Retry-After": "-5"}, 0.0),
        (429, {"Retry-After": "1e300"}, 86_400.0),
        (429, {"Retry-After": "Mon, 01 Jan 99999 00:00:00 GMT"}, None),
        (429, {}, None),
    ],
)
def test_the_wait_that_an_answer_asks_for(status: int, headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(status, httpx2.Headers(headers), NOW) == seconds
