"""What waiting for events does, over every store."""

import asyncio
import time
from collections.abc import Sequence

import anyio
import pytest
from anyio.lowlevel import checkpoint
from tests import contexts
from tests.server.events.inboxes import inbox, message, worker
from tests.server.events.signing import OURS, PERSON

from telnyx_remote_mcp.calls.progress import Reported
from telnyx_remote_mcp.events.services import EventServices
from telnyx_remote_mcp.events.waiting import TooManyWaiting, Waiting
from telnyx_remote_mcp.settings import Settings
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.groups.events.arguments import read_since
from telnyx_tools.tool.event import Event, Events, Wanted, moment
from telnyx_tools.tool.shutdown import Shutdown

ANY = Wanted()
RECEIVED = Wanted(types=frozenset({"message.received"}))


async def wait(
    services: EventServices,
    wanted: Wanted = ANY,
    since: str | None = None,
    secs: float = 5,
    principal: str = "key:mine",
) -> Events:
    return await inbox(services, principal).wait(wanted, since, secs, None, contexts.silent)


def ids(events: Events) -> list[str | None]:
    return [event.message_id for event in events.events]


async def listened(services: EventServices, count: int = 1) -> None:
    """Return once so many wait."""
    with anyio.fail_after(5):
        while services.waiting._places.total() < count:
            await checkpoint()


