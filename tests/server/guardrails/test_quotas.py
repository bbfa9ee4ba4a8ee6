"""An account stays within its limits, whichever tool, process or connection it uses."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx2
import pytest
from pydantic import ValidationError
from tests import contexts
from tests.wires import MockWire

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next, pipeline
from telnyx_remote_mcp.guardrails.duplicates import Begins
from telnyx_remote_mcp.guardrails.quotas import KIND, QuotaExceeded, QuotaGuard
from telnyx_remote_mcp.guardrails.unavailable import CannotRemember
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.counters import Taken
from telnyx_remote_mcp.store.sqlite.counters import SqliteCounters
from telnyx_remote_mcp.store.sqlite.store import SqliteStore
from telnyx_remote_mcp.surface.limits import limits
from telnyx_tools.api.client import Api, Credential
from telnyx_tools.api.errors import OutcomeUnknown, Unreachable
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.registry import registry
from telnyx_tools.results.result import Result

pytestmark = pytest.mark.anyio

T = TypeVar("T")

TOOLS = registry().tools
SENDER = "+13125550100"
PERSON = "+13125550123"
OTHERS = ["+13125550124", "+13125550125"]


class Telnyx:
    """What lies behind the guard."""

    def __init__(self, result: Result | Exception | None = None) -> None:
        self.result = result or Result()
        self.calls: list[Call] = []

    async def __call__(self, call: Call) -> Result:
        self.calls.append(call)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = SqliteStore(tmp_path / "state.db")
    yield opened
    await opened.aclose()


def guard(store: Store, *written: str) -> QuotaGuard:
    shared = contexts.guarded(Settings(secret="s" * 32), Api(wire=MockWire(nothing)), store)
    return QuotaGuard(shared, limits(written))


def nothing(_: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(404, json={"errors": []})


def text(**changes: Any) -> Call:
    return contexts.call(TOOLS["send_message"], {"to": PERSON, "from_number": SENDER, "text": "x"}, **changes)


def operation(name: str, body: dict[str, Any]) -> Call:
    return contexts.call(OperationAction(Catalog.load()[name]), {"body": body})


async def test_what_is_beyond_a_limit_is_refused_with_what_is_left_and_when_it_resets(store: Store) -> None:
    telnyx, quotas = Telnyx(), guard(store, "messages=3/hour")
    group = contexts.call(TOOLS["send_group_message"], {"to": [PERSON, *OTHERS], "from_number": SENDER, "text": "x"})
    await quotas(text(), telnyx)
    with pytest.raises(QuotaExceeded) as exceeded:
        await quotas(group, telnyx)
    error = exceeded.value.describe()
    assert (error["code"], error["left"]) == ("quota_exceeded", 2)
    assert "3 messages an hour" in str(error["title"])
    assert 3_590 < float(str(error["retry_after_secs"])) <= 3_600
    for _ in range(2):
        await quotas(text(), telnyx)
    assert len(telnyx.calls) == 3


@pytest.mark.parametrize(
    ("call", "of", "counts"),
    [
        (text(), "messages", 1),
        (operation("messages.send", {"to": PERSON, "from": SENDER, "text": "x"}), "messages", 1),
        (operation("faxes.create", {"connection_id": "1", "to": PERSON, "from": SENDER}), "messages", 1),
        (contexts.call(TOOLS["start_verification"], {"phone_number": PERSON, "verify_profile_id": "1"}), "messages", 1),
        (contexts.call(TOOLS["make_call"], {"to": [PERSON, *OTHERS], "from_number": SENDER}), "calls", 3),
        (contexts.call(TOOLS["transfer"], {"call_control_id": "1", "to": PERSON}), "calls", 1),
        (contexts.call(TOOLS["initiate_phone_number_order"], {"phone_numbers": OTHERS}), "purchases", 2),
        (operation("number_orders.create", {"phone_numbers": [{"phone_number": PERSON}]}), "purchases", 1),
        (contexts.call(TOOLS["delete_messaging_profile"], {"messaging_profile_id": "1"}), "changes", 1),
    ],
    ids=lambda value: value.action.name if isinstance(value, Call) else str(value),
)
async def test_what_counts_is_known_of_tools_and_operations_alike(
    store: Store, call: Call, of: str, counts: int
) -> None:
    quotas = guard(store, *(f"{what}=10/day" for what in ("messages", "calls", "purchases", "changes")))
    await quotas(call, Telnyx())
    used = {budget.of: 10 - (budget.left or 0) for budget in await quotas.budgets(call)}
    assert used == {**dict.fromkeys(("messages", "calls", "purchases", "changes"), 0), of: counts}


async def test_money_is_counted_as_telnyx_tells_it_and_nothing_goes_on_when_it_is_used_up(store: Store) -> None:
    costs = Result.model_validate({"cost": {"amount": "0.6", "currency": "USD"}})
    telnyx, quotas = Telnyx(costs), guard(store, "spend=1/day")
    await quotas(text(), telnyx)
    (budget,) = await quotas.budgets(text())
    assert budget.left == pytest.approx(0.4, abs=1e-5)
    await quotas(text(), telnyx)
    with pytest.raises(QuotaExceeded):
        await quotas(text(), telnyx)
    await quotas(contexts.call(TOOLS["delete_messaging_profile"], {"messaging_profile_id": "1"}), telnyx)


def priced(request: httpx2.Request) -> httpx2.Response:
    """Telnyx, which sells a number for 12 and the first month of it for 3, and took 0.5 for a part of the last text."""
    if request.url.path.endswith("/available_phone_numbers"):
        cost = {"upfront_cost": "12.00", "monthly_cost": "3.00", "currency": "USD"}
        return httpx2.Response(200, json={"data": [{"phone_number": PERSON, "cost_information": cost}]})
    record = {"cost": "0.5", "parts": 1, "currency": "USD"}
    return httpx2.Response(200, json={"data": [record] if request.url.path.endswith("/detail_records") else []})


async def test_what_a_call_is_known_to_cost_is_counted_before_it_is_made(store: Store) -> None:
    shared = contexts.guarded(Settings(secret="s" * 32), Api(wire=MockWire(priced)), store)
    telnyx, quotas = Telnyx(), QuotaGuard(shared, limits(["spend=20/day"]))
    order = contexts.call(TOOLS["initiate_phone_number_order"], {"phone_numbers": [PERSON]})
    assert await quotas.foresee(order) == []
    await quotas(order, telnyx)
    with pytest.raises(QuotaExceeded) as exceeded:
        await quotas(order, telnyx)
    assert exceeded.value.describe()["left"] == 5
    assert await quotas.foresee(order) == ["More than 20 of money a day: 5 left, the call needs 15."]
    await quotas(text(), telnyx)
    told = Telnyx(Result.model_validate({"cost": {"amount": "2", "currency": "USD"}}))
    await quotas(text(), told)
    (budget,) = await quotas.budgets(text())
    assert budget.left == 2.5
    assert len(telnyx.calls) == 2


async def test_what_calls_cost_by_the_minute_is_counted_once_it_is_told(store: Store) -> None:
    records: list[dict[str, Any]] = []

    def telling(request: httpx2.Request) -> httpx2.Response:
        found = records if request.url.path.endswith("/detail_records") else []
        wanted = request.url.params.get("filter[record_type]")
        return httpx2.Response(200, json={"data": [record for record in found if record["type"] == wanted]})

    def process() -> QuotaGuard:
        shared = contexts.guarded(Settings(secret="s" * 32), Api(wire=MockWire(telling)), store)
        return QuotaGuard(shared, limits(["spend=1/day"]))

    placed = Telnyx(Result.model_validate({"call_control_id": "c1", "call_leg_id": "l1"}))
    make = contexts.call(TOOLS["make_call"], {"to": PERSON, "from_number": SENDER, "connection_id": "1"})
    await process()(make, placed)
    await process()(text(), Telnyx())
    records += [
        {"type": "call-control", "call_control_id": "c1", "cost": "0.4"},
        {"type": "call-control", "call_control_id": "somebody's", "cost": "100"},
        {"type": "sip-trunking", "call_leg_id": "l1", "cost": "0.5"},
    ]
    for _ in range(2):
        await process()(text(), Telnyx())
    (budget,) = await process().budgets(make)
    assert budget.left == pytest.approx(0.1, abs=1e-4)
    records.append({"type": "call-control", "call_control_id": "c2", "cost": "0.2"})
    await process()(make, Telnyx(Result.model_validate({"data": {"call_control_id": "c2"}})))
    with pytest.raises(QuotaExceeded):
        await process()(make, placed)


Failure = Callable[[], Awaitable[None]]


async def test_what_a_call_cost_is_counted_though_its_client_has_left_meanwhile(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    quotas, add = guard(store, "spend=1/day"), store.counters.add

    async def connects_first(*of: Any) -> float:
        await anyio.lowlevel.checkpoint()
        return await add(*of)

    monkeypatch.setattr(store.counters, "add", connects_first)
    with anyio.CancelScope() as scope:

        async def leaves(_: Call) -> Result:
            scope.cancel()
            return Result.model_validate({"cost": {"amount": "0.6", "currency": "USD"}})

        await quotas(text(), leaves)
    (budget,) = await quotas.budgets(text())
    assert budget.left == pytest.approx(0.4, abs=1e-5)


class FailingCounters(SqliteCounters):
    failing: Callable[[Coroutine[None, None, None]], Awaitable[None]]

    async def add_once(self, *given: Any, **named: Any) -> None:
        await self.failing(super().add_once(*given, **named))


class FailingStore(SqliteStore):
    """A store with a `failure` at the write number `at` of those that count bills: before it, or after it `stores`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, durable=False)
        self.writes, self.at, self.stores = 0, 0, False
        self.failure: Failure | None = None
        self.counters = FailingCounters(self._file)
        self.counters.failing = self.failing

    async def swap(self, *given: Any) -> bool:
        return await self.failing(super().swap(*given))

    async def failing(self, write: Coroutine[None, None, T]) -> T:
        self.writes += 1
        fails = self.failure if self.writes == self.at else None
        if fails is not None and not self.stores:
            write.close()
            await fails()
        reply = await write
        if fails is not None:
            await fails()
        return reply


