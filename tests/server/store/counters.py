"""What the counters of every store do."""

import asyncio

import anyio
import pytest

from telnyx_remote_mcp.store.base import Store

SHORT = 0.1


async def over(store: Store, key: str) -> None:
    """Returns when the time of the number is over."""
    with anyio.fail_after(5):
        while await store.counters.get("calls", key):
            pass


@pytest.mark.anyio
class CountersBehaviour:
    async def test_a_counter_adds_up(self, store: Store, replica: Store) -> None:
        assert await store.counters.get("calls", "a") == 0
        assert await store.counters.add("calls", "a", 2, 60) == 2
        assert await replica.counters.add("calls", "a", 0.5, 60) == 2.5
        assert await store.counters.get("calls", "a") == 2.5
        assert await store.counters.get("calls", "b") == await store.counters.get("money", "a") == 0

    async def test_a_counter_adds_up_without_losing_digits(self, store: Store) -> None:
        total = 0.0
        for part in (0.1, 0.2, 123_456_789_012, 1 / 3):
            total += part
            assert await store.counters.add("calls", "a", part, 60) == total

    async def test_an_addition_of_one_name_counts_once(self, store: Store, replica: Store) -> None:
        for each in (store, replica, store):
            await each.counters.add_once("calls", "a", 2, 60, once="first")
        assert await store.counters.get("calls", "a") == 2
        await store.counters.add_once("calls", "a", 0.5, 60, once="second")
        await store.counters.add_once("calls", "b", 1, 60, once="first")
        assert await store.counters.get("calls", "a") == 2.5
        assert await store.counters.get("calls", "b") == 1

    async def test_a_name_outlives_the_number_that_it_was_added_to(self, store: Store) -> None:
        await store.counters.add_once("calls", "a", 2, SHORT, once="first")
        await over(store, "a")
        await store.counters.add_once("calls", "a", 2, 60, once="first")
        assert await store.counters.get("calls", "a") == 0
        await store.counters.add_once("calls", "a", 3, 60, once="second")
        taken = await store.counters.take("calls", "a", 1, 10, 1_000)
        assert (taken.value, 59 < taken.resets_in <= 60) == (4, True)

    async def test_many_tasks_count_an_addition_of_one_name_once(self, store: Store, replica: Store) -> None:
        stores = [store, replica] * 10
        await asyncio.gather(*(each.counters.add_once("calls", "a", 1, 60, once="first") for each in stores))
        assert await store.counters.get("calls", "a") == 1

    async def test_what_is_given_back_is_free_again_and_never_more(self, store: Store) -> None:
        await store.counters.add("calls", "a", 2, 60)
        assert await store.counters.add("calls", "a", -1, 60) == 1
        assert await store.counters.add("calls", "a", -5, 60) == 0
        assert await store.counters.add("calls", "b", -5, 60) == 0
        assert await store.counters.add("calls", "b", 1, 60) == 1

    async def test_the_time_of_a_counter_starts_with_the_first_addition(self, store: Store) -> None:
        await store.counters.add("calls", "a", 1, 60)
        await store.counters.add("calls", "a", 1, 1_000)
        taken = await store.counters.take("calls", "a", 1, 10, 1_000)
        assert taken.value == 3
        assert taken.resets_in <= 60

    async def test_a_counter_that_has_ended_adds_up_anew(self, store: Store) -> None:
        await store.counters.add("calls", "a", 1, SHORT)
        await over(store, "a")
        assert await store.counters.add("calls", "a", 1, 60) == 1

    async def test_a_counter_that_has_ended_is_taken_from_anew(self, store: Store) -> None:
        assert await store.counters.take("calls", "a", 5, 5, SHORT) >= (True, 5.0, 0.0)
        await over(store, "a")
        taken = await store.counters.take("calls", "a", 4, 5, 60)
        assert (taken.allowed, taken.value) == (True, 4.0)
        assert 59 < taken.resets_in <= 60

    async def test_what_would_be_above_the_limit_is_not_taken(self, store: Store, replica: Store) -> None:
        assert (await store.counters.take("calls", "a", 3, 5, 60))[:2] == (True, 3.0)
        refused = await replica.counters.take("calls", "a", 3, 5, 1_000)
        assert refused[:2] == (False, 3.0)
        assert 59 < refused.resets_in <= 60
        assert (await store.counters.take("calls", "a", 2, 5, 60))[:2] == (True, 5.0)
        assert await store.counters.get("calls", "a") == 5

    async def test_a_refusal_alone_starts_no_time(self, store: Store) -> None:
        assert await store.counters.take("calls", "a", 6, 5, 1_000) == (False, 0.0, 0.0)
        taken = await store.counters.take("calls", "a", 5, 5, 60)
        assert taken[:2] == (True, 5.0)
        assert taken.resets_in <= 60

    async def test_counters_are_no_values_of_the_store(self, store: Store) -> None:
        await store.counters.add("calls", "a", 2, 60)
        assert await store.get("calls", "a") is None
        assert await store.keys("calls") == []
        await store.put("calls", "a", b"one")
        assert await store.counters.get("calls", "a") == 2

    async def test_many_tasks_take_no_more_than_there_is(self, store: Store, replica: Store) -> None:
        stores = [store, replica] * 20
        taken = await asyncio.gather(*(each.counters.take("calls", "a", 1, 25, 60) for each in stores))
        assert sorted(each.value for each in taken if each.allowed) == [float(n) for n in range(1, 26)]
