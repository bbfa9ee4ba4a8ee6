"""Webhooks into two replicas on Redis, of which one is killed, and out to two subscribers; in full by the script."""

from pathlib import Path

import pytest
from scripts.deliveries import flood
from tests.services.conftest import RedisServer


@pytest.mark.anyio
async def test_every_event_reaches_both_subscribers_though_one_is_down_and_a_replica_dies(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    redis_server.flush()
    assert await flood(redis_server.url, tmp_path, webhooks=300, secs=3, down_secs=1, pace="quick")
