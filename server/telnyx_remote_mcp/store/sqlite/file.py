"""The SQLite file: creates its tables, and runs statements."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import anyio

from telnyx_remote_mcp.store.base import StoreError, StoreUnavailable
from telnyx_remote_mcp.store.sqlite.clock import NOW, moment, note_boot
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter

if TYPE_CHECKING:
    import aiosqlite

MIN_VERSION: Final = (3, 35)
"""The first version with RETURNING."""
BUSY_SECS: Final = 10.0
CLEAN_EVERY_SECS: Final = 60.0
CLEANED_AT_ONCE: Final = 1_000
CLEAN_SECS: Final = 0.05
"""How long cleaning may delay one write."""
CHECKPOINT_EVERY: Final = 500
"""Statements between two checkpoints of a file that is not durable."""

# Only ever add to the schema: it opens the files of all earlier versions, and earlier versions open files made with it.
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS entries (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    expires_at REAL NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at);
CREATE TABLE IF NOT EXISTS counters (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value REAL NOT NULL,
    expires_at REAL NOT NULL,
    allowed INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS counters_by_expiry ON counters (expires_at);
CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    once TEXT,
    entry BLOB NOT NULL,
    appended_at REAL NOT NULL,
    expires_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS journal_by_key ON journal (kind, key, id);
CREATE UNIQUE INDEX IF NOT EXISTS journal_once ON journal (kind, key, once) WHERE once IS NOT NULL;
CREATE INDEX IF NOT EXISTS journal_by_expiry ON journal (expires_at);
CREATE TABLE IF NOT EXISTS clock (boot TEXT PRIMARY KEY, booted_at REAL NOT NULL);
"""
_CLEAN: Final = tuple(
    f"""
DELETE FROM {table} WHERE {key} IN (SELECT {columns} FROM {table} WHERE expires_at <= :now LIMIT :most) RETURNING 1
"""  # noqa: S608 - names from below
    for table, key, columns in (
        ("entries", "(kind, key)", "kind, key"),
        ("counters", "(kind, key)", "kind, key"),
        ("journal", "id", "id"),
    )
)
_ENDS: Final = f"coalesce({NOW} + :ttl_secs, 9e999)"


class SqliteFile:
    """One file, which only its owner can read; it must lie on a local disk. It is opened with the first statement.

    A finished statement survives the end of the process. If the file is `durable` it survives a crash of the machine
    too: it waits for the disk, in a thread. If not, statements run directly on the event loop, in a fifth of the time.
    The thread is then only used while another process is writing, and for checkpoints, which wait for the disk.

    Every statement is a transaction of its own, which waits `busy_secs` for writers in other processes. What belongs
    together must be one statement: all tasks share the connection, so the transaction of one would include the
    statements of the others.
    """

    def __init__(
        self, path: Path, *, busy_secs: float = BUSY_SECS, durable: bool = True, meter: Meter = UNMEASURED
    ) -> None:
        self._path = path
        self._durable = durable
        self._meter = meter
        self._busy_secs = busy_secs
        self._opening = anyio.Lock()
        self._prepared = False
        self._boot: str | None = None
        self._connection: aiosqlite.Connection | None = None
        self._direct: sqlite3.Connection | None = None
        self._direct_runs = 0
        self._clean_at = 0.0

    def prepare(self) -> None:
        """Create the file and its tables. Raises StoreError for a path that cannot be used."""
        if not self._prepared:
            self._boot = _prepare(self._path)
            self._prepared = True

    async def run(self, statement: str, *, ttl_secs: float | None = None, **values: object) -> list[sqlite3.Row]:
        """Run one statement and return its rows. Raises StoreUnavailable.

        In a statement `:now` is the time of the file's clock, and `:ends` is `ttl_secs` later, or never if that is
        None.
        """
        began, outcome = time.perf_counter(), "unavailable"
        try:
            connection = self._connection or await self._open()
            statement, values = _timed(statement), {**values, **moment(self._boot), "ttl_secs": ttl_secs}
            rows = self._run_directly(statement, values)
            if rows is None:
                rows = list(await connection.execute_fetchall(statement, values))
            elif self._direct_runs % CHECKPOINT_EVERY == 0:
                await connection.execute_fetchall("PRAGMA wal_checkpoint(PASSIVE)")
            outcome = "ok"
            return rows
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"{self._path.name}: {error}") from error
        except StoreError as error:
            raise StoreUnavailable(str(error)) from error
        finally:
            self._meter.store("sqlite", outcome, time.perf_counter() - began)

    def _run_directly(self, statement: str, values: Mapping[str, object]) -> list[sqlite3.Row] | None:
        """Run the statement without the thread. Returns None if another process is writing, so that it has to wait."""
        if self._direct is None:
            return None
        try:
            rows = self._direct.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                return None
            raise
        self._direct_runs += 1
        return rows

    async def clean(self) -> None:
        """Delete what has expired, at most once a minute; called before a write that makes the file larger.

        It deletes in small transactions, between which others can write, until nothing is left. If that takes too long,
        the next call goes on.
        """
        began = time.monotonic()
        if began < self._clean_at:
            return
        self._clean_at = began + CLEAN_EVERY_SECS  # set first: other tasks call this meanwhile
        for statement in _CLEAN:
            while len(await self.run(statement, most=CLEANED_AT_ONCE)) == CLEANED_AT_ONCE:
                if time.monotonic() - began > CLEAN_SECS:
                    self._clean_at = began
                    return

    async def aclose(self) -> None:
        """Close the file; the next statement opens it again."""
        async with self._opening:
            if self._direct is not None:
                self._direct.close()
                self._direct = None
            if self._connection is not None:
                await self._connection.close()
                self._connection = None

    async def _open(self) -> aiosqlite.Connection:
        import aiosqlite

        async with self._opening:
            if self._connection is None:
                await anyio.to_thread.run_sync(self.prepare)
                # Autocommit: a transaction left open would lock out every other process.
                self._connection = await aiosqlite.connect(self._path, timeout=self._busy_secs, isolation_level=None)
                if not self._durable:
                    await self._connection.execute("PRAGMA synchronous = NORMAL")
                    self._direct = sqlite3.connect(self._path, timeout=0, isolation_level=None)
                    self._direct.executescript("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0")
            return self._connection


@cache
def _timed(statement: str) -> str:
    """The statement with the SQL for `:now` and `:ends` put in."""
    return statement.replace(":now", NOW).replace(":ends", _ENDS)


def _prepare(path: Path) -> str | None:
    """Create the file, and return the boot id for its clock. SQLite creates its other files with the same mode."""
    if sqlite3.sqlite_version_info < MIN_VERSION:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old, 3.35 is needed: use another build of Python, "
            "or keep the data in Redis with TELNYX_MCP_REDIS_URL"
        )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
        connection = sqlite3.connect(path, timeout=BUSY_SECS, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
            return note_boot(connection)
        finally:
            connection.close()
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"Nothing can be kept in {path} ({error}); set TELNYX_MCP_DATA_DIR to a directory on a local disk "
            "that the server may write"
        ) from error
