"""How background tasks end, also those that lose a cancellation."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from tests import contexts
from tests.server.events.inboxes import inbox, message, worker

from telnyx_remote_mcp.settings import Settings
from telnyx_tools.tasks import end
from telnyx_tools.tool.event import Event, Wanted

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]


async def loses_a_cancellation(begun: asyncio.Event) -> None:
    """Go on after the first cancellation, as `asyncio.wait_for` does before Python 3.12."""
    begun.set()
    with suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.Event().wait()


async def test_a_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    begun = asyncio.Event()
    tasks = [asyncio.create_task(loses_a_cancellation(begun)), asyncio.create_task(asyncio.Event().wait())]
    await begun.wait()
    async with asyncio.timeout(5):
        await end(tasks, 0.05)
    assert all(task.cancelled() for task in tasks)


def test_nobody_waits_in_another_way_for_tasks_that_were_cancelled() -> None:
    sources = [path for package in ("server", "tools") for path in (ROOT / package).rglob("*.py")]
    assert [path for path in sources if "return_exceptions" in path.read_text()] == [], "use telnyx_tools.tasks.end"


async def test_a_wait_is_answered_though_its_poll_of_telnyx_loses_a_cancellation(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def poll(since: float) -> Sequence[Event]:
        await loses_a_cancellation(begun)
        return []

    async with worker(Settings(data_dir=tmp_path)) as services, asyncio.timeout(10):
        mine = inbox(services)
        waiting = asyncio.create_task(mine.wait(Wanted(message_id="message-1"), None, 5, poll, contexts.silent))
        await begun.wait()
        await mine.add([message(1)])
        assert [event.message_id for event in (await waiting).events] == ["message-1"]


async def test_a_watch_of_the_store_ends_though_it_loses_a_cancellation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telnyx_remote_mcp.events.waiting.CLEANUP_SECS", 0.05)
    over = asyncio.Event()

    @asynccontextmanager
    async def watch(kind: str) -> AsyncIterator[AsyncIterator[str]]:
        async def news() -> AsyncIterator[str]:
            await loses_a_cancellation(asyncio.Event())
            yield ""

        try:
            yield news()
        finally:
            over.set()

    async with worker(Settings(data_dir=tmp_path)) as services:
        monkeypatch.setattr(services.inbox_events.store.journal, "watch", watch)
        async with services.waiting.listening("key:mine", lambda _: True):
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await over.wait()


async def test_nothing_runs_for_requests_once_waiting_is_closed(tmp_path: Path) -> None:
    async with worker(Settings(data_dir=tmp_path)) as services:
        before = asyncio.all_tasks()
        async with services.waiting.listening("key:mine", lambda _: True):
            services.waiting.notify("key:mine")
            assert asyncio.all_tasks() - before
        await services.waiting.aclose()
        assert asyncio.all_tasks() - before == set()
