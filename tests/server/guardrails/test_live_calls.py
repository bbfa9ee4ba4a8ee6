"""A place among the calls that may go on at once is held by a call that may go on, and by no other for long."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import anyio
import httpx2
import pytest
from tests import contexts
from tests.contexts import TESTER
from tests.wires import MockWire

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next, Step, pipeline
from telnyx_remote_mcp.composition.guards import create_guards
from telnyx_remote_mcp.guardrails import live_calls
from telnyx_remote_mcp.guardrails.duplicates import Begins
from telnyx_remote_mcp.guardrails.live_calls import KIND, LEASE_SECS, LONGEST_SECS, LiveCallsGuard
from telnyx_remote_mcp.guardrails.quotas import QuotaExceeded
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.guardrails.unavailable import CannotRemember
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.sqlite.store import SqliteStore
from telnyx_remote_mcp.surface.owner_rules import OwnerRules
from telnyx_tools.api.call import Call as Request
from telnyx_tools.api.call import Failure
from telnyx_tools.api.client import Api
from telnyx_tools.api.errors import OutcomeUnknown, Unreachable
from telnyx_tools.api.reply import Reply
from telnyx_tools.registry import registry
from telnyx_tools.results.result import Result

pytestmark = pytest.mark.anyio

ONE = OwnerRules(calls_at_once=1)
CONNECTED = replace(TESTER, lane="oauth", grant_id="grant", rules=ONE)


class LosingStore(SqliteStore):
    """A store that loses its reply to the write of a place with the number `loses`, or all of them while it is `down`.
    What it is to store, it has stored where only the reply is lost."""

    writes, loses, down = 0, 0, False

    async def add(self, kind: str, key: str, value: bytes, ttl_secs: float | None = None) -> bool:
        with self._losing(kind):
            return await super().add(kind, key, value, ttl_secs)

    async def swap(self, kind: str, key: str, old: bytes, new: bytes, ttl_secs: float | None = None) -> bool:
        with self._losing(kind):
            return await super().swap(kind, key, old, new, ttl_secs)

    @contextmanager
    def _losing(self, kind: str) -> Iterator[None]:
        self.writes += kind == KIND
        if kind == KIND and self.down:
            raise StoreUnavailable("down")
        yield
        if kind == KIND and self.writes == self.loses:
            raise StoreUnavailable("lost")


class LeftWire(MockWire):
    """Telnyx, whose answer comes after the client has left: it is asked within what it `cancels`."""

    cancels: anyio.CancelScope | None = None

    async def attempt(self, call: Request) -> Reply | Failure:
        if self.cancels is not None:
            self.cancels.cancel()
            await anyio.sleep_forever()
        return await super().attempt(call)


@dataclass
class Server:
    """The guard, and the moment at which it looks. Its step `before` comes right before a call begins."""

    store: LosingStore
    wire: LeftWire
    shared: Shared
    now: float = 1_800_000_000.0

    async def dial(self, telnyx: Next, *before: Step, caller: Caller = TESTER) -> Result:
        return await pipeline([LiveCallsGuard(self.shared), *before, Begins()], telnyx)(dialling(caller))

    async def is_full(self, caller: Caller = TESTER) -> bool:
        return bool(await LiveCallsGuard(self.shared).foresee(dialling(caller)))


def dialling(caller: Caller = TESTER) -> Call:
    arguments = {"to": "+12025550123", "from_number": "+12025550101", "connection_id": "1"}
    return contexts.call(registry().tools["make_call"], arguments, caller=caller)


async def placed(_: Call) -> Result:
    return Result.model_validate({"data": {"call_control_id": "c1"}})


async def never(_: Call) -> Result:
    raise AssertionError("nothing may be sent")


def fails(error: Exception) -> Next:
    async def failing(_: Call) -> Result:
        raise error

    return failing


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    async with aclosing(LosingStore(tmp_path / "state.db", durable=False)) as store:
        wire = LeftWire(lambda _: httpx2.Response(200, json={"data": {"is_alive": True}}))
        made = Server(store, wire, contexts.guarded(Settings(secret="s" * 32), Api(wire=wire), store))
        monkeypatch.setattr(live_calls, "time", SimpleNamespace(time=lambda: made.now))
        await made.shared.account_rules.save(TESTER.principal, ONE)
        yield made


async def test_a_call_holds_its_place_as_long_as_it_may_go_on(server: Server) -> None:
    await server.dial(placed)
    server.now += LONGEST_SECS - 1
    assert await server.is_full()
    server.now += 1
    assert not await server.is_full()


async def test_a_place_is_free_at_once_if_only_the_reply_to_taking_it_was_lost(server: Server) -> None:
    server.store.loses = 1
    with pytest.raises(CannotRemember):
        await server.dial(never)
    assert not await server.is_full()


async def test_a_place_that_cannot_be_given_back_ends_by_itself_soon(server: Server) -> None:
    async def fails_with_the_store(_: Call) -> Result:
        server.store.down = True
        raise Unreachable("POST /calls", "down")

    with pytest.raises(Unreachable):
        await server.dial(fails_with_the_store)
    server.store.down = False
    assert await server.is_full()
    server.now += LEASE_SECS
    assert not await server.is_full()


async def test_the_place_at_the_account_is_given_back_if_the_one_at_the_connection_cannot_be_stored(
    server: Server,
) -> None:
    server.store.loses = 2
    with pytest.raises(CannotRemember):
        await server.dial(never, caller=CONNECTED)
    assert not await server.is_full(CONNECTED)


async def test_a_refusal_of_the_connection_gives_the_place_at_the_account_back(server: Server) -> None:
    await server.dial(placed, caller=CONNECTED)
    await server.shared.account_rules.save(TESTER.principal, OwnerRules(calls_at_once=2))
    with pytest.raises(QuotaExceeded):
        await server.dial(never, caller=CONNECTED)
    await server.dial(placed)


async def test_a_client_that_leaves_before_anything_is_sent_holds_no_place(server: Server) -> None:
    with anyio.CancelScope() as scope:

        async def leaves(call: Call, proceed: Next) -> Result:
            scope.cancel()
            await anyio.sleep_forever()
            raise AssertionError

        await server.dial(never, leaves)
    assert not await server.is_full()


async def test_a_client_that_leaves_while_telnyx_is_asked_what_goes_on_holds_no_place(server: Server) -> None:
    await server.dial(placed, caller=CONNECTED)
    await server.shared.account_rules.save(TESTER.principal, OwnerRules(calls_at_once=2))
    with anyio.CancelScope() as scope:
        server.wire.cancels = scope
        await server.dial(never, caller=CONNECTED)
    assert not await server.is_full()


async def test_a_call_whose_outcome_nobody_waited_for_or_learned_holds_its_place_as_long_as_it_may_go_on(
    server: Server,
) -> None:
    with anyio.CancelScope() as scope:

        async def leaves(_: Call) -> Result:
            scope.cancel()
            await anyio.sleep_forever()
            raise AssertionError

        await server.dial(leaves)
    server.now += LONGEST_SECS - 1
    assert await server.is_full()
    server.now += 1
    with pytest.raises(OutcomeUnknown):
        await server.dial(fails(OutcomeUnknown("POST /calls", "lost")))
    server.now += LONGEST_SECS - 1
    assert await server.is_full()


async def test_a_call_that_certainly_failed_holds_no_place(server: Server) -> None:
    with pytest.raises(Unreachable):
        await server.dial(fails(Unreachable("POST /calls", "down")))
    assert not await server.is_full()


async def test_every_server_notes_that_a_call_begins(server: Server, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret="s" * 32, audit="off", duplicate_window_secs=0)
    assert any(isinstance(step, Begins) for step in create_guards(settings, server.shared).steps)


async def test_a_call_that_another_one_makes_begins_by_itself() -> None:
    outer = dialling()
    outer.begun.set()
    assert not outer.nested(outer.action, {**outer.arguments}).begun.is_set()
