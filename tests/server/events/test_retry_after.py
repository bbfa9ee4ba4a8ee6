"""`Retry-After`: a receiver says when it wants an event again, within the time that the schedule has anyway."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.events.inboxes import message
from tests.server.events.subscribers import QUICK, Gateway, Office, office, site

from telnyx_remote_mcp.events.schedule import Schedule, asked_secs, spread

PAUSES = (0.05, 0.2, 0.5, 4.0)
SECS = st.one_of(st.none(), st.integers(0, 86_400))
PLANNED = st.lists(st.integers(0, 1_000), max_size=6)


@pytest.fixture
async def placed(tmp_path: Path) -> AsyncIterator[tuple[Office, Gateway]]:
    """A server with pauses that differ, and a gateway that has subscribed."""
    async with site(tmp_path) as (hooks, fetch), office(tmp_path, fetch, pace=replace(QUICK, pauses=PAUSES)) as here:
        gateway = hooks.at("/a")
        await here.agent().subscribe("/a", gateway)
        yield here, gateway


@pytest.mark.anyio
class TestDelivery:
    @pytest.mark.parametrize("status", [429, 503])
    async def test_an_event_comes_again_when_its_receiver_asked_for_it(
        self, placed: tuple[Office, Gateway], status: int
    ) -> None:
        here, gateway = placed
        gateway.answers, gateway.retry_after = [status], "1"
        await here.happen(message(1))
        await gateway.until(lambda: gateway.ids == ["event-1"])
        assert gateway.log == [200, status, 204]
        assert gateway.at[2] - gateway.at[1] >= 1

    async def test_a_date_is_understood_too(self, placed: tuple[Office, Gateway]) -> None:
        here, gateway = placed
        due = time.time() + 2
        gateway.answers, gateway.retry_after = [503], formatdate(due, usegmt=True)
        await here.happen(message(1))
        await gateway.until(lambda: gateway.ids == ["event-1"])
        assert time.time() >= int(due)

    async def test_no_other_event_is_begun_meanwhile(self, placed: tuple[Office, Gateway]) -> None:
        here, gateway = placed
        gateway.answers, gateway.retry_after = [429], "1"
        await here.happen(message(0))
        await gateway.until(lambda: 429 in gateway.log)
        await here.happen(*(message(number) for number in range(1, 30)))
        await gateway.until(lambda: len(gateway.ids) == 30)
        assert gateway.log == [200, 429, *[204] * 30]
        assert gateway.at[2] - gateway.at[1] >= 1

    async def test_whoever_asks_for_years_holds_nothing_beyond_the_schedule(self, tmp_path: Path) -> None:
        async with site(tmp_path) as (hooks, fetch), office(tmp_path, fetch) as here:
            gateway, quiet = hooks.at("/a"), hooks.at("/b")
            await here.agent().subscribe("/a", gateway)
            await here.agent().subscribe("/b", quiet)
            gateway.answers, gateway.retry_after = [503] * 2, "99999999"
            await here.happen(message(1))
            await quiet.until(lambda: quiet.ids == ["event-1"])
            await gateway.until(lambda: gateway.log.count(503) == 2)
            await here.settled()
            assert gateway.log == [200, 503, 503], "the second one was the last: its time is over"
            assert gateway.at[2] - gateway.at[1] < 2
            await here.happen(message(2))
            await gateway.until(lambda: gateway.ids == ["event-2"])

    async def test_nobody_is_hurried_and_other_statuses_ask_for_nothing(self, tmp_path: Path) -> None:
        for status, asked in ((503, "0"), (503, "-7"), (429, formatdate(0, usegmt=True)), (500, "3600")):
            folder = tmp_path / f"{status}{len(asked)}"
            folder.mkdir()
            async with site(folder) as (hooks, fetch), office(folder, fetch) as here:
                gateway = hooks.at("/a")
                await here.agent().subscribe("/a", gateway)
                gateway.answers, gateway.retry_after = [status] * 5, asked
                await here.happen(message(1))
                await gateway.until(lambda gateway=gateway: len(gateway.log) == 6)
                pauses = [after - before for before, after in zip(gateway.at[1:], gateway.at[2:], strict=False)]
                assert min(pauses) >= 0.045, asked

    async def test_the_quiet_ends_with_the_server(self, placed: tuple[Office, Gateway]) -> None:
        here, gateway = placed
        gateway.answers, gateway.retry_after = [503], "3600"
        await here.happen(message(1), message(2))
        await gateway.until(lambda: 503 in gateway.log)
        here.delivery.close()
        async with asyncio.timeout(1):
            await asyncio.gather(*here.delivery._tasks, return_exceptions=True)


@given(PLANNED, st.lists(SECS, min_size=7, max_size=7))
def test_pauses_are_never_shorter_than_planned_and_all_of_them_never_longer(
    planned: list[int], asked: list[int | None]
) -> None:
    schedule = Schedule(planned)
    pauses = [pause for each in asked if (pause := schedule.next(each)) is not None]
    assert len(pauses) <= len(planned)
    assert all(pause >= own for pause, own in zip(pauses, planned, strict=False))
    assert sum(pauses) <= sum(planned) * (1 + 1e-9)


@given(PLANNED)
def test_whoever_asks_for_nothing_gets_every_attempt(planned: list[int]) -> None:
    schedule = Schedule(planned)
    assert [schedule.next() for _ in planned] == planned
    assert schedule.next() is None


@given(st.integers(0, 1_000), SECS)
def test_chance_makes_no_pause_shorter_than_was_asked_for(pause: int, asked: int | None) -> None:
    spread_out = spread(pause, asked)
    assert pause * 0.9 <= spread_out <= pause * 1.1
    assert spread_out >= min(asked or 0, pause)


@given(st.text() | st.sampled_from(["1" * 400, "nan", "inf", "-inf", "1e400", "Mon, 99 Foo 9999999999 25:61:61 GMT"]))
def test_whatever_stands_there_is_a_time_within_a_day_or_nothing(text: str) -> None:
    asked = asked_secs(503, {"retry-after": text})
    assert asked is None or 0 <= asked <= 86_400
    assert asked_secs(500, {"retry-after": text}) is None
