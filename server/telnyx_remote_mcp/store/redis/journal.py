"""Journals in Redis."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Final, cast

from telnyx_remote_mcp.store.journal import START, position
from telnyx_remote_mcp.store.redis.client import RedisClient, millis

if TYPE_CHECKING:
    from redis.asyncio.client import PubSub

HEARD_SECS: Final = 2.0
"""How long one read waits for a message; less than the timeout of a connection."""

_Entries = list[tuple[bytes, dict[bytes, bytes]]]

# A stream of entries, and a hash of the `once` names of those that have one. Dropped entries go from both.
_TRIM: Final = """
local stream, names = KEYS[1], KEYS[2]
local function drop(entries)
    for _, entry in ipairs(entries) do
        redis.call('XDEL', stream, entry[1])
        if entry[2][3] then redis.call('HDEL', names, entry[2][4]) end
    end
end
local function trim(keep, millis)
    if millis ~= '' then
        local time = redis.call('TIME')
        local last = time[1] * 1000 + math.floor(time[2] / 1000) - millis - 1
        drop(redis.call('XRANGE', stream, '-', string.format('%.0f', last)))
    end
    local extra = keep ~= '' and redis.call('XLEN', stream) - keep or 0
    if extra > 0 then drop(redis.call('XRANGE', stream, '-', '+', 'COUNT', extra)) end
end
"""
_APPEND: Final = f"""{_TRIM}
local channel, key, entry, keep, millis, once = unpack(ARGV)
-- Drop expired entries first: their names may be used again.
trim('', millis)
if once and redis.call('HEXISTS', names, once) == 1 then return false end
local cursor
if once then
    cursor = redis.call('XADD', stream, '*', 'entry', entry, 'once', once)
    redis.call('HSET', names, once, cursor)
else
    cursor = redis.call('XADD', stream, '*', 'entry', entry)
end
trim(keep, '')
for _, name in ipairs(KEYS) do
    if millis == '' then redis.call('PERSIST', name) else redis.call('PEXPIRE', name, millis) end
end
redis.call('PUBLISH', channel, key)
return cursor
"""
_TRIM_ALONE: Final = f"{_TRIM} trim(ARGV[1], ARGV[2])"


class RedisJournal:
    """Streams under `PREFIX:kind:key`, names under `PREFIX-once:kind:key`.

    Redis runs one script at a time, so cursors become visible in increasing order.
    """

    def __init__(self, client: RedisClient, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    async def append(
        self, kind: str, key: str, entry: bytes, *, keep: int, ttl_secs: float | None = None, once: str | None = None
    ) -> str | None:
        named = () if once is None else (once,)
        keys = self._names(kind, key)
        values = (self._channel(kind), key, entry, keep, millis(ttl_secs) or "", *named)
        cursor: bytes | None = await self._client.script(_APPEND, keys, *values)
        return cursor.decode() if cursor is not None else None

    async def after(self, kind: str, key: str, cursor: str, limit: int) -> list[tuple[str, bytes]]:
        first, second = position(cursor)
        async with self._client.available() as redis:
            found = await redis.xrange(self._names(kind, key)[0], f"({first}-{second}", count=limit)
        return [(entry_id.decode(), fields[b"entry"]) for entry_id, fields in cast("_Entries", found)]

    async def newest(self, kind: str, key: str, limit: int) -> list[tuple[str, bytes]]:
        async with self._client.available() as redis:
            found = await redis.xrevrange(self._names(kind, key)[0], count=limit)
        return [(entry_id.decode(), fields[b"entry"]) for entry_id, fields in reversed(cast("_Entries", found))]

    @asynccontextmanager
    async def watch(self, kind: str) -> AsyncIterator[AsyncGenerator[str, None]]:
        async with AsyncExitStack() as until:
            async with self._client.available() as redis:
                told = await until.enter_async_context(aclosing(redis.pubsub(ignore_subscribe_messages=True)))
                await told.subscribe(self._channel(kind))
            yield self._news(told)

    async def _news(self, told: PubSub) -> AsyncGenerator[str, None]:
        with self._client.connected():
            while True:
                message = await told.get_message(timeout=HEARD_SECS)
                if message is not None:
                    yield message["data"].decode()

    async def end(self, kind: str, key: str) -> str:
        async with self._client.available() as redis:
            newest = cast("_Entries", await redis.xrevrange(self._names(kind, key)[0], count=1))
        return newest[0][0].decode() if newest else START

    async def trim(self, kind: str, key: str, *, keep: int | None = None, older_than_secs: float | None = None) -> None:
        limits = ("" if keep is None else keep, "" if older_than_secs is None else round(older_than_secs * 1000))
        await self._client.script(_TRIM_ALONE, self._names(kind, key), *limits)

    def _names(self, kind: str, key: str) -> list[str]:
        return [f"{self._prefix}:{kind}:{key}", f"{self._prefix}-once:{kind}:{key}"]

    def _channel(self, kind: str) -> str:
        return f"{self._prefix}-news:{kind}"
