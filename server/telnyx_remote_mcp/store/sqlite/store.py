"""Values in the SQLite file."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

from telnyx_remote_mcp.buckets import LocalRate, Rate
from telnyx_remote_mcp.store.base import MAX_KEYS
from telnyx_remote_mcp.store.locks import locked
from telnyx_remote_mcp.store.sqlite.counters import SqliteCounters
from telnyx_remote_mcp.store.sqlite.file import BUSY_SECS, SqliteFile
from telnyx_remote_mcp.store.sqlite.journal import SqliteJournal
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter

_GET: Final = "SELECT value FROM entries WHERE kind = :kind AND key = :key AND expires_at > :now"
_PUT: Final = """
INSERT INTO entries (kind, key, value, expires_at) VALUES (:kind, :key, :value, :ends)
ON CONFLICT DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
"""
_ADD: Final = _PUT + " WHERE entries.expires_at <= :now RETURNING 1"
_SWAP: Final = """
UPDATE entries SET value = :value, expires_at = :ends
WHERE kind = :kind AND key = :key AND value = :old AND expires_at > :now RETURNING 1
"""
_TAKE: Final = "DELETE FROM entries WHERE kind = :kind AND key = :key RETURNING value, expires_at > :now"
# Without `only`, the comparison with NULL is NULL, so any value is deleted.
_DELETE: Final = "DELETE FROM entries WHERE kind = :kind AND key = :key AND coalesce(value = :only, TRUE)"
_KEYS: Final = """
SELECT key FROM entries WHERE kind = :kind AND key BETWEEN :first AND :last AND expires_at > :now
ORDER BY key LIMIT :most
"""
_LAST: Final = "\U0010ffff"


class SqliteStore:
    """Values, counters and journals in one file. Writes delete what has expired along the way.

    If the store is not `durable`, it survives the end of the process, but not always a crash of the machine, and writes
    take a tenth of the time.
    """

    def __init__(
        self, path: Path, *, busy_secs: float = BUSY_SECS, durable: bool = True, meter: Meter = UNMEASURED
    ) -> None:
        self._file = SqliteFile(path, busy_secs=busy_secs, durable=durable, meter=meter)
        self.counters = SqliteCounters(self._file)
        self.journal = SqliteJournal(self._file)

    @property
    def is_away(self) -> bool:
        return False

    def rate(self, name: str, per_minute: int) -> Rate:
        return LocalRate(per_minute)

    def prepare(self) -> None:
        self._file.prepare()

    async def get(self, kind: str, key: str) -> bytes | None:
        rows = await self._file.run(_GET, kind=kind, key=key)
        return bytes(rows[0][0]) if rows else None

    async def put(self, kind: str, key: str, value: bytes, ttl_secs: float | None = None) -> None:
        await self._file.clean()
        await self._file.run(_PUT, kind=kind, key=key, value=value, ttl_secs=ttl_secs)

    async def add(self, kind: str, key: str, value: bytes, ttl_secs: float | None = None) -> bool:
        await self._file.clean()
        return bool(await self._file.run(_ADD, kind=kind, key=key, value=value, ttl_secs=ttl_secs))

    async def swap(self, kind: str, key: str, old: bytes, new: bytes, ttl_secs: float | None = None) -> bool:
        return bool(await self._file.run(_SWAP, kind=kind, key=key, old=old, value=new, ttl_secs=ttl_secs))

    async def take(self, kind: str, key: str) -> bytes | None:
        rows = await self._file.run(_TAKE, kind=kind, key=key)
        return bytes(rows[0][0]) if rows and rows[0][1] else None

    async def delete(self, kind: str, key: str, *, only: bytes | None = None) -> None:
        await self._file.run(_DELETE, kind=kind, key=key, only=only)

    async def keys(self, kind: str, prefix: str = "") -> list[str]:
        rows = await self._file.run(_KEYS, kind=kind, first=prefix, last=prefix + _LAST, most=MAX_KEYS)
        return [str(row[0]) for row in rows]

    def locked(self, name: str, ttl_secs: float = 30) -> AbstractAsyncContextManager[None]:
        return locked(self, name, ttl_secs)

    async def aclose(self) -> None:
        await self._file.aclose()
