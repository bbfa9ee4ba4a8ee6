"""Counters in the SQLite file."""

from typing import Final

from telnyx_remote_mcp.store.counters import ONCE_SECS, Taken
from telnyx_remote_mcp.store.sqlite.file import SqliteFile

_GET: Final = "SELECT value FROM counters WHERE kind = :kind AND key = :key AND expires_at > :now"
_ADD: Final = """
INSERT INTO counters (kind, key, value, expires_at, allowed) VALUES (:kind, :key, max(0, :by), :ends, 1)
ON CONFLICT DO UPDATE SET
    value = max(0, :by + iif(expires_at > :now, value, 0)),
    expires_at = iif(expires_at > :now, expires_at, :ends),
    allowed = 1
RETURNING value
"""
# The row of the name and that of the number are written together. A name that is there keeps both out.
_ADD_ONCE: Final = """
INSERT INTO counters (kind, key, value, expires_at, allowed)
SELECT :kind, column1, max(0, column2), column3, 1
FROM (VALUES (:key, :by, :ends), (:once, 1, :now + :once_secs))
WHERE NOT EXISTS (SELECT 1 FROM counters WHERE kind = :kind AND key = :once AND expires_at > :now)
ON CONFLICT DO UPDATE SET
    value = max(0, iif(key = :once, 1, :by) + iif(expires_at > :now, value, 0)),
    expires_at = iif(expires_at > :now, expires_at, excluded.expires_at),
    allowed = 1
"""
# RETURNING shows only the new row, so the column `allowed` says whether this statement added. A new row that does not
# add is expired from the start: so the time to live starts with the first addition.
_TAKE: Final = """
INSERT INTO counters (kind, key, value, expires_at, allowed)
VALUES (:kind, :key, iif(:by <= :limit, :by, 0), iif(:by <= :limit, :ends, 0), :by <= :limit)
ON CONFLICT DO UPDATE SET
    value = iif(expires_at > :now, value + iif(value + :by <= :limit, :by, 0), excluded.value),
    expires_at = iif(expires_at > :now, expires_at, excluded.expires_at),
    allowed = iif(expires_at > :now, value + :by <= :limit, excluded.allowed)
RETURNING value, expires_at - :now, allowed
"""


class SqliteCounters:
    """Counters in a table. Each operation is one statement, and so one transaction."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def get(self, kind: str, key: str) -> float:
        rows = await self._file.run(_GET, kind=kind, key=key)
        return float(rows[0][0]) if rows else 0.0

    async def add(self, kind: str, key: str, by: float, ttl_secs: float) -> float:
        await self._file.clean()
        rows = await self._file.run(_ADD, kind=kind, key=key, by=by, ttl_secs=ttl_secs)
        return float(rows[0][0])

    async def add_once(self, kind: str, key: str, by: float, ttl_secs: float, *, once: str) -> None:
        await self._file.clean()
        name = f"{key}.{once}"
        await self._file.run(_ADD_ONCE, kind=kind, key=key, by=by, ttl_secs=ttl_secs, once=name, once_secs=ONCE_SECS)

    async def take(self, kind: str, key: str, by: float, limit: float, ttl_secs: float) -> Taken:
        await self._file.clean()
        rows = await self._file.run(_TAKE, kind=kind, key=key, by=by, limit=limit, ttl_secs=ttl_secs)
        value, left, allowed = rows[0]
        return Taken(bool(allowed), value if left > 0 else 0.0, max(left, 0.0))
