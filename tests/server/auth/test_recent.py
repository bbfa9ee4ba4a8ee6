"""How long a value that was read is believed."""

import pytest
from tests.server.clocks import ManualClock

from telnyx_remote_mcp.auth.recent import Recent
from telnyx_remote_mcp.store.base import StoreUnavailable

pytestmark = pytest.mark.anyio


class Source:
    """Counts how often it is read, and can take its time."""

    def __init__(self, clock: ManualClock, takes_secs: float = 0) -> None:
        self._clock = clock
        self._takes_secs = takes_secs
        self.readings = 0

    async def __call__(self) -> int:
        self._clock.advance(self._takes_secs)
        self.readings += 1
        return self.readings


async def test_a_value_is_read_again_when_it_is_no_longer_recent() -> None:
    clock = ManualClock()
    recent, source = Recent[int](4, 10, clock=clock), Source(clock)
    assert await recent.get("a", source) == 1
    clock.advance(3.9)
    assert await recent.get("a", source) == 1
    clock.advance(0.1)
    assert await recent.get("a", source) == 2


async def test_the_time_counts_from_when_the_reading_began() -> None:
    clock = ManualClock()
    recent, source = Recent[int](4, 10, clock=clock), Source(clock, takes_secs=3)
    assert await recent.get("a", source) == 1
    clock.advance(1)
    assert await recent.get("a", source) == 2


async def test_a_reading_that_fails_is_not_kept() -> None:
    clock = ManualClock()
    recent = Recent[int](4, 10, clock=clock)

    async def fails() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        await recent.get("a", fails)
    assert await recent.get("a", Source(clock)) == 1


async def test_what_was_put_or_forgotten_counts_at_once() -> None:
    clock = ManualClock()
    recent, source = Recent[int](4, 10, clock=clock), Source(clock)
    recent.put("a", 7)
    assert await recent.get("a", source) == 7
    recent.forget("a")
    assert await recent.get("a", source) == 1
    recent.forget("b")


async def test_the_oldest_go_when_there_are_too_many() -> None:
    clock = ManualClock()
    recent, source = Recent[int](4, 2, clock=clock), Source(clock)
    for key in ("a", "b", "c"):
        recent.put(key, 7)
    assert await recent.get("c", source) == 7
    assert await recent.get("b", source) == 7
    assert await recent.get("a", source) == 1


async def test_a_value_that_is_no_longer_recent_is_let_go_with_the_next() -> None:
    clock = ManualClock()
    recent = Recent[str](4, 10, clock=clock)
    recent.put("a", "secret")
    clock.advance(4)
    recent.put("b", "other")
    assert "secret" not in str(vars(recent))


async def test_a_value_counts_for_longer_while_the_store_is_away_and_then_no_more() -> None:
    clock = ManualClock()
    recent, source = Recent[int](4, 10, stale_secs=60, clock=clock), Source(clock)

    async def away() -> int:
        raise StoreUnavailable

    assert await recent.get("a", source) == 1
    clock.advance(59)
    assert await recent.get("a", away) == 1
    clock.advance(1)
    with pytest.raises(StoreUnavailable):
        await recent.get("a", away)
    assert await recent.get("a", source) == 2
