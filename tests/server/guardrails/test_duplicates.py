"""The same call that spends happens once, however often and wherever it comes."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests import contexts

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next, Step, pipeline
from telnyx_remote_mcp.calls.progress import Reported
from telnyx_remote_mcp.guardrails.duplicates import KIND, Begins, DuplicateGuard, StillRunning
from telnyx_remote_mcp.guardrails.person import Refused
from telnyx_remote_mcp.guardrails.repeats import MOST_FILE_BYTES
from telnyx_remote_mcp.guardrails.unavailable import CannotRemember
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite.store import SqliteStore
from telnyx_tools.api.client import Credential
from telnyx_tools.api.errors import OutcomeUnknown, TelnyxError, Unreachable
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.registry import registry
from telnyx_tools.results.answer import Answer
from telnyx_tools.results.result import AttachedResult, Attachment, Result
from telnyx_tools.tool.shutdown import Shutdown

pytestmark = pytest.mark.anyio

TOOLS = registry().tools
TEXT = {"to": "+13125550123", "from_number": "+13125550100", "text": "hello"}
LEASE_SECS = 0.3
MANY = 200


@dataclass
class Telnyx:
    """What lies behind the guard: it counts, and answers when it is let go."""

    outcome: Callable[[int], Result] = lambda count: Result(message=f"m{count}")
    go: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    calls: list[Call] = field(default_factory=list)
    most: int = 1
    """So many have to come before it is reached."""

    async def __call__(self, call: Call) -> Result:
        self.calls.append(call)
        if len(self.calls) == self.most:
            self.reached.set()
        await self.go.wait()
        return self.outcome(len(self.calls))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = SqliteStore(tmp_path / "state.db", durable=False)
    yield opened
    await opened.aclose()


@pytest.fixture
def telnyx() -> Telnyx:
    made = Telnyx()
    made.go.set()
    return made


Guard = Callable[[Call, Next], Awaitable[Result]]


def guard(store: Store, window_secs: float = 30, secret: bytes = b"s" * 32, between: Sequence[Step] = ()) -> Guard:
    """The guard, and behind it the steps `between` it and the place where a call begins to take effect."""
    once = DuplicateGuard(
        store, lambda: Secret(secret), window_secs=window_secs, place="https://x", lease_secs=LEASE_SECS
    )

    async def guarded(call: Call, proceed: Next) -> Result:
        return await pipeline([once, *between, Begins()], proceed)(call)

    return guarded


class Asking:
    """A step that waits for a person."""

    def __init__(self) -> None:
        self.asked, self.answered = asyncio.Event(), asyncio.Event()

    async def __call__(self, call: Call, proceed: Next) -> Result:
        self.asked.set()
        await self.answered.wait()
        return await proceed(call)


def text(request_id: str = "first", **changes: Any) -> Call:
    given = {name: value for name, value in changes.items() if name in TEXT}
    others = {name: value for name, value in changes.items() if name not in TEXT}
    return contexts.call(TOOLS["send_message"], {**TEXT, **given}, request_id=request_id, **others)


def fails(error: Exception) -> Callable[[int], Result]:
    def raising(count: int) -> Result:
        raise error

    return raising


async def test_a_second_call_gets_the_first_result_and_says_so(store: Store, telnyx: Telnyx) -> None:
    once = guard(store)
    first = await once(text("first"), telnyx)
    again = (await once(text("second"), telnyx)).wire()
    assert len(telnyx.calls) == 1
    assert (again.pop("duplicate_of"), "allow_duplicate" in again.pop("duplicate_note")) == ("first", True)
    assert again == first.wire()


async def test_another_process_and_one_after_a_restart_know_of_it(store: Store, telnyx: Telnyx, tmp_path: Path) -> None:
    await guard(store)(text(), telnyx)
    other = SqliteStore(tmp_path / "state.db")
    assert (await guard(other)(text(), telnyx)).wire()["duplicate_of"] == "first"
    await other.aclose()


async def test_what_differs_in_anything_is_another_call(store: Store, telnyx: Telnyx) -> None:
    once = guard(store)
    differing = [
        text(),
        text(text="hello!"),
        text(to="+13125550124"),
        text(from_number="+13125550101"),
        text(caller=Caller("key:other", Credential("KEYother"), "api_key")),
        text(caller=Caller("stdio", Credential("KEYone"), "stdio")),
        text(caller=Caller("stdio", Credential("KEYtwo"), "stdio")),
    ]
    for call in differing:
        await once(call, telnyx)
    assert len(telnyx.calls) == len(differing)


async def test_the_order_of_arguments_and_what_is_minted_for_a_request_make_no_difference(
    store: Store, telnyx: Telnyx
) -> None:
    dial = OperationAction(Catalog.load()["calls.dial"])
    bodies = [{"connection_id": "1", "to": "+13125550123", "from": "+13125550100"}]
    bodies.append(dict(reversed(bodies[0].items())))
    for body in bodies:
        await guard(store)(contexts.call(dial, {"body": body}), telnyx)
    assert len(telnyx.calls) == 1


async def test_a_version_in_which_the_tool_takes_one_more_argument_knows_the_call_again(
    store: Store, telnyx: Telnyx
) -> None:
    call = text()
    await guard(store)(call, telnyx)
    later = replace(call, arguments={**call.arguments, "one_more": None})
    assert "duplicate_of" in (await guard(store)(later, telnyx)).wire()


async def test_only_what_spends_is_held_back_and_only_unless_it_is_meant(store: Store, telnyx: Telnyx) -> None:
    once = guard(store)
    deletion = contexts.call(TOOLS["delete_messaging_profile"], {"messaging_profile_id": "1"})
    for call in (deletion, deletion, text(), text(allow_duplicate=True)):
        await once(call, telnyx)
    assert len(telnyx.calls) == 4


async def test_after_the_window_it_is_a_new_call(store: Store, telnyx: Telnyx) -> None:
    once = guard(store, window_secs=0.05)
    await once(text(), telnyx)
    await anyio.sleep(0.06)
    await once(text(), telnyx)
    assert len(telnyx.calls) == 2


@pytest.mark.parametrize("processes", [1, 2])
async def test_two_hundred_at_once_reach_telnyx_once(store: Store, processes: int) -> None:
    telnyx, results = Telnyx(), []
    guards = [guard(store) for _ in range(processes)]

    async def make(number: int) -> None:
        results.append((await guards[number % processes](text(f"r{number}"), telnyx)).wire())

    async with anyio.create_task_group() as group:
        for number in range(MANY):
            group.start_soon(make, number)
        await telnyx.reached.wait()
        telnyx.go.set()
    assert len(telnyx.calls) == 1
    assert {result["message"] for result in results} == {"m1"}
    assert sum("duplicate_of" in result for result in results) == 199


async def test_different_ones_all_go_and_wait_for_none(store: Store) -> None:
    telnyx, once = Telnyx(most=MANY), guard(store)
    async with anyio.create_task_group() as group:
        for number in range(MANY):
            group.start_soon(once, text(text=f"number {number}"), telnyx)
        await telnyx.reached.wait()  # all are on their way before one is done
        telnyx.go.set()
    assert len(telnyx.calls) == MANY


async def test_another_account_never_waits(store: Store) -> None:
    slow, quick, once = Telnyx(), Telnyx(), guard(store)
    quick.go.set()
    async with anyio.create_task_group() as group:
        group.start_soon(once, text(), slow)
        await slow.reached.wait()
        with anyio.fail_after(2):
            await once(text(caller=Caller("key:other", Credential("KEYother"), "api_key")), quick)
        slow.go.set()


async def test_what_failed_for_certain_is_made_again(store: Store, telnyx: Telnyx) -> None:
    once = guard(store)
    telnyx.outcome = fails(Unreachable("POST /messages", "down"))
    for _ in range(2):
        with pytest.raises(Unreachable):
            await once(text(), telnyx)
    assert len(telnyx.calls) == 2


@pytest.mark.parametrize("error", [OutcomeUnknown("POST /messages", "lost"), RuntimeError("a bug")])
async def test_what_may_have_happened_is_never_made_again_and_says_how_to_check(
    store: Store, telnyx: Telnyx, error: Exception
) -> None:
    telnyx.outcome = fails(error)
    with pytest.raises(type(error)):
        await guard(store)(text(), telnyx)
    with pytest.raises(OutcomeUnknown) as unknown:
        await guard(store)(text(), telnyx)
    assert len(telnyx.calls) == 1
    assert str(TOOLS["send_message"].check) in str(unknown.value.describe()["remedy"])
    telnyx.outcome = lambda count: Result()
    await guard(store)(text(allow_duplicate=True), telnyx)


async def test_a_client_that_leaves_leaves_an_unknown_outcome(store: Store) -> None:
    telnyx = Telnyx()
    with anyio.CancelScope() as left:
        async with anyio.create_task_group() as group:
            group.start_soon(guard(store), text(), telnyx)
            await telnyx.reached.wait()
            left.cancel()
    with pytest.raises(OutcomeUnknown):
        await guard(store)(text(), telnyx)


async def test_the_twin_of_a_call_whose_process_died_is_told_so_after_a_while(store: Store) -> None:
    telnyx = Telnyx()
    dying = asyncio.ensure_future(guard(store)(text(), telnyx))
    await telnyx.reached.wait()
    (key,) = await store.keys(KIND)
    running = await store.get(KIND, key)
    assert running is not None
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    await store.put(KIND, key, running)  # as it would stand there after kill -9
    with pytest.raises(OutcomeUnknown):
        await guard(store)(text(), telnyx)
    assert len(telnyx.calls) == 1


async def killed(guard: Guard, store: Store, until: asyncio.Event, telnyx: Telnyx) -> None:
    """Make a call whose process dies then: what it had noted stays as it was."""
    dying = asyncio.ensure_future(guard(text(), telnyx))
    await until.wait()
    (key,) = await store.keys(KIND)
    running = await store.get(KIND, key)
    assert running is not None
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    await store.put(KIND, key, running)


async def test_a_call_whose_process_died_before_anything_was_sent_is_made_by_its_twin(
    store: Store, telnyx: Telnyx
) -> None:
    asking = Asking()
    await killed(guard(store, between=[asking]), store, asking.asked, telnyx)
    assert "duplicate_of" not in (await guard(store)(text("second"), telnyx)).wire()
    assert (await guard(store)(text("third"), telnyx)).wire()["duplicate_of"] == "second"
    assert len(telnyx.calls) == 1


async def test_a_client_that_leaves_while_its_person_is_asked_may_ask_again(store: Store, telnyx: Telnyx) -> None:
    asking = Asking()
    leaving = asyncio.ensure_future(guard(store, between=[asking])(text(), telnyx))
    await asking.asked.wait()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await store.keys(KIND) == []


async def test_of_a_call_that_was_taken_over_meanwhile_the_first_process_sends_nothing(
    store: Store, telnyx: Telnyx
) -> None:
    """A process that stood still, as in a machine that slept: the yes comes when its twin has made the call."""
    asking = Asking()
    first = asyncio.ensure_future(guard(store, between=[asking])(text("first"), telnyx))
    await asking.asked.wait()
    (key,) = await store.keys(KIND)
    await store.delete(KIND, key)  # as whoever took it over did
    assert "duplicate_of" not in (await guard(store)(text("second"), telnyx)).wire()
    asking.answered.set()
    assert (await first).wire()["duplicate_of"] == "second"
    assert len(telnyx.calls) == 1


async def test_a_person_who_takes_longer_than_the_lease_is_waited_for(store: Store, telnyx: Telnyx) -> None:
    asking = Asking()
    first = asyncio.ensure_future(guard(store, between=[asking])(text("first"), telnyx))
    await asking.asked.wait()
    twin = asyncio.ensure_future(guard(store)(text("second"), telnyx))
    await anyio.sleep(2.5 * LEASE_SECS)
    assert not twin.done()
    asking.answered.set()
    await first
    assert (await twin).wire()["duplicate_of"] == "first"
    assert len(telnyx.calls) == 1


async def test_where_the_store_went_away_before_it_began_nothing_is_sent(tmp_path: Path, telnyx: Telnyx) -> None:
    class Away:
        async def __call__(self, call: Call, proceed: Next) -> Result:
            with sqlite3.connect(tmp_path / "gone.db") as file:
                file.execute("DROP TABLE entries")
            return await proceed(call)

    opened = SqliteStore(tmp_path / "gone.db", durable=False)
    with pytest.raises(CannotRemember):
        await guard(opened, between=[Away()])(text(), telnyx)
    assert telnyx.calls == []
    await opened.aclose()


async def test_a_call_that_takes_longer_than_the_lease_is_waited_for(store: Store) -> None:
    telnyx = Telnyx()
    async with anyio.create_task_group() as group:
        group.start_soon(guard(store), text(), telnyx)
        await telnyx.reached.wait()
        group.start_soon(_let_go, telnyx, 2.5 * LEASE_SECS)
        again = await guard(store)(text(), telnyx)
    assert again.wire()["duplicate_of"] == "first"
    assert len(telnyx.calls) == 1


async def test_a_twin_whose_server_ends_goes_on_elsewhere_and_nothing_is_made_twice(store: Store) -> None:
    telnyx, ending = Telnyx(), Reported(contexts.silent, Shutdown())
    ending.shutdown.begin()
    async with anyio.create_task_group() as group:
        group.start_soon(guard(store), text(), telnyx)
        await telnyx.reached.wait()
        with anyio.fail_after(5), pytest.raises(StillRunning):
            await guard(store)(text(progress=ending), telnyx)
        telnyx.go.set()
        again = await guard(store)(text(), telnyx)
    assert again.wire()["duplicate_of"] == "first"
    assert len(telnyx.calls) == 1


async def test_an_answer_of_an_operation_stays_one_and_files_come_again(store: Store, telnyx: Telnyx) -> None:
    telnyx.outcome = lambda count: Answer(data={"id": "m1"})
    await guard(store)(text(), telnyx)
    assert isinstance(again := await guard(store)(text(), telnyx), Answer)
    assert again.data == {"id": "m1"}

    spoken = text(text="spoken")
    telnyx.outcome = lambda count: AttachedResult().attach(Attachment("telnyx:a", "audio/mpeg", b"\0\1"))
    await guard(store)(spoken, telnyx)
    repeated = await guard(store)(spoken, telnyx)
    assert isinstance(repeated, AttachedResult)
    assert repeated.attachments == [Attachment("telnyx:a", "audio/mpeg", b"\0\1")]

    large = text(text="large")
    telnyx.outcome = lambda count: AttachedResult().attach(Attachment("t:b", "audio/mpeg", bytes(MOST_FILE_BYTES + 1)))
    await guard(store)(large, telnyx)
    assert "files" in (await guard(store)(large, telnyx)).wire()["duplicate_note"]


async def test_what_is_kept_can_be_read_by_nobody_without_the_secret(store: Store, telnyx: Telnyx) -> None:
    telnyx.outcome = lambda count: Answer(data={"text": "the words"})
    await guard(store)(text(), telnyx)
    (key,) = await store.keys(KIND)
    kept = await store.get(KIND, key)
    assert kept is not None
    assert b"the words" not in kept
    assert "+1312" not in key


async def test_without_a_store_nothing_is_spent(tmp_path: Path, telnyx: Telnyx) -> None:
    (tmp_path / "file").write_text("")
    down = SqliteStore(tmp_path / "file" / "state.db")
    with pytest.raises(CannotRemember):
        await guard(down)(text(), telnyx)
    reading = contexts.call(TOOLS["list_messaging_profiles"], {})
    await guard(down)(reading, telnyx)
    assert telnyx.calls == [reading]


async def test_what_another_secret_sealed_is_not_made_again(store: Store, telnyx: Telnyx) -> None:
    await guard(store)(text(), telnyx)
    (key,) = await store.keys(KIND)
    await store.put(KIND, key, b"unreadable")
    with pytest.raises(CannotRemember):
        await guard(store)(text(), telnyx)
    assert len(telnyx.calls) == 1


async def test_an_error_reaches_every_twin(store: Store) -> None:
    telnyx, once, codes = Telnyx(fails(Unreachable("POST /messages", "down"))), guard(store), []

    async def make() -> None:
        try:
            await once(text(), telnyx)
        except TelnyxError as error:
            codes.append(error.describe()["code"])

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(make)
        await telnyx.reached.wait()
        telnyx.go.set()
    assert codes == ["unreachable"] * 5
    assert len(telnyx.calls) == 1


async def test_what_keeps_back_a_call_of_one_connection_keeps_back_no_twin_of_another(
    store: Store, telnyx: Telnyx
) -> None:
    """Or of the same one, with the answer to what the first of them is still to ask."""
    asking = Asking()

    async def asks_the_first(call: Call, proceed: Next) -> Result:
        if call.request_id == "first":
            await asking(call, proceed)
        return await proceed(call)

    async def keeps_back(call: Call, proceed: Next) -> Result:
        if call.caller.grant_id == "narrow":
            raise Refused("No", "", "policy")
        return await proceed(call)

    once = guard(store, between=[asks_the_first, keeps_back])
    narrow, wide = (Caller("key:1", Credential("KEYone"), "oauth", grant_id=grant) for grant in ("narrow", "wide"))
    first = asyncio.create_task(once(text("first", caller=narrow), telnyx))
    await asking.asked.wait()
    calls = [text(f"twin {number}", caller=wide) for number in range(3)]
    twins = [asyncio.create_task(once(call, telnyx)) for call in calls]
    await asyncio.sleep(0)
    asking.answered.set()
    with pytest.raises(Refused):
        await first
    results = [(await twin).wire() for twin in twins]
    assert len(telnyx.calls) == 1
    assert [result.get("duplicate_of") for result in results] == [None, "twin 0", "twin 0"]


async def _let_go(telnyx: Telnyx, after_secs: float) -> None:
    await anyio.sleep(after_secs)
    telnyx.go.set()


def test_the_note_of_a_duplicate_is_short() -> None:
    from telnyx_remote_mcp.guardrails.repeats import NOTE

    assert len(json.dumps(NOTE)) < 100
