"""The end of a process that delivers: what it leaves to others."""

import asyncio
from pathlib import Path

import pytest
from tests.server.events.inboxes import message
from tests.server.events.subscribers import QUICK, office, site

from telnyx_remote_mcp.events.delivery import LEASE


@pytest.mark.anyio
async def test_a_server_that_is_asked_to_end_twice_gives_its_leases_back(tmp_path: Path) -> None:
    async with site(tmp_path) as (hooks, fetch), office(tmp_path, fetch, pace=QUICK) as here:
        gateway = hooks.at("/a")
        told = await here.agent().subscribe("/a", gateway)
        gateway.answers, gateway.retry_after = [503], "3600"
        await here.happen(message(1))
        await gateway.until(lambda: 503 in gateway.log)
        leases, ending = here.delivery._leases, list(here.delivery._tasks)
        assert await leases.get(LEASE, told["id"]) is not None
        here.delivery.close()
        for _ in range(5):
            await asyncio.sleep(0)
            here.delivery.close()
        await asyncio.gather(*ending, return_exceptions=True)
        assert await leases.get(LEASE, told["id"]) is None
