"""Webhooks into two replicas on Redis, of which one is killed; in full: scripts/webhooks."""

from pathlib import Path

import pytest
from scripts.webhooks import flood
from tests.services.conftest import RedisServer


@pytest.mark.anyio
async def test_every_event_is_in_its_inbox_once_and_is_seen_once_though_a_replica_dies(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    redis_server.flush()
    outcome = await flood(redis_server.url, tmp_path, webhooks=300, secs=2)
    assert outcome.is_right, outcome
    assert outcome.again > 0, "a replica was killed"
