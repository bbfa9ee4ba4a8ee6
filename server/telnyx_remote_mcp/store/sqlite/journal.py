"""Journals in the SQLite file."""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio

from telnyx_remote_mcp.store.journal import START, position
from telnyx_remote_mcp.store.sqlite.file import SqliteFile, expiry

_FORGET: Final = "DELETE FROM journal WHERE kind = ? AND key = ? AND once = ? AND expires_at <= ?"
# SQLite has one writer at a time, from the choice of the id to the end of the transaction: ids become visible in the
# order in which they grow, and AUTOINCREMENT gives none of them twice.
_APPEND: Final = """
INSERT INTO journal (kind, key, once, entry, appended_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING RETURNING id
"""
_AFTER: Final = """
SELECT id, entry FROM journal WHERE kind = ? AND key = ? AND id > ? AND expires_at > ? ORDER BY id LIMIT ?
"""
_NEWEST: Final = """
SELECT id, entry FROM journal WHERE kind = ? AND key = ? AND expires_at > ? ORDER BY id DESC LIMIT ?
"""
_LAST: Final = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'journal'), 0)"
_NEWS: Final = "SELECT max(id), key FROM journal WHERE id > ? AND +kind = ? GROUP BY key"
LOOK_SECS: Final = 0.02
"""How often the file is looked at for what other processes appended."""
_END: Final = "SELECT max(id) FROM journal WHERE kind = ? AND key = ?"
_KEEP: Final = """
DELETE FROM journal WHERE kind = :kind AND key = :key AND id <= (
    SELECT id FROM journal WHERE kind = :kind AND key = :key ORDER BY id DESC LIMIT 1 OFFSET :keep
)
"""
_DROP: Final = "DELETE FROM journal WHERE kind = ? AND key = ? AND appended_at < ?"


class SqliteJournal:
    """A cursor is the id of an entry in the file."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def append(
        self, kind: str, key: str, entry: bytes, *, keep: int, ttl_secs: float | None = None, once: str | None = None
    ) -> str | None:
        await self._file.clean()
        now = time.time()
        if once is not None:
            await self._file.run(_FORGET, kind, key, once, now)
        rows = await self._file.run(_APPEND, kind, key, once, entry, now, expiry(ttl_secs))
        if not rows:
            return None
        await self._file.run(_KEEP, kind=kind, key=key, keep=keep)
        return str(rows[0][0])

    async def after(self, kind: str, key: str, cursor: str, limit: int) -> list[tuple[str, bytes]]:
        rows = await self._file.run(_AFTER, kind, key, position(cursor)[0], time.time(), limit)
        return [(str(row[0]), bytes(row[1])) for row in rows]

    async def newest(self, kind: str, key: str, limit: int) -> list[tuple[str, bytes]]:
        rows = await self._file.run(_NEWEST, kind, key, time.time(), limit)
        return [(str(row[0]), bytes(row[1])) for row in reversed(rows)]

    @asynccontextmanager
    async def watch(self, kind: str) -> AsyncIterator[AsyncGenerator[str, None]]:
        ((last,),) = await self._file.run(_LAST)
        yield self._news(kind, last)

    async def _news(self, kind: str, last: int) -> AsyncGenerator[str, None]:
        while True:
            for newest, key in await self._file.run(_NEWS, last, kind):
                last = max(last, newest)
                yield key
            await anyio.sleep(LOOK_SECS)

    async def end(self, kind: str, key: str) -> str:
        ((newest,),) = await self._file.run(_END, kind, key)
        return START if newest is None else str(newest)

    async def trim(self, kind: str, key: str, *, keep: int | None = None, older_than_secs: float | None = None) -> None:
        if keep is not None:
            await self._file.run(_KEEP, kind=kind, key=key, keep=keep)
        if older_than_secs is not None:
            await self._file.run(_DROP, kind, key, time.time() - older_than_secs)
