"""What every store does. A test module for one store gives the `settings` that open an empty one."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import anyio
import pytest
from tests.server.store.counters import CountersBehaviour
from tests.server.store.journals import JournalBehaviour
from tests.server.store.racer import EVENTS, KEYS, LIMIT, ROUNDS
from tests.server.store.racing import race

from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import MAX_KEYS, Store
from telnyx_remote_mcp.store.journal import START

SHORT = 0.1


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """A store that is open already: opening it takes longer than the shortest values live."""
    async with aclosing(open_store(settings)) as store:
        await store.get("any", "key")
        yield store


async def ended(store: Store, kind: str, key: str) -> None:
    """Returns when the value's time is over."""
    with anyio.fail_after(5):
        while await store.get(kind, key) is not None:
            pass


@pytest.mark.anyio
class StoreBehaviour(CountersBehaviour, JournalBehaviour):
    @pytest.fixture
    async def store(self, settings: Settings) -> AsyncIterator[Store]:
        async with opened(settings) as store:
            yield store

    @pytest.fixture
    async def replica(self, settings: Settings) -> AsyncIterator[Store]:
        """Another process's view of the same store."""
        async with opened(settings) as store:
            yield store

    async def test_a_value_is_there_until_it_is_deleted(self, store: Store) -> None:
        assert await store.get("code", "a") is None
        await store.put("code", "a", b"\x00one")
        assert await store.get("code", "a") == b"\x00one"
        await store.put("code", "a", b"")
        assert await store.get("code", "a") == b""
        await store.delete("code", "a")
        assert await store.get("code", "a") is None
        await store.delete("code", "a")

    async def test_kinds_do_not_share_keys(self, store: Store) -> None:
        await store.put("code", "a", b"one")
        await store.put("grant", "a", b"two")
        await store.delete("code", "a")
        assert await store.get("grant", "a") == b"two"

    async def test_another_replica_sees_a_value_at_once(self, store: Store, replica: Store) -> None:
        await store.put("code", "a", b"one")
        assert await replica.get("code", "a") == b"one"
        assert await replica.take("code", "a") == b"one"
        assert await store.get("code", "a") is None

    async def test_values_outlive_the_process_that_wrote_them(self, settings: Settings) -> None:
        first = open_store(settings)
        await first.put("grant", "a", b"one")
        await first.aclose()
        second = open_store(settings)
        assert await second.get("grant", "a") == b"one"
        await second.aclose()

    async def test_a_value_ends_when_its_time_is_over(self, store: Store) -> None:
        await store.put("code", "a", b"one", SHORT)
        await ended(store, "code", "a")
        assert await store.take("code", "a") is None
        assert await store.keys("code") == []
        assert not await store.swap("code", "a", b"one", b"two")

    async def test_a_value_that_has_ended_can_be_added_anew(self, store: Store) -> None:
        assert await store.add("code", "a", b"one", SHORT)
        await ended(store, "code", "a")
        assert await store.add("code", "a", b"two")
        assert await store.get("code", "a") == b"two"

    async def test_a_value_put_without_a_time_no_longer_ends(self, store: Store) -> None:
        await store.put("code", "a", b"one", SHORT)
        await store.put("code", "b", b"one", SHORT)
        await store.put("code", "a", b"two")
        await ended(store, "code", "b")
        assert await store.get("code", "a") == b"two"

    async def test_adding_leaves_what_is_there(self, store: Store) -> None:
        assert await store.add("code", "a", b"one")
        assert not await store.add("code", "a", b"two")
        assert await store.get("code", "a") == b"one"

    async def test_a_swap_needs_the_old_value_to_be_there(self, store: Store) -> None:
        assert not await store.swap("code", "a", b"", b"two")
        await store.put("code", "a", b"one")
        assert not await store.swap("code", "a", b"other", b"two")
        assert await store.swap("code", "a", b"one", b"two")
        assert await store.get("code", "a") == b"two"

    async def test_a_swapped_value_has_a_time_of_its_own(self, store: Store) -> None:
        await store.put("code", "lasts", b"one", SHORT)
        assert await store.swap("code", "lasts", b"one", b"two")
        await store.put("code", "ends", b"one")
        assert await store.swap("code", "ends", b"one", b"two", SHORT)
        await ended(store, "code", "ends")
        assert await store.get("code", "lasts") == b"two"

    async def test_what_is_taken_is_gone(self, store: Store) -> None:
        await store.put("code", "a", b"one")
        assert await store.take("code", "a") == b"one"
        assert await store.take("code", "a") is None

    async def test_a_value_that_has_changed_is_not_deleted(self, store: Store) -> None:
        await store.put("code", "a", b"one")
        await store.delete("code", "a", only=b"other")
        assert await store.get("code", "a") == b"one"
        await store.delete("code", "a", only=b"one")
        assert await store.get("code", "a") is None

    async def test_keys_are_listed_by_kind_and_prefix(self, store: Store) -> None:
        for key in ("b.2", "b.1", "a.1", "b*1", "c"):
            await store.put("grant", key, b"")
        await store.put("code", "b.3", b"")
        assert await store.keys("grant", "b.") == ["b.1", "b.2"]
        assert await store.keys("grant", "b*") == ["b*1"]
        assert await store.keys("grant", "[bc]") == []
        assert await store.keys("grant") == ["a.1", "b*1", "b.1", "b.2", "c"]

    async def test_a_listing_is_bounded(self, store: Store) -> None:
        for number in range(MAX_KEYS + 5):
            await store.put("grant", f"{number:05}", b"")
        assert len(await store.keys("grant")) == MAX_KEYS

    async def test_one_of_many_tasks_wins_each_race(self, store: Store, replica: Store) -> None:
        stores = [store, replica] * 50
        added = await asyncio.gather(*(each.add("code", "a", b"%d" % n) for n, each in enumerate(stores)))
        assert added.count(True) == 1
        kept = await store.get("code", "a")
        assert kept == b"%d" % added.index(True)
        swapped = await asyncio.gather(*(each.swap("code", "a", kept, b"-%d" % n) for n, each in enumerate(stores)))
        assert swapped.count(True) == 1
        taken = await asyncio.gather(*(each.take("code", "a") for each in stores))
        assert [value for value in taken if value is not None] == [b"-%d" % swapped.index(True)]

    async def test_processes_share_the_winnings_and_take_turns(self, settings: Settings, store: Store) -> None:
        for key in KEYS:
            await store.put("take", key, b"prize")
            await store.put("swap", key, b"start")
        won = await anyio.to_thread.run_sync(run_racers, settings, 3)
        for contest in ("added", "taken", "swapped", "entered"):
            assert sorted(key for winnings in won for key in winnings[contest]) == sorted(KEYS)
        assert await store.get("count", "total") == b"%d" % (3 * ROUNDS)
        assert await store.counters.get("added", "total") == 3 * len(KEYS)
        assert sum(len(winnings["allowed"]) for winnings in won) == await store.counters.get("taken", "total") == LIMIT

    async def test_a_reader_misses_nothing_that_processes_append_at_once(
        self, settings: Settings, store: Store
    ) -> None:
        seen: list[bytes] = []

        async def read() -> None:
            cursor = START
            while len(seen) < 3 * EVENTS:
                if found := await store.journal.after("race", "events", cursor, 7):
                    cursor = found[-1][0]
                    seen.extend(entry for _, entry in found)

        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(read)
                tasks.start_soon(anyio.to_thread.run_sync, run_racers, settings, 3)
        assert len(set(seen)) == 3 * EVENTS
        by_process: dict[bytes, list[int]] = {}
        for process, _, number in (entry.partition(b" ") for entry in seen):
            by_process.setdefault(process, []).append(int(number))
        assert list(by_process.values()) == [list(range(EVENTS))] * 3

    async def test_a_lock_is_held_by_one_at_a_time(self, store: Store, replica: Store) -> None:
        inside, most = 0, 0

        async def enter(through: Store) -> None:
            nonlocal inside, most
            async with through.locked("refresh"):
                inside += 1
                most = max(most, inside)
                await through.get("code", "a")
                inside -= 1

        with anyio.fail_after(20):
            await asyncio.gather(*(enter(each) for each in [store, replica] * 5))
        assert most == 1

    async def test_locks_of_different_names_do_not_wait_for_each_other(self, store: Store, replica: Store) -> None:
        with anyio.fail_after(5):
            async with store.locked("one"), replica.locked("other"):
                assert await store.keys("lock") == ["one", "other"]

    async def test_a_lock_is_let_go_when_the_work_fails_or_is_cancelled(self, store: Store, replica: Store) -> None:
        with pytest.raises(LookupError):
            async with store.locked("refresh"):
                raise LookupError
        with anyio.move_on_after(SHORT):
            async with store.locked("refresh"):
                await anyio.sleep_forever()
        with anyio.fail_after(5):
            async with replica.locked("refresh"):
                assert await store.keys("lock") == ["refresh"]

    async def test_work_that_outlasts_its_lock_is_ended(self, store: Store) -> None:
        with anyio.fail_after(5):
            with pytest.raises(TimeoutError):
                async with store.locked("refresh", SHORT):
                    await anyio.sleep_forever()

    async def test_the_lock_of_a_process_that_died_opens_with_time(self, store: Store, replica: Store) -> None:
        await replica.add("lock", "refresh", b"the token of a dead process", SHORT)
        with anyio.fail_after(5):
            async with store.locked("refresh"):
                assert await store.get("lock", "refresh") != b"the token of a dead process"

    async def test_a_lock_that_was_lost_is_not_taken_from_its_next_holder(self, store: Store, replica: Store) -> None:
        async with store.locked("refresh"):
            await replica.put("lock", "refresh", b"the next holder")
        assert await store.get("lock", "refresh") == b"the next holder"


def run_racers(settings: Settings, count: int) -> list[dict[str, list[str]]]:
    """What each of several processes won, that start at once."""
    env = {"PATH": os.environ["PATH"], **settings.environment()}
    command = [sys.executable, "-m", "tests.server.store.racer"]
    return [json.loads(won) for won in race(command, count, env=env, cwd=Path(__file__).parents[3])]