async def fails() -> None:
    raise StoreUnavailable("down")


async def leaves() -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize("failure", [fails, leaves])
@pytest.mark.parametrize("stores", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3])
async def test_what_calls_cost_counts_once_though_counting_is_broken_off(
    tmp_path: Path, at: int, stores: bool, failure: Failure
) -> None:
    records: list[dict[str, Any]] = []

    def telling(request: httpx2.Request) -> httpx2.Response:
        asked = request.url.params.get("filter[record_type]") == "call-control"
        return httpx2.Response(200, json={"data": records if asked else []})

    async with aclosing(FailingStore(tmp_path / "state.db")) as store:
        shared = contexts.guarded(Settings(secret="s" * 32), Api(wire=MockWire(telling)), store)
        make = contexts.call(TOOLS["make_call"], {"to": PERSON, "from_number": SENDER, "connection_id": "1"})
        for id_ in ("c1", "c2"):
            placed = Telnyx(Result.model_validate({"call_control_id": id_}))
            await QuotaGuard(shared, limits(["spend=1/day"]))(make, placed)
        records += [{"call_control_id": id_, "cost": "0.4"} for id_ in ("c1", "c2")]
        store.writes, store.at, store.stores, store.failure = 0, at, stores, failure
        quotas = QuotaGuard(shared, limits(["spend=1/day"]))
        with pytest.raises((CannotRemember, asyncio.CancelledError)):
            await quotas(text(), Telnyx())
        await quotas(text(), Telnyx())
        (budget,) = await quotas.budgets(text())
        assert budget.left == pytest.approx(0.2, abs=1e-4)


