"""How much is held at a time, and who waits for room."""

import asyncio

import pytest

from telnyx_tools.api.weighted_semaphore import WeightedSemaphore

pytestmark = pytest.mark.anyio


class Holder:
    def __init__(self, semaphore: WeightedSemaphore, count: int) -> None:
        self.holds = False
        self.let_go = asyncio.Event()
        self.task = asyncio.create_task(self._hold(semaphore, count))

    async def _hold(self, semaphore: WeightedSemaphore, count: int) -> None:
        async with semaphore.hold(count):
            self.holds = True
            await self.let_go.wait()
        self.holds = False


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def begun(semaphore: WeightedSemaphore, *counts: int) -> list[Holder]:
    holders = [Holder(semaphore, count) for count in counts]
    await settled()
    return holders


async def ended(*holders: Holder) -> None:
    for holder in holders:
        holder.let_go.set()
    await asyncio.wait([holder.task for holder in holders])
    await settled()


async def test_what_does_not_fit_waits_and_nothing_overtakes_it() -> None:
    holders = await begun(WeightedSemaphore(10), 6, 6, 1)
    assert [holder.holds for holder in holders] == [True, False, False]
    await ended(holders[0])
    assert [holder.holds for holder in holders] == [False, True, True]
    await ended(*holders[1:])


async def test_more_than_there_is_waits_for_all_of_it() -> None:
    semaphore = WeightedSemaphore(10)
    first, huge = await begun(semaphore, 1, 1_000)
    assert not huge.holds
    await ended(first)
    assert huge.holds
    await ended(huge)
    (again,) = await begun(semaphore, 10)
    assert again.holds
    await ended(again)


async def test_whoever_gives_up_waiting_holds_up_nobody() -> None:
    semaphore = WeightedSemaphore(10)
    first, impatient, patient = await begun(semaphore, 6, 6, 4)
    impatient.task.cancel()
    await settled()
    assert patient.holds
    await ended(first, patient)
    (all_of_it,) = await begun(semaphore, 10)
    assert all_of_it.holds
    await ended(all_of_it)
