"""What the journals of every store do."""

from contextlib import aclosing

import anyio
import pytest

from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.journal import START

SHORT = 0.1
KEEP = 1_000


async def texts(store: Store, cursor: str = START, key: str = "a") -> list[bytes]:
    return [entry for _, entry in await store.journal.after("inbox", key, cursor, 10_000)]


async def appended(store: Store, *entries: bytes) -> list[str]:
    return [str(await store.journal.append("inbox", "a", entry, keep=KEEP)) for entry in entries]


@pytest.mark.anyio
class JournalBehaviour:
    async def test_entries_are_read_in_their_order(self, store: Store, replica: Store) -> None:
        assert await texts(store) == []
        cursors = [*await appended(store, b"one", b"\x00two"), *await appended(replica, b"")]
        read = await replica.journal.after("inbox", "a", START, 10)
        assert read == list(zip(cursors, [b"one", b"\x00two", b""], strict=True))

    async def test_a_reader_goes_on_where_it_was(self, store: Store) -> None:
        await appended(store, b"1", b"2", b"3", b"4")
        ((_, first), (cursor, second)) = await store.journal.after("inbox", "a", START, 2)
        assert [first, second] == [b"1", b"2"]
        assert await texts(store, cursor) == [b"3", b"4"]
        assert await texts(store, cursor) == [b"3", b"4"], "readers do not take anything away"

    async def test_a_reader_may_start_at_the_end(self, store: Store) -> None:
        assert await texts(store, await store.journal.end("inbox", "a")) == []
        (cursor,) = await appended(store, b"1")
        assert await store.journal.end("inbox", "a") == cursor
        await appended(store, b"2")
        assert await texts(store, cursor) == [b"2"]

    async def test_journals_do_not_share_entries(self, store: Store) -> None:
        await appended(store, b"1")
        assert await texts(store, key="b") == await store.journal.after("audit", "a", START, 10) == []
        assert await store.get("inbox", "a") is None
        assert await store.keys("inbox") == []

    @pytest.mark.parametrize("cursor", ["", "x", "-1", "1-", "1 ", "1\n", "٣", "9" * 19, "1-2-3", "$", "+"])
    async def test_a_cursor_that_is_none_is_refused(self, cursor: str, store: Store) -> None:
        await appended(store, b"1")
        with pytest.raises(ValueError, match="no cursor"):
            await store.journal.after("inbox", "a", cursor, 10)

    async def test_an_event_is_entered_once(self, store: Store, replica: Store) -> None:
        assert await store.journal.append("inbox", "a", b"1", keep=KEEP, once="event-1") is not None
        assert await replica.journal.append("inbox", "a", b"again", keep=KEEP, once="event-1") is None
        assert await store.journal.append("inbox", "a", b"2", keep=KEEP, once="event-2") is not None
        assert await store.journal.append("inbox", "b", b"1", keep=KEEP, once="event-1") is not None
        assert await texts(store) == [b"1", b"2"]

    async def test_the_oldest_entries_make_room(self, store: Store) -> None:
        for number in range(5):
            await store.journal.append("inbox", "a", b"%d" % number, keep=3, once=f"event-{number}")
        assert await texts(store) == [b"2", b"3", b"4"]
        assert await store.journal.append("inbox", "a", b"2", keep=3, once="event-2") is None
        assert await store.journal.append("inbox", "a", b"0", keep=3, once="event-0") is not None
        assert await texts(store) == [b"3", b"4", b"0"]

    async def test_an_end_of_trimmed_entries_is_no_entry_again(self, store: Store) -> None:
        cursors = await appended(store, b"1", b"2")
        await store.journal.trim("inbox", "a", keep=0)
        assert await texts(store) == []
        (later,) = await appended(store, b"3")
        assert later not in cursors
        assert await texts(store, cursors[-1]) == [b"3"]

    async def test_it_is_trimmed_to_a_number_of_entries(self, store: Store) -> None:
        await appended(store, b"1", b"2", b"3")
        await store.journal.trim("inbox", "a", keep=5)
        assert await texts(store) == [b"1", b"2", b"3"]
        await store.journal.trim("inbox", "a", keep=2)
        assert await texts(store) == [b"2", b"3"]

    async def test_it_is_trimmed_by_age(self, store: Store) -> None:
        await appended(store, b"1", b"2")
        await store.journal.trim("inbox", "a", older_than_secs=60)
        assert await texts(store) == [b"1", b"2"]
        with anyio.fail_after(5):
            while await texts(store):
                await store.journal.trim("inbox", "a", older_than_secs=SHORT)

    async def test_a_journal_ends_when_nothing_is_appended_for_its_time(self, store: Store) -> None:
        await store.journal.append("inbox", "a", b"1", keep=KEEP, ttl_secs=SHORT, once="event-1")
        with anyio.fail_after(5):
            while await texts(store):
                pass
        assert await store.journal.append("inbox", "a", b"again", keep=KEEP, ttl_secs=60, once="event-1") is not None
        assert await texts(store) == [b"again"]

    async def test_the_newest_are_read_oldest_first(self, store: Store) -> None:
        assert await store.journal.newest("inbox", "a", 2) == []
        cursors = await appended(store, b"1", b"2", b"3")
        assert await store.journal.newest("inbox", "a", 2) == [(cursors[1], b"2"), (cursors[2], b"3")]

    async def test_who_watches_a_kind_is_told_the_keys_that_anybody_appends_to(
        self, store: Store, replica: Store
    ) -> None:
        await appended(store, b"before")
        async with store.journal.watch("inbox") as keys, aclosing(keys) as told:
            await replica.journal.append("audit", "a", b"another kind", keep=KEEP)
            await replica.journal.append("inbox", "b", b"1", keep=KEEP)
            with anyio.fail_after(5):
                assert await anext(told) == "b"
            await store.journal.append("inbox", "c", b"1", keep=KEEP, once="1")
            await store.journal.append("inbox", "c", b"1", keep=KEEP, once="1")
            await store.journal.append("inbox", "d", b"1", keep=KEEP)
            with anyio.fail_after(5):
                assert [await anext(told), await anext(told)] == ["c", "d"]
