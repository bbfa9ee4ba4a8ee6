"""How much a server fetches for strangers: little at a time, each once, and no failure again and again."""

import anyio
import pytest
from tests.server.clocks import ManualClock

from telnyx_remote_mcp.auth.authorization_server.fetches import AT_ONCE, FAILED_SECS, PER_MINUTE, Fetches
from telnyx_remote_mcp.auth.authorization_server.public_fetch import FetchError
from telnyx_remote_mcp.buckets import LocalRate
from telnyx_remote_mcp.http.refusal import Refusal

pytestmark = pytest.mark.anyio


class Site:
    """Answers when its gate is open."""

    def __init__(self) -> None:
        self.gate = anyio.Event()
        self.asked: list[str] = []
        self.fails = False

    async def read(self, url: str) -> str:
        self.asked.append(url)
        await self.gate.wait()
        if self.fails:
            raise FetchError("no")
        return url


async def test_one_document_is_fetched_once_for_all_who_ask(clock: ManualClock) -> None:
    site, got = Site(), []
    fetches = Fetches(site.read, LocalRate(PER_MINUTE, clock=clock), clock=clock)

    async def ask() -> None:
        got.append(await fetches.get("a"))

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        site.gate.set()
    assert got == ["a"] * 10
    assert site.asked == ["a"]


async def test_four_are_fetched_at_a_time_and_who_comes_then_is_sent_away_at_once(clock: ManualClock) -> None:
    site = Site()
    fetches = Fetches(site.read, LocalRate(PER_MINUTE, clock=clock), clock=clock)
    async with anyio.create_task_group() as tasks:
        for number in range(AT_ONCE):
            tasks.start_soon(fetches.get, str(number))
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Refusal) as refused:
            await fetches.get("another")
        assert refused.value.status == 503
        site.gate.set()
    assert await fetches.get("another") == "another"


async def test_a_failure_is_remembered_for_a_minute(clock: ManualClock) -> None:
    site = Site()
    site.gate.set()
    site.fails = True
    fetches = Fetches(site.read, LocalRate(PER_MINUTE, clock=clock), clock=clock)
    for _ in range(3):
        with pytest.raises(FetchError):
            await fetches.get("a")
    assert site.asked == ["a"]
    clock.advance(FAILED_SECS)
    site.fails = False
    assert await fetches.get("a") == "a"


async def test_all_addresses_and_replicas_share_one_budget(clock: ManualClock) -> None:
    site, budget = Site(), LocalRate(3, clock=clock)
    site.gate.set()
    replicas = [Fetches(site.read, budget, clock=clock) for _ in range(3)]
    for replica in replicas:
        await replica.get("a")
    with pytest.raises(Refusal) as refused:
        await replicas[0].get("another")
    assert site.asked == ["a"] * 3
    assert refused.value.headers["Retry-After"] == "20"


async def test_who_leaves_does_not_end_the_fetch_of_the_others(clock: ManualClock) -> None:
    site = Site()
    fetches = Fetches(site.read, LocalRate(PER_MINUTE, clock=clock), clock=clock)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(fetches.get, "a")
        await anyio.wait_all_tasks_blocked()
        with anyio.move_on_after(0):
            await fetches.get("a")
        site.gate.set()
    assert site.asked == ["a"]
