"""The store of several replicas: a Redis that all of them reach."""

from collections.abc import Awaitable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Final, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from telnyx_remote_mcp.store.base import MAX_KEYS, StoreError, StoreUnavailable
from telnyx_remote_mcp.store.locks import locked

TIMEOUT_SECS: Final = 5.0
MAX_CONNECTIONS: Final = 32
_SCANNED_AT_ONCE: Final = 1_000

_SWAP = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1
"""
_DELETE_ONLY = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
_GLOB = str.maketrans({character: f"\\{character}" for character in "\\*?[]"})


class RedisStore:
    """Values in Redis 6.2 or newer, under keys `PREFIX:kind:key`. Raises StoreError for a URL that is none."""

    def __init__(self, url: str, prefix: str) -> None:
        self._prefix = prefix
        try:
            # Nothing is sent twice: the pool's connections do not retry, and all of them being in use is waited for.
            pool = BlockingConnectionPool.from_url(
                url,
                max_connections=MAX_CONNECTIONS,
                timeout=TIMEOUT_SECS,
                socket_timeout=TIMEOUT_SECS,
                socket_connect_timeout=TIMEOUT_SECS,
            )
        except ValueError:
            raise StoreError("TELNYX_MCP_REDIS_URL is no redis://, rediss:// or unix:// URL") from None
        self._redis = Redis.from_pool(pool)

    async def get(self, kind: str, key: str) -> bytes | None:
        with _available():
            return cast("bytes | None", await self._redis.get(self._name(kind, key)))

    async def put(self, kind: str, key: str, value: bytes, ttl_secs: float | None = None) -> None:
        with _available():
            await self._redis.set(self._name(kind, key), value, px=_millis(ttl_secs))

    async def add(self, kind: str, key: str, value: bytes, ttl_secs: float | None = None) -> bool:
        with _available():
            return bool(await self._redis.set(self._name(kind, key), value, px=_millis(ttl_secs), nx=True))

    async def swap(self, kind: str, key: str, old: bytes, new: bytes, ttl_secs: float | None = None) -> bool:
        return await self._script(_SWAP, self._name(kind, key), old, new, _millis(ttl_secs) or "")

    async def take(self, kind: str, key: str) -> bytes | None:
        with _available():
            return cast("bytes | None", await self._redis.getdel(self._name(kind, key)))

    async def delete(self, kind: str, key: str, *, only: bytes | None = None) -> None:
        if only is not None:
            await self._script(_DELETE_ONLY, self._name(kind, key), only)
            return
        with _available():
            await self._redis.delete(self._name(kind, key))

    async def keys(self, kind: str, prefix: str = "") -> list[str]:
        base = self._name(kind, "")
        pattern = (base + prefix).translate(_GLOB) + "*"
        found: set[str] = set()
        with _available():
            async for name in self._redis.scan_iter(match=pattern, count=_SCANNED_AT_ONCE):
                found.add(name.decode().removeprefix(base))
        return sorted(found)[:MAX_KEYS]

    def locked(self, name: str, ttl_secs: float = 30) -> AbstractAsyncContextManager[None]:
        return locked(self, name, ttl_secs)

    async def aclose(self) -> None:
        await self._redis.aclose()

    def _name(self, kind: str, key: str) -> str:
        return f"{self._prefix}:{kind}:{key}"

    async def _script(self, script: str, name: str, *values: bytes | int | str) -> bool:
        with _available():
            return bool(await cast("Awaitable[int]", self._redis.eval(script, 1, name, *values)))


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        # By kind only: a message of the client may quote the URL, password and all.
        raise StoreUnavailable(f"Redis: {type(error).__name__}") from None


def _millis(ttl_secs: float | None) -> int | None:
    return None if ttl_secs is None else max(1, round(ttl_secs * 1000))