async def test_the_price_of_texts_is_looked_up_where_money_is_limited_and_once_a_minute_where_it_is_not_known(
    store: Store,
) -> None:
    asked: list[str] = []

    def unknown(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        return httpx2.Response(200, json={"data": []})

    shared = contexts.guarded(Settings(secret="s" * 32), Api(wire=MockWire(unknown)), store)
    await QuotaGuard(shared, limits(["messages=5/day"]))(text(), Telnyx())
    assert asked == []
    quotas = QuotaGuard(shared, limits(["spend=5/day"]))
    for _ in range(3):
        await quotas(text(), Telnyx())
    assert asked == ["/v2/detail_records"]


async def test_each_account_has_its_own_in_all_processes(store: Store, tmp_path: Path) -> None:
    other_process = SqliteStore(tmp_path / "state.db")
    await guard(store, "messages=1/hour")(text(), Telnyx())
    with pytest.raises(QuotaExceeded):
        await guard(other_process, "messages=1/hour")(text(), Telnyx())
    await guard(store, "messages=1/hour")(text(caller=Caller("key:b", Credential("KEYb"), "api_key")), Telnyx())
    await other_process.aclose()


@pytest.mark.parametrize(
    ("error", "left"), [(Unreachable("POST /messages", "down"), 1), (OutcomeUnknown("POST /messages", "lost"), 0)]
)
async def test_only_what_failed_for_certain_does_not_count(store: Store, error: Exception, left: int) -> None:
    quotas = guard(store, "messages=1/hour", "changes=5/hour")
    with pytest.raises(type(error)):
        await quotas(text(), Telnyx(error))
    assert [budget.left for budget in await quotas.budgets(text())] == [left, 5]


class LosingCounters(SqliteCounters):
    """Counters whose reply to the second call that they count is lost, though they have counted."""

    taken = 0

    async def take(self, *of: Any) -> Taken:
        taken = await super().take(*of)
        self.taken += 1
        if self.taken == 2:
            raise StoreUnavailable("lost")
        return taken


async def test_where_the_reply_of_the_store_is_lost_what_it_counted_for_certain_is_given_back(tmp_path: Path) -> None:
    async with aclosing(SqliteStore(tmp_path / "state.db")) as store:
        store.counters = LosingCounters(store._file)
        quotas, telnyx = guard(store, "messages=5/hour", "messages=5/day"), Telnyx()
        with pytest.raises(CannotRemember):
            await quotas(text(), telnyx)
        assert [budget.left for budget in await quotas.budgets(text())] == [5, 4]
        assert telnyx.calls == []


@pytest.mark.parametrize(("begins", "left"), [(False, 5), (True, 4)])
async def test_a_call_that_its_client_leaves_counts_once_it_may_have_been_sent(
    store: Store, begins: bool, left: int
) -> None:
    quotas = guard(store, "messages=5/hour")
    with anyio.CancelScope() as scope:

        async def leaves(_: Call) -> Result:
            scope.cancel()
            await anyio.sleep_forever()
            raise AssertionError

        await pipeline([quotas, *([Begins()] if begins else ())], leaves)(text())
    assert [budget.left for budget in await quotas.budgets(text())] == [left]


async def test_a_client_that_leaves_while_its_call_is_counted_leaves_nothing_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    quotas, take, telnyx = guard(store, "messages=5/hour"), store.counters.take, Telnyx()
    with anyio.CancelScope() as scope:

        async def leaves(*of: Any) -> Taken:
            taken = await take(*of)
            scope.cancel()
            await anyio.lowlevel.checkpoint()  # the reply comes later
            return taken

        monkeypatch.setattr(store.counters, "take", leaves)
        await pipeline([quotas, Waits()], telnyx)(text())
    assert [budget.left for budget in await quotas.budgets(text())] == [5]
    assert telnyx.calls == []


class Waits:
    """A step that lets others run."""

    async def __call__(self, call: Call, proceed: Next) -> Result:
        await anyio.lowlevel.checkpoint()
        return await proceed(call)


async def test_a_limit_that_refuses_takes_nothing_of_the_others(store: Store) -> None:
    quotas = guard(store, "messages=10/hour", "messages=0/day")
    with pytest.raises(QuotaExceeded):
        await quotas(text(), Telnyx())
    assert [budget.left for budget in await quotas.budgets(text())] == [10, 0]


async def test_a_preview_takes_nothing_and_says_what_would_be_beyond(store: Store) -> None:
    quotas = guard(store, "messages=0/hour", "calls=0/hour")
    await quotas(text(preview=True), Telnyx())
    assert await quotas.foresee(text()) == ["More than 0 messages an hour: 0 left, the call needs 1."]


async def test_without_a_store_only_reads_go_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    quotas, telnyx = guard(SqliteStore(tmp_path / "file" / "state.db"), *Settings().quotas), Telnyx()
    deletion = contexts.call(TOOLS["delete_messaging_profile"], {"messaging_profile_id": "1"})
    for call in (text(), deletion):
        with pytest.raises(CannotRemember):
            await quotas(call, telnyx)
    reading = contexts.call(TOOLS["list_messaging_profiles"], {})
    await quotas(reading, telnyx)
    assert telnyx.calls == [reading]
    assert {budget.left for budget in await quotas.budgets(reading)} == {None}


async def test_the_store_says_nothing_of_whose_numbers_they_are(store: Store, tmp_path: Path) -> None:
    await guard(store, "messages=3/hour")(text(), Telnyx())
    written = (tmp_path / "state.db").read_bytes() + (tmp_path / "state.db-wal").read_bytes()
    assert KIND.encode() in written
    assert contexts.TESTER.principal.encode() not in written


@pytest.mark.parametrize(
    "written", ["messages", "messages=x/hour", "texts=1/hour", "messages=1/week", "none,calls=1/day"]
)
def test_what_is_no_limit_is_refused_at_the_start(written: str) -> None:
    with pytest.raises(ValidationError, match="is no limit"):
        Settings(quotas=written)


def test_there_may_be_none() -> None:
    assert Settings(quotas=["none"]).limits == []
