"""What it costs replicas to share a Redis."""

from pathlib import Path

import pytest
from bench.replicas import MOST_TIMES, processor_ms, running

pytestmark = pytest.mark.anyio
MOST_ROUNDS = 10


async def test_a_call_costs_replicas_hardly_more_than_servers_that_share_nothing(tmp_path: Path) -> None:
    """The cheapest rounds are compared, since other work beside them makes calls dearer and never cheaper."""
    async with running(tmp_path) as (servers, works):
        for work in works:
            apart, sharing = [], []
            for _ in range(MOST_ROUNDS):
                apart.append(await processor_ms(servers.apart, work))
                sharing.append(await processor_ms(servers.sharing, work))
                if len(apart) > 1 and min(sharing) <= MOST_TIMES * min(apart):
                    break
            assert min(sharing) <= MOST_TIMES * min(apart), (work.name, apart, sharing)
