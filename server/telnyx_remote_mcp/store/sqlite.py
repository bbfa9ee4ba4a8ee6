"""The store of one machine: a file that all its processes share."""

import os
import sqlite3
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

import aiosqlite
import anyio

from telnyx_remote_mcp.store.base import MAX_KEYS, StoreError, StoreUnavailable
from telnyx_remote_mcp.store.locks import locked

MIN_VERSION: Final = (3, 35)
"""The first with RETURNING."""
BUSY_SECS: Final = 10.0
CLEAN_EVERY_SECS: Final = 60.0
_CLEANED_AT_ONCE: Final = 1_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    expires_at REAL NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at);
"""
_GET = "SELECT value FROM entries WHERE kind = ? AND key = ? AND expires_at > ?"
_PUT = """
INSERT INTO entries (kind, key, value, expires_at) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
"""
_ADD = _PUT + " WHERE entries.expires_at <= ? RETURNING 1"
_SWAP = """
UPDATE entries SET value = ?, expires_at = ? WHERE kind = ? AND key = ? AND value = ? AND expires_at > ? RETURNING 1
"""
_TAKE = "DELETE FROM entries WHERE kind = ? AND key = ? RETURNING value, expires_at"
# A value compared with NULL is NULL: without `only` every value is deleted.
_DELETE = "DELETE FROM entries WHERE kind = ? AND key = ? AND coalesce(value = ?, TRUE)"
_KEYS = "SELECT key FROM entries WHERE kind = ? AND key BETWEEN ? AND ? AND expires_at > ? ORDER BY key LIMIT ?"
_CLEAN = """
DELETE FROM entries WHERE (kind, key) IN (SELECT kind, key FROM entries WHERE expires_at <= ? LIMIT ?)
"""
_LAST = "\U0010ffff"
_NEVER = float("inf")


class SqliteStore:
    """Values in one SQLite file, which only its owner can read; it must lie on a local disk.

    Every operation is one statement, which waits `busy_secs` for writers in other processes. What has expired is
    deleted in passing. Raises StoreError for a path that cannot be used.
    """

    def __init__(self, path: Path, *, busy_secs: float = BUSY_SECS) -> None:
        self._path = path
        self._busy_secs = busy_secs
        self._opening = anyio.Lock()
        self._connection: aiosqlite.Connection | None = None
        self._clean_at = 0.0
        _prepare(path)

    async def get(self, kind: str, key: str) -> bytes | None:
        rows = await self._run(_GET, kind, key, time.time())
        return bytes(rows[0][0]) if rows else None

    async def put(self, kind: str, key: str, value: bytes, ttl_secs: float | None = None) -> None:
        await self._clean()
        await self._run(_PUT, kind, key, value, _expiry(ttl_secs))

    async def add(self, kind: str, key: str, value: bytes, ttl_secs: float | None = None) -> bool:
        await self._clean()
        return bool(await self._run(_ADD, kind, key, value, _expiry(ttl_secs), time.time()))

    async def swap(self, kind: str, key: str, old: bytes, new: bytes, ttl_secs: float | None = None) -> bool:
        return bool(await self._run(_SWAP, new, _expiry(ttl_secs), kind, key, old, time.time()))

    async def take(self, kind: str, key: str) -> bytes | None:
        rows = await self._run(_TAKE, kind, key)
        return bytes(rows[0][0]) if rows and rows[0][1] > time.time() else None

    async def delete(self, kind: str, key: str, *, only: bytes | None = None) -> None:
        await self._run(_DELETE, kind, key, only)

    async def keys(self, kind: str, prefix: str = "") -> list[str]:
        rows = await self._run(_KEYS, kind, prefix, prefix + _LAST, time.time(), MAX_KEYS)
        return [str(row[0]) for row in rows]

    def locked(self, name: str, ttl_secs: float = 30) -> AbstractAsyncContextManager[None]:
        return locked(self, name, ttl_secs)

    async def aclose(self) -> None:
        async with self._opening:
            if self._connection is not None:
                await self._connection.close()
                self._connection = None

    async def _run(self, statement: str, *values: object) -> list[sqlite3.Row]:
        try:
            connection = self._connection or await self._open()
            return list(await connection.execute_fetchall(statement, values))
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"{self._path.name}: {error}") from error

    async def _open(self) -> aiosqlite.Connection:
        async with self._opening:
            if self._connection is None:
                # Autocommit: a transaction that is left open would lock every other process out.
                self._connection = await aiosqlite.connect(self._path, timeout=self._busy_secs, isolation_level=None)
            return self._connection

    async def _clean(self) -> None:
        now = time.monotonic()
        if now >= self._clean_at:
            self._clean_at = now + CLEAN_EVERY_SECS
            await self._run(_CLEAN, time.time(), _CLEANED_AT_ONCE)


def _expiry(ttl_secs: float | None) -> float:
    return _NEVER if ttl_secs is None else time.time() + ttl_secs


def _prepare(path: Path) -> None:
    """Make the file, for its owner only, and its table; SQLite gives the files beside it the same mode."""
    if sqlite3.sqlite_version_info < MIN_VERSION:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old, 3.35 is needed: use another build of Python, "
            "or keep the data in Redis with TELNYX_MCP_REDIS_URL"
        )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
        connection = sqlite3.connect(path, timeout=BUSY_SECS)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
        finally:
            connection.close()
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"Nothing can be kept in {path} ({error}); set TELNYX_MCP_DATA_DIR to a directory on a local disk "
            "that the server may write"
        ) from error
