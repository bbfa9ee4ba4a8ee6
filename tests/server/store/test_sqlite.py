"""The store in a file."""

import shutil
import sqlite3
import stat
import time
from pathlib import Path

import anyio
import pytest
from tests.server.store.behaviour import SHORT, StoreBehaviour, ended, opened
from tests.server.store.stored import Stored

from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import Store, StoreError, StoreUnavailable
from telnyx_remote_mcp.store.journal import START
from telnyx_remote_mcp.store.sqlite import SqliteStore

TABLES = ("entries", "counters", "journal")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


class TestSqliteStore(StoreBehaviour):
    async def test_its_files_are_for_their_owner_only(self, settings: Settings, store: Store) -> None:
        await store.put("code", "a", b"one")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in settings.data_dir.iterdir()}
        assert modes == {"state.db": 0o600, "state.db-wal": 0o600, "state.db-shm": 0o600}
        assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700

    async def test_a_file_that_others_could_read_is_closed_to_them(self, settings: Settings) -> None:
        settings.data_dir.mkdir()
        path = settings.data_dir / "state.db"
        path.touch(0o644)
        open_store(settings).prepare()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    async def test_what_has_expired_is_deleted_in_passing(
        self, settings: Settings, store: Store, replica: Store
    ) -> None:
        for number in range(20):
            await store.put("code", str(number), b"one", SHORT)
        await ended(store, "code", "19")
        await replica.put("grant", "a", b"two")
        file = sqlite3.connect(settings.data_dir / "state.db")
        assert file.execute("SELECT kind FROM entries").fetchall() == [("grant",)]
        file.close()

    @pytest.mark.parametrize("by", [3_600.0, -3_600.0])
    async def test_a_clock_that_is_moved_ends_nothing_early_and_nothing_late(
        self, settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch, by: float
    ) -> None:
        await store.put("code", "a", b"one", 600)
        await store.put("code", "soon over", b"one", SHORT)
        await store.counters.add("calls", "a", 1, 600)
        await store.journal.append("inbox", "a", b"one", keep=9, ttl_secs=600)
        right = time.time
        monkeypatch.setattr("time.time", lambda: right() + by)
        async with opened(settings) as begun_since:
            for each in (store, begun_since):
                await each.put("code", "another", b"one")  # deletes in passing what is over
                assert await each.get("code", "a") == b"one"
                assert await each.counters.get("calls", "a") == 1
                assert len(await each.journal.after("inbox", "a", START, 9)) == 1
                await ended(each, "code", "soon over")

    async def test_a_clock_that_was_not_set_yet_counts_no_longer_once_it_is(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        right = time.time
        monkeypatch.setattr("time.time", lambda: right() - 50 * 365 * 86_400)
        async with opened(settings):
            pass
        monkeypatch.undo()
        async with opened(settings) as store:
            await store.put("grant", "a", b"one", 600)
        file = sqlite3.connect(settings.data_dir / "state.db")
        ((ends,),) = file.execute("SELECT expires_at FROM entries")
        assert abs(ends - right() - 600) < 60
        file.close()

    @pytest.mark.parametrize("by", [2 * 86_400.0, -2 * 86_400.0, 50 * 365 * 86_400.0])
    async def test_processes_agree_on_the_time_though_the_clock_was_set_by_days_between_their_starts(
        self, settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch, by: float
    ) -> None:
        """As of a machine that learns the time when some of the processes run already."""
        assert await store.add("call", "a", b"one", 86_399)
        assert await store.add("call", "soon over", b"one", SHORT)
        await store.counters.add("calls", "a", 1, 600)
        await store.journal.append("inbox", "a", b"one", keep=9, ttl_secs=600)
        right = time.time
        monkeypatch.setattr("time.time", lambda: right() + by)
        async with opened(settings) as begun_since:
            for each in (store, begun_since):
                assert not await each.add("call", "a", b"two")
                assert await each.counters.get("calls", "a") == 1
                await each.journal.trim("inbox", "a", older_than_secs=60)
                assert len(await each.journal.after("inbox", "a", START, 9)) == 1
                await ended(each, "call", "soon over")
            assert await begun_since.add("call", "b", b"one", 600)
            assert not await store.add("call", "b", b"two", 600)

    async def test_it_is_cleaned_until_nothing_is_left_to_clean(self, settings: Settings, store: Store) -> None:
        store.prepare()
        file = sqlite3.connect(settings.data_dir / "state.db")
        with file:
            file.executemany(
                "INSERT INTO entries VALUES ('code', ?, x'00', 1.0)", ((str(number),) for number in range(20_000))
            )
            file.execute("INSERT INTO counters VALUES ('calls', 'a', 1, 1.0, 1)")
            file.execute("INSERT INTO journal VALUES (1, 'inbox', 'a', NULL, x'00', 1.0, 1.0)")
        with anyio.fail_after(20):
            while sum(file.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES) > 1:
                await store.put("grant", "a", b"one")
        file.close()

    async def test_a_writer_that_does_not_finish_makes_it_unavailable_for_writing(self, settings: Settings) -> None:
        path = settings.data_dir / "state.db"
        store = SqliteStore(path, busy_secs=SHORT)
        await store.put("code", "a", b"one")
        file = sqlite3.connect(path, isolation_level=None)
        file.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            await store.put("code", "a", b"two")
        assert await store.get("code", "a") == b"one"
        file.execute("ROLLBACK")
        await store.put("code", "a", b"two")
        file.close()
        await store.aclose()

    async def test_it_opens_again_after_it_was_closed(self, store: Store) -> None:
        await store.put("code", "a", b"one")
        await store.aclose()
        assert await store.get("code", "a") == b"one"


@pytest.mark.anyio
async def test_nothing_touches_the_disk_before_the_first_use(settings: Settings) -> None:
    store = open_store(settings)
    await store.aclose()
    assert not settings.data_dir.exists()
    assert await store.get("code", "a") is None
    assert settings.data_dir.exists()
    await store.aclose()


@pytest.mark.anyio
async def test_a_file_that_cannot_be_opened_on_first_use_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = open_store(Settings(data_dir=tmp_path / "file"))
    with pytest.raises(StoreUnavailable, match="TELNYX_MCP_DATA_DIR"):
        await store.get("code", "a")


@pytest.mark.anyio
async def test_a_file_of_an_earlier_version_takes_counters_and_journals(tmp_path: Path) -> None:
    """And that version can still open it: replicas of both may run for a while."""
    shutil.copy(Stored("0.1.0").file, tmp_path / "state.db")
    store = open_store(Settings(data_dir=tmp_path))
    assert await store.counters.add("calls", "a", 1, 60) == 1
    assert await store.journal.append("inbox", "a", b"1", keep=1) is not None
    await store.aclose()
    file = sqlite3.connect(tmp_path / "state.db")
    assert file.execute("SELECT count(*) FROM entries").fetchone()[0] == len(Stored("0.1.0").entries)
    file.close()


def test_a_file_that_is_no_database_is_refused(settings: Settings) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / "state.db").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match="TELNYX_MCP_DATA_DIR"):
        open_store(settings).prepare()


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="TELNYX_MCP_DATA_DIR"):
        open_store(Settings(data_dir=tmp_path / "file")).prepare()


def test_an_sqlite_that_is_too_old_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(StoreError, match="too old"):
        open_store(settings).prepare()
