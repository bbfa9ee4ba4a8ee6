"""The client of the Redis that the replicas share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from telnyx_remote_mcp.store.base import StoreError, StoreUnavailable
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter

if TYPE_CHECKING:
    from redis.asyncio import Redis

TIMEOUT_SECS: Final = 2.0
LOOK_EVERY_SECS: Final = 1.0
MAX_CONNECTIONS: Final = 32


class RedisClient:
    """A client of Redis 6.2 or newer. It connects with the first command. A script runs atomically.

    It is a circuit breaker: after a command timed out, others fail at once, so that nobody waits for a Redis that does
    not answer. One command a second is let through to see whether Redis answers again.
    """

    def __init__(self, url: str, meter: Meter = UNMEASURED) -> None:
        self._url = url
        self._meter = meter
        self._silent_until: float | None = None
        self._away = False
        self._refuses_until = 0.0

    @cached_property
    def redis(self) -> Redis:
        """The client itself. Raises StoreError if the URL is not a Redis URL."""
        from redis.asyncio import BlockingConnectionPool, Redis

        try:
            # No command is sent twice: the connections do not retry. If all are in use, a command waits for one.
            pool = BlockingConnectionPool.from_url(
                self._url,
                max_connections=MAX_CONNECTIONS,
                timeout=TIMEOUT_SECS,
                socket_timeout=TIMEOUT_SECS,
                socket_connect_timeout=TIMEOUT_SECS,
            )
        except ValueError:
            raise StoreError("TELNYX_MCP_REDIS_URL is no redis://, rediss:// or unix:// URL") from None
        return Redis.from_pool(pool)

    @property
    def is_away(self) -> bool:
        """Whether Redis did not answer the last command, or refused to write within the last second.

        That is full or a replica that only reads: it answers, but nothing can be stored. Whoever asks later may write
        again, and so finds out whether it takes writes by now.
        """
        return self._away or time.monotonic() < self._refuses_until

    @asynccontextmanager
    async def available(self) -> AsyncIterator[Redis]:
        """Yield the client for one use, which is measured unless it is cancelled.

        It raises StoreUnavailable if Redis does not answer, and takes at most TIMEOUT_SECS: a connection may have to be
        waited for, made and logged in before the command is sent, and each of that has as long by itself.
        """
        began = time.perf_counter()
        self._meter.storing(1)
        try:
            with self.connected() as redis:
                async with asyncio.timeout(TIMEOUT_SECS):
                    yield redis
            self._meter.store("redis", "ok", time.perf_counter() - began)
        except StoreUnavailable:
            self._meter.store("redis", "unavailable", time.perf_counter() - began)
            raise
        finally:
            self._meter.storing(-1)

    @contextmanager
    def connected(self) -> Iterator[Redis]:
        """Yield the client for a use that may last, which is not measured. Raises as `available` does."""
        from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError
        from redis.exceptions import TimeoutError as Silence

        self._look()
        try:
            yield self.redis
            self._silent_until, self._away = None, False
        except (RedisError, OSError) as error:
            self._away = not isinstance(error, ResponseError)
            silent = isinstance(error, Silence | TimeoutError)
            self._silent_until = time.monotonic() + LOOK_EVERY_SECS if silent else None
            if isinstance(error, OutOfMemoryError | ReadOnlyError):
                self._refuses_until = time.monotonic() + LOOK_EVERY_SECS
            # Only the kind of error: its message may quote the URL with the password.
            raise StoreUnavailable(f"Redis: {type(error).__name__}") from None
        except StoreError as error:
            raise StoreUnavailable(str(error)) from None

    def _look(self) -> None:
        """Raise StoreUnavailable while Redis is silent, unless it is time to try again.

        The command that tries again extends the silence, so that others fail until it knows.
        """
        if self._silent_until is None:
            return
        now = time.monotonic()
        if now < self._silent_until:
            raise StoreUnavailable("Redis: silent")
        self._silent_until = now + TIMEOUT_SECS + LOOK_EVERY_SECS

    async def script(self, script: str, keys: list[str], *values: bytes | float | str) -> Any:
        """Run the script with these keys and values, and return its result."""
        async with self.available() as redis:
            return await redis.eval(script, len(keys), *keys, *values)

    async def aclose(self) -> None:
        """Close the connections; the next command opens new ones."""
        if "redis" in self.__dict__:
            await self.redis.aclose()
            del self.redis


def millis(ttl_secs: float | None) -> int | None:
    """A time to live in milliseconds, as Redis takes it."""
    return None if ttl_secs is None else max(1, round(ttl_secs * 1000))
