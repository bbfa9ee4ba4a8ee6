"""Verification of API keys: who is asked, how often, and what is remembered."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest
from tests.server.auth.outcomes import outcome
from tests.server.auth.upstream import Telnyx
from tests.server.clocks import ManualClock

from telnyx_remote_mcp.auth.api_keys import GENUINE_SECS, UNKNOWN_SECS, ApiKeys, Budget
from telnyx_remote_mcp.auth.dead_keys import DeadKeys
from telnyx_remote_mcp.auth.verdicts import CHECK_TIMEOUT_SECS, Verdict
from telnyx_remote_mcp.buckets import LocalRate, Rate
from telnyx_remote_mcp.http.refusal import Refusal
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.sqlite import SqliteStore
from telnyx_tools.api.credential import Credential

KEY, OTHER, MADE_UP = "KEY_one", "KEY_two", "KEY_made_up"
ADDRESS = "203.0.113.9"
PEPPER = b"p" * 32


async def refusal(attempt: Awaitable[object]) -> Refusal:
    with pytest.raises(Refusal) as refused:
        await attempt
    return refused.value


@pytest.fixture
def telnyx() -> Telnyx:
    return Telnyx(KEY, OTHER)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def keys(telnyx: Telnyx, clock: ManualClock) -> ApiKeys:
    return ApiKeys(telnyx.check, lambda: PEPPER, clock=clock)


@pytest.mark.anyio
async def test_a_genuine_key_is_its_own_principal(keys: ApiKeys) -> None:
    one, other = await keys.verify(KEY, ADDRESS), await keys.verify(OTHER, ADDRESS)
    assert one.caller.principal.startswith("key:")
    assert len(one.caller.principal) == len("key:") + 32
    assert one.caller.principal != other.caller.principal
    assert one.caller.credential == Credential(KEY)
    assert (one.caller.lane, one.caller.scopes) == ("api_key", None)


@pytest.mark.anyio
async def test_the_session_owner_is_the_principal_and_holds_no_key(keys: ApiKeys) -> None:
    identity = await keys.verify(KEY, ADDRESS)
    token = identity.user.access_token
    assert token.client_id == token.subject == identity.caller.principal
    assert token.claims == {"iss": "telnyx-api-key"}
    assert KEY not in repr(token)
    assert KEY not in repr(identity)


@pytest.mark.anyio
async def test_the_principal_depends_on_the_pepper(telnyx: Telnyx) -> None:
    assert ApiKeys(telnyx.check, lambda: b"a" * 32).principal(KEY) != ApiKeys(
        telnyx.check, lambda: b"b" * 32
    ).principal(KEY)


@pytest.mark.anyio
async def test_a_genuine_verdict_is_good_for_five_minutes(keys: ApiKeys, telnyx: Telnyx, clock: ManualClock) -> None:
    identity = await keys.verify(KEY, ADDRESS)
    clock.advance(299)
    assert await keys.known(KEY) is identity
    clock.advance(1)
    assert await keys.known(KEY) is None
    await keys.verify(KEY, ADDRESS)
    assert telnyx.shown == [KEY, KEY]


@pytest.mark.anyio
async def test_a_dead_verdict_is_good_for_half_a_minute(keys: ApiKeys, telnyx: Telnyx, clock: ManualClock) -> None:
    for _ in range(2):
        assert (await refusal(keys.verify(MADE_UP, ADDRESS))).status == 401
    assert telnyx.shown == [MADE_UP]
    assert await keys.known(MADE_UP) is None
    clock.advance(30)
    telnyx.genuine.add(MADE_UP)
    assert (await keys.verify(MADE_UP, ADDRESS)).caller.credential == Credential(MADE_UP)


@pytest.mark.anyio
async def test_a_key_that_cannot_be_verified_is_a_503_that_says_when_to_retry(
    keys: ApiKeys, telnyx: Telnyx, clock: ManualClock
) -> None:
    telnyx.down = True
    first = await refusal(keys.verify(KEY, ADDRESS))
    assert (first.status, first.headers["Retry-After"]) == (503, "4")
    clock.advance(1)
    second = await refusal(keys.verify(KEY, ADDRESS))
    assert (second.status, second.headers["Retry-After"]) == (503, "3")
    assert telnyx.shown == [KEY]
    assert UNKNOWN_SECS + CHECK_TIMEOUT_SECS < 10  # after which everything works again
    clock.advance(3)
    telnyx.down = False
    assert await keys.verify(KEY, ADDRESS)


@pytest.mark.anyio
async def test_while_telnyx_is_down_the_last_good_verdict_counts_for_an_hour(
    keys: ApiKeys, telnyx: Telnyx, clock: ManualClock
) -> None:
    identity = await keys.verify(KEY, ADDRESS)
    telnyx.down = True
    clock.advance(3590)
    assert (await keys.verify(KEY, ADDRESS)) is identity
    assert await keys.known(KEY) is identity
    clock.advance(10)
    assert await keys.known(KEY) is None
    assert (await refusal(keys.verify(KEY, ADDRESS))).status == 503


@pytest.mark.anyio
async def test_a_dead_key_does_not_come_back_because_telnyx_is_down(
    keys: ApiKeys, telnyx: Telnyx, clock: ManualClock
) -> None:
    await keys.verify(KEY, ADDRESS)
    clock.advance(300)
    telnyx.genuine.remove(KEY)
    assert (await refusal(keys.verify(KEY, ADDRESS))).status == 401
    telnyx.down = True
    clock.advance(30)
    assert (await refusal(keys.verify(KEY, ADDRESS))).status == 503


@pytest.mark.anyio
async def test_a_key_rejected_during_a_call_is_dead_at_once(keys: ApiKeys, telnyx: Telnyx, clock: ManualClock) -> None:
    identity = await keys.verify(KEY, ADDRESS)
    keys.reject(identity.caller.principal)
    assert await keys.known(KEY) is None
    assert (await refusal(keys.verify(KEY, ADDRESS))).status == 401
    assert telnyx.shown == [KEY]
    clock.advance(30)
    assert await keys.verify(KEY, ADDRESS)


class SlowTelnyx:
    """Says when it was asked, and answers when its gate opens."""

    def __init__(self, verdict: Verdict = Verdict.GENUINE) -> None:
        self.verdict = verdict
        self.asked = asyncio.Event()
        self.gate = asyncio.Event()
        self.shown: list[str] = []

    async def check(self, credential: Credential) -> Verdict:
        self.shown.append(credential.secret)
        self.asked.set()
        await self.gate.wait()
        return self.verdict


@pytest.mark.anyio
@pytest.mark.parametrize("verdict", list(Verdict))
async def test_requests_with_one_key_at_once_share_one_check(verdict: Verdict) -> None:
    telnyx = SlowTelnyx(verdict)
    keys = ApiKeys(telnyx.check, lambda: PEPPER, clock=ManualClock())
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        attempts = [group.create_task(outcome(keys.verify(KEY, ADDRESS))) for _ in range(5)]
        asyncio.get_running_loop().call_soon(telnyx.gate.set)
    assert telnyx.shown == [KEY]
    expected = {Verdict.GENUINE: 200, Verdict.DEAD: 401, Verdict.UNKNOWN: 503}[verdict]
    assert {attempt.result() for attempt in attempts} == {expected}


@pytest.mark.anyio
async def test_a_caller_that_hangs_up_does_not_fail_the_others_with_its_key() -> None:
    telnyx = SlowTelnyx()
    keys = ApiKeys(telnyx.check, lambda: PEPPER, clock=ManualClock())
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        leaving = group.create_task(outcome(keys.verify(KEY, ADDRESS)))
        staying = group.create_task(outcome(keys.verify(KEY, ADDRESS)))
        await telnyx.asked.wait()
        leaving.cancel()
        telnyx.gate.set()
    assert staying.result() == 200


@pytest.mark.anyio
async def test_one_slow_key_does_not_hold_up_another() -> None:
    telnyx = SlowTelnyx()

    async def only_one_is_slow(credential: Credential) -> Verdict:
        return await telnyx.check(credential) if credential.secret == KEY else Verdict.GENUINE

    keys = ApiKeys(only_one_is_slow, lambda: PEPPER, clock=ManualClock())
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        slow = group.create_task(keys.verify(KEY, ADDRESS))
        await keys.verify(OTHER, ADDRESS)
        assert not slow.done()
        telnyx.gate.set()


@pytest.mark.anyio
async def test_made_up_keys_from_one_address_stop_being_shown_to_telnyx(telnyx: Telnyx, clock: ManualClock) -> None:
    keys = ApiKeys(telnyx.check, lambda: PEPPER, budget=Budget(3, 100, clock=clock), clock=clock)
    statuses = [(await refusal(keys.verify(f"KEY_{n}", ADDRESS))).status for n in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert telnyx.shown == ["KEY_0", "KEY_1", "KEY_2"]
    assert (await refusal(keys.verify("KEY_9", ADDRESS))).headers["Retry-After"] == "20"
    assert await keys.verify(KEY, "203.0.113.10")
    clock.advance(20)
    assert await keys.verify(OTHER, ADDRESS)


@pytest.mark.anyio
async def test_made_up_keys_from_many_addresses_stop_being_shown_to_telnyx(telnyx: Telnyx, clock: ManualClock) -> None:
    keys = ApiKeys(telnyx.check, lambda: PEPPER, budget=Budget(100, 3, clock=clock), clock=clock)
    statuses = [(await refusal(keys.verify(f"KEY_{n}", f"203.0.113.{n}"))).status for n in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert len(telnyx.shown) == 3


@pytest.mark.anyio
async def test_genuine_keys_cost_no_budget(telnyx: Telnyx, clock: ManualClock) -> None:
    keys = ApiKeys(telnyx.check, lambda: PEPPER, budget=Budget(1, 1, clock=clock), clock=clock)
    for number in range(5):
        telnyx.genuine.add(f"KEY_{number}")
        assert await keys.verify(f"KEY_{number}", ADDRESS)
    assert (await refusal(keys.verify(MADE_UP, ADDRESS))).status == 401


@pytest.mark.anyio
async def test_a_proven_key_is_checked_again_when_the_budget_is_used_up(telnyx: Telnyx, clock: ManualClock) -> None:
    keys = ApiKeys(telnyx.check, lambda: PEPPER, budget=Budget(1, 1, clock=clock), clock=clock)
    await keys.verify(KEY, ADDRESS)
    clock.advance(300)
    await refusal(keys.verify(MADE_UP, ADDRESS))
    assert await keys.verify(KEY, ADDRESS)


@pytest.mark.anyio
async def test_only_so_many_keys_are_remembered_and_the_busy_ones_stay(telnyx: Telnyx, clock: ManualClock) -> None:
    keys = ApiKeys(telnyx.check, lambda: PEPPER, clock=clock, max_keys=2)
    await keys.verify(KEY, ADDRESS)
    await keys.verify(OTHER, ADDRESS)
    assert await keys.known(KEY)
    await refusal(keys.verify(MADE_UP, ADDRESS))
    assert await keys.known(KEY)
    assert await keys.known(OTHER) is None


class SharedStore(SqliteStore):
    """The store of two replicas, which may be away."""

    away = False

    async def get(self, kind: str, key: str) -> bytes | None:
        if self.away:
            raise StoreUnavailable
        return await super().get(kind, key)


async def heard(shared: SharedStore, principal: str, *, died: bool) -> None:
    """Wait until the store says so."""
    async with asyncio.timeout(10):
        while await DeadKeys(shared).of(principal) is not died:
            pass


@pytest.fixture
async def shared(tmp_path: Path) -> AsyncIterator[SharedStore]:
    store = SharedStore(tmp_path / "calls.db")
    yield store
    await store.aclose()


async def replicas(telnyx: Telnyx, clock: ManualClock, shared: SharedStore) -> tuple[ApiKeys, ApiKeys]:
    """Two, which both have just found the key genuine."""
    one, other = (ApiKeys(telnyx.check, lambda: PEPPER, dead_keys=DeadKeys(shared), clock=clock) for _ in range(2))
    await one.verify(KEY, ADDRESS)
    await other.verify(KEY, ADDRESS)
    return one, other


@pytest.mark.anyio
async def test_a_key_that_one_replica_finds_dead_is_dead_at_the_others_within_5_seconds(
    telnyx: Telnyx, clock: ManualClock, shared: SharedStore
) -> None:
    one, other = await replicas(telnyx, clock, shared)
    telnyx.genuine.remove(KEY)
    one.reject(one.principal(KEY))
    await heard(shared, one.principal(KEY), died=True)
    clock.advance(4.5)
    assert await other.known(KEY) is None
    assert (await refusal(other.verify(KEY, ADDRESS))).status == 401
    clock.advance(200)
    assert await ApiKeys(telnyx.check, lambda: PEPPER, dead_keys=DeadKeys(shared), clock=clock).known(KEY) is None
    telnyx.genuine.add(KEY)
    assert await one.verify(KEY, ADDRESS)
    await heard(shared, one.principal(KEY), died=False)


@pytest.mark.anyio
async def test_who_only_verifies_hears_of_a_dead_key_as_soon(
    telnyx: Telnyx, clock: ManualClock, shared: SharedStore
) -> None:
    one, other = await replicas(telnyx, clock, shared)
    one.reject(one.principal(KEY))
    await heard(shared, one.principal(KEY), died=True)
    clock.advance(4.5)
    for _ in range(4):
        assert (await refusal(other.verify(KEY, ADDRESS))).status == 401
        clock.advance(7)
    clock.advance(3)
    assert await other.verify(KEY, ADDRESS), "to be looked up does not keep it dead"


@pytest.mark.anyio
async def test_while_the_store_is_away_a_key_counts_for_a_minute_after_it_was_looked_at(
    telnyx: Telnyx, clock: ManualClock, shared: SharedStore
) -> None:
    keys = ApiKeys(telnyx.check, lambda: PEPPER, dead_keys=DeadKeys(shared), clock=clock)
    await keys.verify(KEY, ADDRESS)
    clock.advance(30)
    assert await keys.known(KEY)
    shared.away = True
    clock.advance(59)
    assert await keys.known(KEY)
    clock.advance(1)
    for refused in (await refusal(keys.known(KEY)), await refusal(keys.verify(KEY, ADDRESS))):
        assert (refused.status, refused.error, "Retry-After" in refused.headers) == (503, "store_unavailable", True)
    shared.away = False
    assert await keys.known(KEY)


@pytest.mark.anyio
async def test_while_the_store_is_away_nobody_else_comes_in_whatever_telnyx_says(
    telnyx: Telnyx, clock: ManualClock, shared: SharedStore
) -> None:
    keys = ApiKeys(telnyx.check, lambda: PEPPER, dead_keys=DeadKeys(shared), clock=clock)
    await keys.verify(KEY, ADDRESS)
    clock.advance(GENUINE_SECS - 10)
    assert await keys.known(KEY), "looked at just now"
    shared.away, before = True, len(telnyx.shown)
    for key in (OTHER, MADE_UP):
        assert (await refusal(keys.verify(key, ADDRESS))).error == "store_unavailable"
    clock.advance(20)
    assert await keys.known(KEY) is None, "its five minutes are over"
    assert await keys.verify(KEY, ADDRESS), "though not the minute"
    clock.advance(40)
    for _ in range(2):
        assert (await refusal(keys.verify(KEY, ADDRESS))).error == "store_unavailable"
        clock.advance(GENUINE_SECS)
    assert len(telnyx.shown) == before
    shared.away = False
    assert await keys.verify(KEY, ADDRESS)
    assert await keys.verify(OTHER, ADDRESS)


@pytest.mark.anyio
async def test_replicas_show_telnyx_no_more_unproven_keys_together_than_one_does(
    telnyx: Telnyx, clock: ManualClock
) -> None:
    counted: dict[str, LocalRate] = {}

    def rates(name: str, per_minute: int) -> Rate:
        return counted.setdefault(name, LocalRate(per_minute, clock=clock))

    one, other = (
        ApiKeys(telnyx.check, lambda: PEPPER, budget=Budget(3, 100, rates=rates, clock=clock), clock=clock)
        for _ in range(2)
    )
    await one.verify(KEY, ADDRESS)  # costs nothing
    statuses = [
        (await refusal((one if number % 2 else other).verify(f"{MADE_UP}{number}", ADDRESS))).status
        for number in range(5)
    ]
    assert statuses == [401, 401, 401, 429, 429]
