"""Counters in Redis."""

from typing import Final

from telnyx_remote_mcp.store.counters import ONCE_SECS, Taken
from telnyx_remote_mcp.store.redis.client import RedisClient, millis

# Lua would write a number with 14 digits; a double needs 17 to be exact.
_SUM: Final = """
local value = redis.call('GET', KEYS[1])
local sum = string.format('%.17g', math.max(0, (value or 0) + ARGV[1]))
if value then redis.call('SET', KEYS[1], sum, 'KEEPTTL') else redis.call('SET', KEYS[1], sum, 'PX', ARGV[2]) end
"""
_ADD: Final = f"{_SUM} return sum"
_ADD_ONCE: Final = f"""
if redis.call('EXISTS', KEYS[2]) == 1 then return end
{_SUM}
redis.call('SET', KEYS[2], '', 'PX', ARGV[3])
"""
_TAKE: Final = """
local value = redis.call('GET', KEYS[1])
local sum = (value or 0) + ARGV[1]
if sum > tonumber(ARGV[2]) then return {0, value or '0', redis.call('PTTL', KEYS[1])} end
sum = string.format('%.17g', sum)
if value then redis.call('SET', KEYS[1], sum, 'KEEPTTL') else redis.call('SET', KEYS[1], sum, 'PX', ARGV[3]) end
return {1, sum, redis.call('PTTL', KEYS[1])}
"""


class RedisCounters:
    """Numbers under `PREFIX:kind:key`. Each operation is one script."""

    def __init__(self, client: RedisClient, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    async def get(self, kind: str, key: str) -> float:
        async with self._client.available() as redis:
            return float(await redis.get(self._name(kind, key)) or 0)

    async def add(self, kind: str, key: str, by: float, ttl_secs: float) -> float:
        return float(await self._client.script(_ADD, [self._name(kind, key)], by, millis(ttl_secs) or ""))

    async def add_once(self, kind: str, key: str, by: float, ttl_secs: float, *, once: str) -> None:
        name = self._name(kind, key)
        await self._client.script(_ADD_ONCE, [name, f"{name}.{once}"], by, millis(ttl_secs) or "", ONCE_SECS * 1000)

    async def take(self, kind: str, key: str, by: float, limit: float, ttl_secs: float) -> Taken:
        values = (by, limit, millis(ttl_secs) or "")
        allowed, value, ttl_millis = await self._client.script(_TAKE, [self._name(kind, key)], *values)
        return Taken(bool(allowed), float(value), max(0, ttl_millis) / 1000)

    def _name(self, kind: str, key: str) -> str:
        return f"{self._prefix}:{kind}:{key}"
