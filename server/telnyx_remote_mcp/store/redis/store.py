"""Values in Redis."""

from contextlib import AbstractAsyncContextManager
from typing import Final, cast

from telnyx_remote_mcp.buckets import Rate
from telnyx_remote_mcp.store.base import MAX_KEYS
from telnyx_remote_mcp.store.locks import locked
from telnyx_remote_mcp.store.redis.client import RedisClient, millis
from telnyx_remote_mcp.store.redis.counters import RedisCounters
from telnyx_remote_mcp.store.redis.journal import RedisJournal
from telnyx_remote_mcp.store.redis.rates import RedisRates
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter

_SCANNED_AT_ONCE: Final = 1_000

_SWAP: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1
"""
_DELETE_ONLY: Final = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
_GLOB: Final = str.maketrans({character: f"\\{character}" for character in "\\*?[]"})


class RedisStore:
    """Values under `PREFIX:kind:key`, beside counters under `PREFIX-counters:` and journals under `PREFIX-journal:`."""

    def __init__(self, url: str, prefix: str, meter: Meter = UNMEASURED) -> None:
        self._prefix = prefix
        self._client = RedisClient(url, meter)
        self.counters = RedisCounters(self._client, f"{prefix}-counters")
        self._rates = RedisRates(self._client, f"{prefix}-rates")
        self.journal = RedisJournal(self._client, f"{prefix}-journal")

    @property
    def is_away(self) -> bool:
        return self._client.is_away

    def rate(self, name: str, per_minute: int) -> Rate:
        return self._rates.rate(name, per_minute)

    def prepare(self) -> None:
        _ = self._client.redis

    async def get(self, kind: str, key: str) -> bytes | None:
        async with self._client.available() as redis:
            return cast("bytes | None", await redis.get(self._name(kind, key)))

    async def put(self, kind: str, key: str, value: bytes, ttl_secs: float | None = None) -> None:
        async with self._client.available() as redis:
            await redis.set(self._name(kind, key), value, px=millis(ttl_secs))

    async def add(self, kind: str, key: str, value: bytes, ttl_secs: float | None = None) -> bool:
        async with self._client.available() as redis:
            return bool(await redis.set(self._name(kind, key), value, px=millis(ttl_secs), nx=True))

    async def swap(self, kind: str, key: str, old: bytes, new: bytes, ttl_secs: float | None = None) -> bool:
        return bool(await self._client.script(_SWAP, [self._name(kind, key)], old, new, millis(ttl_secs) or ""))

    async def take(self, kind: str, key: str) -> bytes | None:
        async with self._client.available() as redis:
            return cast("bytes | None", await redis.getdel(self._name(kind, key)))

    async def delete(self, kind: str, key: str, *, only: bytes | None = None) -> None:
        if only is not None:
            await self._client.script(_DELETE_ONLY, [self._name(kind, key)], only)
            return
        async with self._client.available() as redis:
            await redis.delete(self._name(kind, key))

    async def keys(self, kind: str, prefix: str = "") -> list[str]:
        base = self._name(kind, "")
        pattern = (base + prefix).translate(_GLOB) + "*"
        found: set[str] = set()
        with self._client.connected() as redis:  # as many commands as it takes
            async for name in redis.scan_iter(match=pattern, count=_SCANNED_AT_ONCE):
                found.add(name.decode().removeprefix(base))
        return sorted(found)[:MAX_KEYS]

    def locked(self, name: str, ttl_secs: float = 30) -> AbstractAsyncContextManager[None]:
        return locked(self, name, ttl_secs)

    async def aclose(self) -> None:
        await self._client.aclose()

    def _name(self, kind: str, key: str) -> str:
        return f"{self._prefix}:{kind}:{key}"
