"""Journals in the SQLite file."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio

from telnyx_remote_mcp.store.journal import START, position
from telnyx_remote_mcp.store.sqlite.file import SqliteFile

_FORGET: Final = "DELETE FROM journal WHERE kind = :kind AND key = :key AND once = :once AND expires_at <= :now"
# SQLite has one writer at a time, from the choice of the id to the end of the transaction. So ids become visible in
# increasing order, and AUTOINCREMENT never reuses one.
_APPEND: Final = """
INSERT INTO journal (kind, key, once, entry, appended_at, expires_at)
VALUES (:kind, :key, :once, :entry, :now, :ends)
ON CONFLICT DO NOTHING RETURNING id
"""
_AFTER: Final = """
SELECT id, entry FROM journal WHERE kind = :kind AND key = :key AND id > :after AND expires_at > :now
ORDER BY id LIMIT :limit
"""
_NEWEST: Final = """
SELECT id, entry FROM journal WHERE kind = :kind AND key = :key AND expires_at > :now ORDER BY id DESC LIMIT :limit
"""
_LAST: Final = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'journal'), 0)"
_NEWS: Final = "SELECT max(id), key FROM journal WHERE id > :after AND +kind = :kind GROUP BY key"
LOOK_SECS: Final = 0.02
"""The pause between two looks at the file for what other processes appended."""
_END: Final = "SELECT max(id) FROM journal WHERE kind = :kind AND key = :key"
_KEEP: Final = """
DELETE FROM journal WHERE kind = :kind AND key = :key AND id <= (
    SELECT id FROM journal WHERE kind = :kind AND key = :key ORDER BY id DESC LIMIT 1 OFFSET :keep
)
"""
_DROP: Final = "DELETE FROM journal WHERE kind = :kind AND key = :key AND appended_at < :now - :secs"


class SqliteJournal:
    """Journals in a table. A cursor is the id of an entry in the file."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def append(
        self, kind: str, key: str, entry: bytes, *, keep: int, ttl_secs: float | None = None, once: str | None = None
    ) -> str | None:
        await self._file.clean()
        if once is not None:
            await self._file.run(_FORGET, kind=kind, key=key, once=once)
        rows = await self._file.run(_APPEND, kind=kind, key=key, once=once, entry=entry, ttl_secs=ttl_secs)
        if not rows:
            return None
        await self._file.run(_KEEP, kind=kind, key=key, keep=keep)
        return str(rows[0][0])

    async def after(self, kind: str, key: str, cursor: str, limit: int) -> list[tuple[str, bytes]]:
        rows = await self._file.run(_AFTER, kind=kind, key=key, after=position(cursor)[0], limit=limit)
        return [(str(row[0]), bytes(row[1])) for row in rows]

    async def newest(self, kind: str, key: str, limit: int) -> list[tuple[str, bytes]]:
        rows = await self._file.run(_NEWEST, kind=kind, key=key, limit=limit)
        return [(str(row[0]), bytes(row[1])) for row in reversed(rows)]

    @asynccontextmanager
    async def watch(self, kind: str) -> AsyncIterator[AsyncGenerator[str, None]]:
        ((last,),) = await self._file.run(_LAST)
        yield self._news(kind, last)

    async def _news(self, kind: str, last: int) -> AsyncGenerator[str, None]:
        while True:
            for newest, key in await self._file.run(_NEWS, after=last, kind=kind):
                last = max(last, newest)
                yield key
            await anyio.sleep(LOOK_SECS)

    async def end(self, kind: str, key: str) -> str:
        ((newest,),) = await self._file.run(_END, kind=kind, key=key)
        return START if newest is None else str(newest)

    async def trim(self, kind: str, key: str, *, keep: int | None = None, older_than_secs: float | None = None) -> None:
        if keep is not None:
            await self._file.run(_KEEP, kind=kind, key=key, keep=keep)
        if older_than_secs is not None:
            await self._file.run(_DROP, kind=kind, key=key, secs=older_than_secs)
