"""The client of Redis, without one."""

import asyncio

import pytest

from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.redis.client import RedisClient


@pytest.mark.anyio
async def test_a_use_ends_in_time_whatever_it_waits_for_and_others_do_not_wait_as_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("telnyx_remote_mcp.store.redis.client.TIMEOUT_SECS", 0.05)
    client = RedisClient("redis://127.0.0.1:1")
    with pytest.raises(StoreUnavailable, match="TimeoutError"):
        async with asyncio.timeout(5), client.available():
            await asyncio.Event().wait()
    assert client.is_away
    with pytest.raises(StoreUnavailable, match="silent"):
        async with client.available():
            raise AssertionError("reached")
