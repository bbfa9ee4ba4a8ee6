"""What is counted in Redis: together by all replicas, and by each alone while Redis does not answer."""

import os
import signal
import time
from collections.abc import AsyncIterator

import anyio
import pytest
import redis
from tests.services.conftest import RedisServer

from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.rates import Rates
from telnyx_remote_mcp.store.redis import RedisStore
from telnyx_remote_mcp.store.secret import Secret

pytestmark = pytest.mark.anyio

ADDRESS = "203.0.113.9"


@pytest.fixture
async def stores(redis_server: RedisServer) -> AsyncIterator[tuple[RedisStore, RedisStore]]:
    redis_server.flush()
    one, other = (RedisStore(redis_server.url, "telnyx-mcp") for _ in range(2))
    yield one, other
    await one.aclose()
    await other.aclose()


async def test_replicas_count_together_in_one_round_trip_and_write_no_address(
    redis_server: RedisServer, stores: tuple[RedisStore, RedisStore]
) -> None:
    one, other = (Rates(store, Secret(b"s" * 32))("logins", 5) for store in stores)
    await one.take(ADDRESS)
    with redis.Redis.from_url(redis_server.admin_url) as client:
        before = client.info("commandstats")["cmdstat_evalsha"]["calls"]
        assert [await rate.take(ADDRESS) for rate in (one, other, one, other)] == [0.0] * 4
        assert client.info("commandstats")["cmdstat_evalsha"]["calls"] - before == 4
        assert not [key for key in client.scan_iter() if ADDRESS.encode() in key]
    for rate in (one, other):
        assert 0 < await rate.take(ADDRESS) <= 60
        assert 0 < await rate.wait(ADDRESS) <= 60
        assert await rate.wait("203.0.113.10") == 0.0


async def test_while_redis_is_down_each_counts_by_itself_and_the_store_says_that_it_is_away(
    redis_server: RedisServer, stores: tuple[RedisStore, RedisStore]
) -> None:
    rates = [store.rate("logins", 2) for store in stores]
    await anyio.to_thread.run_sync(redis_server.stop)
    assert [await rate.take("a") for rate in rates for _ in range(2)] == [0.0] * 4
    assert await rates[0].take("a") > 0
    assert [store.is_away for store in stores] == [True, True]
    await anyio.to_thread.run_sync(redis_server.start)
    assert [await rate.take("a") for rate in rates] == [0.0, 0.0]
    assert [store.is_away for store in stores] == [False, False]


async def test_nobody_waits_for_a_redis_that_is_silent(
    redis_server: RedisServer, stores: tuple[RedisStore, RedisStore]
) -> None:
    store = stores[0]
    await store.put("kind", "a", b"1")
    os.kill(redis_server.pid, signal.SIGSTOP)
    try:
        with pytest.raises(StoreUnavailable):
            await store.get("kind", "a")
        began = time.monotonic()
        for _ in range(50):
            with pytest.raises(StoreUnavailable, match="silent"):
                await store.get("kind", "a")
        assert time.monotonic() - began < 0.5
    finally:
        os.kill(redis_server.pid, signal.SIGCONT)
    with anyio.fail_after(5):
        while True:
            try:
                assert await store.get("kind", "a") == b"1"
                break
            except StoreUnavailable:
                await anyio.lowlevel.checkpoint()
