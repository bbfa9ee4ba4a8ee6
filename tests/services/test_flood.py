"""One account floods two replicas on one Redis: another account hardly notices."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import anyio
import pytest
from scripts.flood import is_hardly_slower, percentiles, under
from tests.e2e.killing import Sandbox
from tests.e2e.processes import END_SECS
from tests.services.cluster import Cluster, cluster

pytestmark = pytest.mark.anyio

CONNECTIONS = 16
PER_MINUTE = 300
CALLS = 100
ROUNDS, TIMES = 4, 3
"""How often the account is measured at most: so many times without the flood, and as often under it, in each round. The
best of each counts: whatever else the machine does slows down the others."""


@pytest.fixture(scope="module")
async def running(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    given = {"TELNYX_MCP_RATE_LIMIT_PER_MINUTE": str(PER_MINUTE)}
    starting = cluster(tmp_path_factory.mktemp("flood"), sandbox.base_url, **given)
    started = await anyio.to_thread.run_sync(starting.__enter__)
    yield started
    await anyio.to_thread.run_sync(starting.__exit__, None, None, None)


async def p99s(url: str, phase: str) -> list[float]:
    """The p99 of a few accounts, one after the other."""
    found = []
    for number in range(TIMES):
        await percentiles(url, f"{phase}{number}", 2)  # the first calls wait for the check of the key
        found.append((await percentiles(url, f"{phase}{number}", CALLS))[98])
    return found


@contextmanager
def flooded(running: Cluster, attack: str) -> Iterator[None]:
    """The attack, once all its connections are open."""
    until = time.monotonic() + END_SECS
    with under(attack, running.url, CONNECTIONS):
        while sum(replica.metric("telnyx_mcp_connections") for replica in running.replicas) < CONNECTIONS:
            assert time.monotonic() < until, "no flood came"
            time.sleep(0.1)
        yield


async def p99s_under(running: Cluster, attack: str, phase: str) -> list[float]:
    flood = flooded(running, attack)
    await anyio.to_thread.run_sync(flood.__enter__)
    try:
        return await p99s(running.url, phase)
    finally:
        await anyio.to_thread.run_sync(flood.__exit__, None, None, None)


@pytest.mark.parametrize("attack", ["calls_of_one_key", "waits_of_one_key"])
async def test_a_flood_of_one_account_hardly_slows_down_another(running: Cluster, attack: str) -> None:
    quiet: list[float] = []
    slowed: list[float] = []
    for number in range(ROUNDS):
        quiet += await p99s(running.url, f"before_{attack}_{number}_")
        slowed += await p99s_under(running, attack, f"under_{attack}_{number}_")
        if is_hardly_slower(min(quiet), min(slowed)):
            return
    pytest.fail(f"p99 without the flood {quiet} ms, under it {slowed} ms")
