"""Agents that wait for events at the same time, many of one account; in full: scripts/waiting."""

import pytest
from scripts.waiting import measure
from tests.e2e.processes import Server


@pytest.mark.anyio
async def test_more_agents_of_an_account_wait_than_may_be_at_work_and_each_is_woken(server: Server) -> None:
    figures = await measure(server.process.pid, server.base_url, agents=40, accounts=2, apart_secs=0)
    assert figures.worst < 2_000
    assert figures.memory < 50