@pytest.mark.anyio
class WaitBehaviour:
    async def test_what_is_there_already_is_given_at_once(self, settings: Settings) -> None:
        async with worker(settings) as services:
            await inbox(services).add([message(1), message(2)])
            assert ids(await wait(services, secs=0)) == ["message-1", "message-2"]
            assert ids(await wait(services, Wanted(message_id="message-2"))) == ["message-2"]
            assert ids(await wait(services, Wanted(message_id="message-3"), secs=0.01)) == []

    async def test_one_who_waits_is_woken_whichever_worker_takes_the_event(self, settings: Settings) -> None:
        async with worker(settings) as here, worker(settings) as there:
            for number, taker in enumerate((here, there)):
                waiting = asyncio.create_task(wait(here, Wanted(message_id=f"message-{number}")))
                await listened(here)
                await inbox(taker).add([message(number)])
                assert ids(await waiting) == [f"message-{number}"]

    async def test_nothing_is_missed_between_two_waits(self, settings: Settings) -> None:
        async with worker(settings) as here, worker(settings) as there:
            seen: list[str | None] = []
            since = (await wait(here, secs=0)).next
            for number in range(20):
                await inbox(there if number % 2 else here).add([message(number)])
                if number % 5 == 4:
                    events = await wait(here, since=since)
                    since, seen = events.next, seen + ids(events)
            assert seen == [f"message-{number}" for number in range(20)]
            assert ids(await wait(here, since=since, secs=0.01)) == []

    async def test_answers_are_in_the_order_of_what_occurred(self, settings: Settings) -> None:
        async with worker(settings) as services:
            await inbox(services).add([message(1, at=3), message(2, at=1), message(3, at=2)])
            assert ids(await wait(services)) == ["message-2", "message-3", "message-1"]
            assert ids(await inbox(services).find(ANY, None, 10)) == ["message-2", "message-3", "message-1"]

    async def test_an_account_sees_its_own_events_alone(self, settings: Settings) -> None:
        async with worker(settings) as services:
            theirs = asyncio.create_task(wait(services, secs=0.2, principal="key:theirs"))
            await listened(services)
            await inbox(services).add([message(1)])
            cursor = (await inbox(services).find(ANY, None, 10)).next
            assert ids(await theirs) == []
            assert ids(await inbox(services, "key:theirs").find(ANY, cursor, 10)) == []
            assert ids(await inbox(services, "key:theirs").find(ANY, "0.0", 10)) == []

    async def test_a_list_goes_on_page_by_page(self, settings: Settings) -> None:
        async with worker(settings) as services:
            await inbox(services).add([message(number) for number in range(7)])
            cursor, pages = "0.0", []
            while events := await inbox(services).find(ANY, cursor, 3):
                if not events.events:
                    break
                pages.append(ids(events))
                cursor = str(events.next)
            assert [len(page) for page in pages] == [3, 3, 1]
            assert [each for page in pages for each in page] == [f"message-{number}" for number in range(7)]

    @pytest.mark.parametrize("since", ["", "x", "1", "-1.1", "1.x", "1.1.1", "9" * 30 + ".1"])
    async def test_a_cursor_that_is_none_is_refused(self, since: str, settings: Settings) -> None:
        async with worker(settings) as services:
            with pytest.raises(ValueError, match="no cursor"):
                await wait(services, since=since)

    async def test_events_choose_by_number_moment_and_type(self, settings: Settings) -> None:
        async with worker(settings) as services:
            first, second = message(1, at=100), message(2, at=200, type_="message.delivered")
            await inbox(services).add([first, second])
            assert ids(await wait(services, RECEIVED)) == ["message-1"]
            assert ids(await wait(services, Wanted(since=moment(150)))) == ["message-2"]
            assert len(ids(await wait(services, Wanted(number=PERSON)))) == 2
            assert len(ids(await wait(services, Wanted(sender=PERSON, to=OURS)))) == 2
            assert ids(await wait(services, Wanted(sender=OURS), secs=0.01)) == []

    async def test_what_polling_finds_wakes_too_and_is_known_when_a_webhook_tells_it(self, settings: Settings) -> None:
        async with worker(settings) as services:
            asked: list[float] = []

            async def poll(since: float) -> Sequence[Event]:
                asked.append(since)
                return [message(1, polled="true")] if len(asked) > 1 else []

            started = time.time()
            events = await inbox(services).wait(RECEIVED, None, 5, poll, contexts.silent)
            assert ids(events) == ["message-1"]
            assert len(asked) == 2
            assert abs(asked[0] - started) < 5
            await inbox(services).add([message(1).model_copy(update={"id": "told"})])
            assert ids(await inbox(services).find(ANY, None, 10)) == ["message-1"]

    async def test_polling_stops_where_webhooks_tell(self, settings: Settings) -> None:
        async with worker(settings) as services:
            asked: list[float] = []

            async def poll(since: float) -> Sequence[Event]:
                asked.append(since)
                return []

            await inbox(services).add([message(1)])
            wanted = Wanted(sender=PERSON, types=frozenset({"message.received"}))
            since = (await inbox(services).find(ANY, None, 10)).next
            await inbox(services).wait(wanted, since, 1.5, poll, contexts.silent)
            assert len(asked) == 1

    async def test_the_first_error_of_polling_is_told_later_ones_are_not(self, settings: Settings) -> None:
        async with worker(settings) as services:
            asked: list[float] = []

            async def fails_first(since: float) -> Sequence[Event]:
                raise TelnyxError("no such call")

            async def fails_later(since: float) -> Sequence[Event]:
                asked.append(since)
                if len(asked) == 2:
                    raise TelnyxError("away for a moment")
                return [message(1)] if len(asked) == 3 else []

            with pytest.raises(TelnyxError, match="no such call"):
                await inbox(services).wait(ANY, None, 5, fails_first, contexts.silent)
            assert ids(await inbox(services).wait(ANY, None, 5, fails_later, contexts.silent)) == ["message-1"]

    async def test_a_wait_that_is_cancelled_leaves_nothing_behind(self, settings: Settings) -> None:
        async with worker(settings) as services:
            before = asyncio.all_tasks()
            waiting = asyncio.create_task(wait(services))
            await listened(services)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert services.waiting._places.total() == 0
            with anyio.fail_after(5):
                while asyncio.all_tasks() - before:
                    await checkpoint()

    async def test_whoever_waits_where_the_server_ends_goes_on_elsewhere_and_misses_nothing(
        self, settings: Settings
    ) -> None:
        """Neither of what webhooks tell, nor of what Telnyx was being asked for."""
        asked: list[float] = []

        async def poll(since: float) -> Sequence[Event]:
            asked.append(since)
            await asyncio.Event().wait()
            return []

        async with worker(settings) as here, worker(settings) as there:
            report = Reported(contexts.silent, Shutdown())
            waiting = asyncio.create_task(inbox(here).wait(ANY, "0.1000", 60, poll, report))
            await listened(here)
            while not asked:
                await checkpoint()
            report.shutdown.begin()
            with anyio.fail_after(5):
                ended = await waiting
                later = await inbox(here).wait(ANY, ended.next, 60, poll, report)
            assert (ended.events, later.events, ended.next, later.next) == ([], [], "0.1000", "0.1000")
            await inbox(there).add([message(1)])
            assert ids(await inbox(there).wait(ANY, ended.next, 5, poll, contexts.silent)) == ["message-1"]

    @pytest.mark.parametrize("since", ["1960-01-01T00:00Z", "9999-12-31T00:00Z"])
    async def test_a_wait_that_asks_since_any_moment_gives_a_cursor_to_go_on_from(
        self, settings: Settings, since: str
    ) -> None:
        async def poll(_: float) -> Sequence[Event]:
            raise AssertionError

        async with worker(settings) as services:
            found = await inbox(services).wait(Wanted(since=since), None, 0, poll, contexts.silent)
            assert found.next is not None
            assert read_since(found.next, lately=False) == (found.next, None)

    async def test_so_many_wait_and_no_more_of_one_account_and_of_all(self, settings: Settings) -> None:
        async with worker(settings) as services:
            services.waiting = Waiting(services.inbox_events, per_principal=2, overall=3)
            waiting = [asyncio.create_task(wait(services)) for _ in range(2)]
            await listened(services, 2)
            with pytest.raises(TooManyWaiting):
                await wait(services)
            waiting.append(asyncio.create_task(wait(services, principal="key:theirs")))
            await listened(services, 3)
            with pytest.raises(TooManyWaiting):
                await wait(services, principal="key:others")
            await inbox(services).add([message(1)])
            await inbox(services, "key:theirs").add([message(1)])
            assert [ids(each) for each in await asyncio.gather(*waiting)] == [["message-1"]] * 3
            assert ids(await wait(services)) == ["message-1"]

    async def test_a_request_lends_its_place_while_it_waits(self, settings: Settings) -> None:
        async with worker(settings) as services:
            place = _Place()
            waiting = asyncio.create_task(inbox(services, slot=place).wait(ANY, None, 5, None, contexts.silent))
            await listened(services)
            assert place.taken == 0
            await inbox(services).add([message(1)])
            await waiting
            assert place.taken == 1


class _Place:
    def __init__(self) -> None:
        self.taken = 1

    def leave(self) -> None:
        self.taken -= 1

    def take_back(self) -> None:
        self.taken += 1
