"""Grants: kept, narrowed, ended, and the credentials behind them."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.server.clocks import ManualClock

from telnyx_remote_mcp.auth.grant import SHOWN_SECS, Ending, Grant
from telnyx_remote_mcp.auth.grants import DRAFT_SECS, RECENT_SECS, Grants
from telnyx_remote_mcp.auth.links import ApiKeyLink, Linked, LinkLost, Refresh, TelnyxLink
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite import SqliteStore
from telnyx_remote_mcp.surface.permission import Level, permission

LOOKING = permission({"messaging": Level.LOOK, "numbers": Level.LOOK})

pytestmark = pytest.mark.anyio

ACCOUNT, KEY = "key:0123456789abcdef", "KEYmarked0123456789"
OLD, NEW = b"o" * 32, b"n" * 32
MONTH_SECS = 30 * 86_400


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = open_store(Settings(data_dir=tmp_path))
    yield store
    await store.aclose()


class World:
    """Replicas on one store, and the time they share."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = ManualClock()

    def replica(self, *secrets: bytes, refresh: Refresh | None = None) -> Grants:
        secret = Secret(*(secrets or (NEW,)))
        return Grants(self.store, secret, refresh=refresh, clock=self.clock, monotonic=self.clock)

    def tokens(self, name: str, lifetime_secs: int = 1_800) -> TelnyxLink:
        return TelnyxLink(f"{name}-access", f"{name}-refresh", int(self.clock.now) + lifetime_secs, "account-1")


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


async def granted(
    grants: Grants, linked: Linked | None = None, account: str = ACCOUNT, expires_at: int | None = None
) -> Grant:
    """A grant whose code was redeemed at once."""
    draft = await drafted(grants, linked, account, expires_at)
    grant = await grants.begin(draft.id, MONTH_SECS)
    assert grant is not None
    return grant


async def drafted(
    grants: Grants, linked: Linked | None = None, account: str = ACCOUNT, expires_at: int | None = None
) -> Grant:
    return await grants.create(
        client_id="client-1",
        client_name="Marked client",
        account=account,
        linked=linked or ApiKeyLink(KEY),
        scopes=frozenset({"messaging.read", "numbers.read"}),
        permission=LOOKING,
        expires_at=expires_at,
    )


class Meanwhile(SqliteStore):
    """A store where something happens right before the next swap."""

    happens: Awaitable[None] | None = None

    async def swap(self, kind: str, key: str, old: bytes, new: bytes, ttl_secs: float | None = None) -> bool:
        if self.happens is not None:
            happening, self.happens = self.happens, None
            await happening
        return await super().swap(kind, key, old, new, ttl_secs)


def everything(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.iterdir())


class Telnyx:
    """Gives new tokens for a refresh token, once for each."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._current = "first-refresh"
        self.refreshed = 0

    async def refresh(self, link: TelnyxLink) -> TelnyxLink:
        await asyncio.sleep(0)
        if link.refresh_token != self._current:
            raise LinkLost
        self.refreshed += 1
        tokens = self._world.tokens(f"number{self.refreshed}")
        self._current = str(tokens.refresh_token)
        return tokens


async def test_a_grant_holds_what_the_person_chose(world: World) -> None:
    grant = await granted(world.replica(), expires_at=5_000)
    assert grant.account == ACCOUNT
    assert grant.lane == "key"
    assert grant.scopes == {"messaging.read", "numbers.read"}
    assert grant.permission == LOOKING
    assert (grant.created_at, grant.expires_at, grant.last_used_at) == (1_000, 5_000, 1_000)
    assert await world.replica().get(grant.id) == grant


async def test_the_linked_key_acts_for_the_grant(world: World) -> None:
    grant = await granted(world.replica())
    assert (await world.replica().credential(grant)).secret == KEY


async def test_a_grant_that_never_was_is_none(world: World) -> None:
    assert await world.replica().get("0" * 32) is None


async def test_a_grant_ends_with_its_time(world: World) -> None:
    grants = world.replica()
    grant = await granted(grants, expires_at=1_002)
    assert await grants.get(grant.id) == grant
    world.clock.advance(2)
    assert await grants.get(grant.id) is None
    assert await grants.of_account(ACCOUNT) == []


async def test_a_grant_begins_when_its_code_is_redeemed(world: World) -> None:
    grants = world.replica()
    draft = await drafted(grants)
    assert await grants.of_account(ACCOUNT) == []
    grant = await grants.begin(draft.id, 1_000)
    assert grant is not None
    assert await grants.of_account(ACCOUNT) == [grant]
    assert grant.kept_until == 2_000


async def test_of_a_code_that_nobody_redeems_no_key_stays(world: World, tmp_path: Path) -> None:
    grants = world.replica()
    draft = await drafted(grants)
    assert ends_in(tmp_path).keys() == {"grant", "link"}
    assert max(ends_in(tmp_path).values()) <= time.time() + DRAFT_SECS
    world.clock.advance(DRAFT_SECS)
    assert await grants.begin(draft.id, 1_000) is None
    assert await grants.get(draft.id) is None


async def test_a_grant_and_its_key_end_with_the_last_refresh_token(world: World, tmp_path: Path) -> None:
    grants = world.replica()
    grant = await granted(grants)
    world.clock.advance(MONTH_SECS - 10)
    await grants.extend(grant.id, MONTH_SECS)
    assert abs(ends_in(tmp_path)["link"] - time.time() - MONTH_SECS) < 100
    world.clock.advance(MONTH_SECS - 1)
    assert await grants.get(grant.id) is not None
    world.clock.advance(RECENT_SECS)
    assert await grants.get(grant.id) is None
    (past,) = await grants.past_of_account(ACCOUNT)
    assert (past.ended, past.end) == (None, 1_000 + 2 * MONTH_SECS - 10)


async def test_a_grant_is_not_kept_beyond_the_end_that_was_chosen(world: World, tmp_path: Path) -> None:
    grants = world.replica()
    grant = await granted(grants, expires_at=1_500)
    await grants.extend(grant.id, MONTH_SECS)
    assert ends_in(tmp_path)["link"] <= time.time() + 500


@pytest.mark.parametrize("why", ["reused", "replayed", "given_back", "rejected"])
async def test_a_grant_that_ended_by_itself_says_why_and_keeps_its_key_only_for_a_reused_token(
    world: World, why: Ending
) -> None:
    grants = world.replica()
    grant = await granted(grants)
    world.clock.advance(5)
    await grants.disconnect(grant.id, why)
    assert await grants.get(grant.id) is None
    assert await grants.of_account(ACCOUNT) == []
    (past,) = await grants.past_of_account(ACCOUNT)
    assert (past.ended, past.ended_at) == (why, 1_005)
    assert len(await world.store.keys("link")) == (1 if why == "reused" else 0)
    await grants.disconnect(grant.id, "given_back")
    assert await grants.past_of_account(ACCOUNT) == [past]


async def test_a_new_grant_takes_the_place_of_one_of_the_same_client_that_ended(world: World) -> None:
    grants = world.replica()
    first = await granted(grants)
    await grants.disconnect(first.id, "reused")
    second = await granted(grants)
    assert await grants.of_account(ACCOUNT) == [second]
    assert await grants.past_of_account(ACCOUNT) == []
    assert await world.store.keys("link") == [second.id]


async def test_it_is_noted_when_tools_were_listed(world: World) -> None:
    grants = world.replica()
    grant = await granted(grants)
    assert grant.last_listed_at is None
    world.clock.advance(70)
    await grants.listed(grant.id)
    world.clock.advance(5)
    await grants.listed(grant.id)
    assert (await grants.of_account(ACCOUNT))[0].last_listed_at == 1_070


def ends_in(directory: Path) -> dict[str, float]:
    """When what is kept of each kind is gone, by the clock of the store."""
    file = sqlite3.connect(directory / "state.db")
    ends: dict[str, float] = dict(
        file.execute("SELECT kind, max(expires_at) FROM entries WHERE kind != 'lock' GROUP BY kind").fetchall()
    )
    file.close()
    return ends


async def test_a_grant_cannot_begin_after_its_end(world: World) -> None:
    with pytest.raises(ValueError, match="in the future"):
        await granted(world.replica(), expires_at=1_000)


async def test_a_revoked_grant_stops_within_five_seconds_on_every_replica(world: World) -> None:
    here, there = world.replica(), world.replica()
    grant = await granted(here)
    for each in (here, there):
        assert await each.get(grant.id) == grant
        await each.credential(grant)
    await here.revoke(grant.id)
    assert await here.get(grant.id) is None
    with pytest.raises(LinkLost):
        await here.credential(grant)
    world.clock.advance(RECENT_SECS)
    assert RECENT_SECS < 5
    assert await there.get(grant.id) is None
    with pytest.raises(LinkLost):
        await there.credential(grant)


async def test_nothing_is_left_of_a_revoked_grant(world: World) -> None:
    grants = world.replica()
    grant = await granted(grants)
    await grants.credential(grant)
    await grants.revoke(grant.id)
    await grants.revoke(grant.id)
    assert [await world.store.keys(kind) for kind in ("grant", "link", "account")] == [[], [], []]


async def test_everything_of_a_grant_leaves_the_store_with_its_end(world: World, tmp_path: Path) -> None:
    grants = world.replica()
    grant = await granted(grants, expires_at=1_100)
    world.clock.advance(70)
    await grants.touch(grant.id)
    ends = ends_in(tmp_path)
    assert ends.keys() == {"account", "grant", "link"}
    now = time.time()
    assert ends["link"] <= now + 100
    assert all(end <= now + 100 + SHOWN_SECS for end in ends.values())


async def test_use_is_noted_once_a_minute(world: World) -> None:
    here, there = world.replica(), world.replica()
    grant = await granted(here)
    world.clock.advance(59)
    await here.touch(grant.id)
    assert (await here.of_account(ACCOUNT))[0].last_used_at == 1_000
    world.clock.advance(1)
    await here.touch(grant.id)
    assert await there.get(grant.id) == replace(grant, last_used_at=1_060)
    await there.touch(grant.id)
    assert (await here.of_account(ACCOUNT))[0].last_used_at == 1_060


async def test_use_does_not_bring_back_a_revoked_grant(world: World) -> None:
    here, there = world.replica(), world.replica()
    grant = await granted(here)
    world.clock.advance(60)
    assert await there.get(grant.id) == grant
    await here.revoke(grant.id)
    await there.touch(grant.id)
    assert await world.store.keys("grant") == []


@pytest.fixture
async def meanwhile(tmp_path: Path) -> AsyncIterator[Meanwhile]:
    store = Meanwhile(tmp_path / "state.db")
    yield store
    await store.aclose()


async def test_a_grant_revoked_in_the_middle_of_a_change_stays_revoked(world: World, meanwhile: Meanwhile) -> None:
    grants = Grants(meanwhile, Secret(NEW), clock=world.clock, monotonic=world.clock)
    grant = await granted(grants)
    world.clock.advance(60)
    meanwhile.happens = world.replica().revoke(grant.id)
    await grants.touch(grant.id)
    assert meanwhile.happens is None
    assert [await world.store.keys(kind) for kind in ("grant", "link", "account")] == [[], [], []]


async def test_the_grants_of_an_account_are_its_own_newest_first(world: World) -> None:
    grants = world.replica()
    first = await granted(grants)
    world.clock.advance(1)
    second = await granted(grants)
    other = await granted(grants, account="key:fedcba9876543210")
    assert await grants.of_account(ACCOUNT) == [second, first]
    assert await grants.of_account(other.account) == [other]
    await world.replica().revoke(second.id)
    assert await grants.of_account(ACCOUNT) == [first]


async def test_a_stolen_store_tells_nothing(world: World, tmp_path: Path) -> None:
    grants = world.replica()
    await granted(grants)
    await granted(grants, world.tokens("marked"))
    stolen = everything(tmp_path)
    assert b"account" in stolen
    told = (KEY, "marked-access", "marked-refresh", "account-1", "Marked client", "client-1", ACCOUNT, "messaging")
    assert [text for text in told if text.encode() in stolen] == []


async def test_links_do_not_show_their_secrets(world: World) -> None:
    shown = f"{ApiKeyLink(KEY)} {world.tokens('marked')}"
    assert "marked" not in shown.replace("ApiKeyLink", "")


async def test_a_credential_does_not_open_behind_another_grant(world: World) -> None:
    grants = world.replica()
    victim = await granted(grants)
    thief = await granted(grants, ApiKeyLink("KEYother"), account="key:fedcba9876543210")
    stolen = await world.store.get("link", victim.id)
    assert stolen is not None
    await world.store.put("link", thief.id, stolen)
    with pytest.raises(LinkLost):
        await world.replica().credential(thief)
    with pytest.raises(LinkLost):
        await world.replica().credential(replace(victim, account=thief.account))


async def test_a_grant_survives_a_new_secret_once_it_was_sealed_again(world: World) -> None:
    before = world.replica(OLD)
    used, idle = await granted(before), await granted(before)
    during = world.replica(NEW, OLD)
    await during.renew()
    after = world.replica(NEW)
    assert {grant.id for grant in await after.of_account(ACCOUNT)} == {used.id, idle.id}
    assert await after.get(used.id) == used
    assert (await after.credential(used)).secret == KEY


async def test_a_grant_is_read_and_changed_by_replicas_that_have_the_secrets_in_another_order(world: World) -> None:
    replicas = world.replica(OLD, NEW), world.replica(NEW, OLD)
    grant = await granted(replicas[0])
    for here, there in (replicas, replicas[::-1]):
        await here.renew()
        assert (await there.credential(grant)).secret == KEY
        assert {each.id for each in await there.of_account(ACCOUNT)} == {grant.id}
        await there.touch(grant.id)
        assert await here.get(grant.id) is not None


async def test_a_new_secret_finds_and_ends_the_grants_of_the_old_one(world: World) -> None:
    grant = await granted(world.replica(OLD))
    during = world.replica(NEW, OLD)
    assert [each.id for each in await during.of_account(ACCOUNT)] == [grant.id]
    await during.renew()
    await during.revoke(grant.id)
    assert [await world.store.keys(kind) for kind in ("grant", "link", "account")] == [[], [], []]


async def test_a_grant_whose_secret_is_gone_is_none(world: World) -> None:
    grant = await granted(world.replica(OLD))
    assert await world.replica(NEW).get(grant.id) is None


async def test_fresh_tokens_are_used_as_they_are(world: World) -> None:
    telnyx = Telnyx(world)
    grants = world.replica(refresh=telnyx.refresh)
    grant = await granted(grants, world.tokens("first"))
    assert grant.lane == "telnyx"
    assert (await grants.credential(grant)).secret == "first-access"
    assert telnyx.refreshed == 0


async def test_tokens_about_to_end_are_refreshed_once_for_all_replicas(world: World) -> None:
    telnyx = Telnyx(world)
    replicas = [world.replica(refresh=telnyx.refresh) for _ in range(3)]
    grant = await granted(replicas[0], world.tokens("first"))
    for each in replicas:
        await each.credential(grant)
    world.clock.advance(1_741)
    credentials = await asyncio.gather(*(each.credential(grant) for each in replicas * 5))
    assert {credential.secret for credential in credentials} == {"number1-access"}
    world.clock.advance(1_741)
    assert (await replicas[2].credential(grant)).secret == "number2-access"
    assert telnyx.refreshed == 2


async def test_a_refused_refresh_ends_the_grant(world: World) -> None:
    async def refused(link: TelnyxLink) -> TelnyxLink:
        raise LinkLost

    grants = world.replica(refresh=refused)
    grant = await granted(grants, world.tokens("first", lifetime_secs=30))
    with pytest.raises(LinkLost):
        await grants.credential(grant)
    assert await grants.get(grant.id) is None
    assert await world.store.keys("link") == []
    assert [past.ended for past in await grants.past_of_account(ACCOUNT)] == ["rejected"]


async def test_a_grant_outlives_an_outage_of_telnyx(world: World) -> None:
    async def unreachable(link: TelnyxLink) -> TelnyxLink:
        raise ConnectionError

    grant = await granted(world.replica(), world.tokens("first", lifetime_secs=30))
    with pytest.raises(ConnectionError):
        await world.replica(refresh=unreachable).credential(grant)
    telnyx = Telnyx(world)
    assert (await world.replica(refresh=telnyx.refresh).credential(grant)).secret == "number1-access"


async def test_a_caller_who_leaves_does_not_lose_the_new_tokens(world: World) -> None:
    asked, answered = anyio.Event(), anyio.Event()

    async def slow(link: TelnyxLink) -> TelnyxLink:
        asked.set()
        await answered.wait()
        return world.tokens("second")

    grants = world.replica(refresh=slow)
    grant = await granted(grants, world.tokens("first", lifetime_secs=30))
    with anyio.fail_after(5):
        call = asyncio.create_task(grants.credential(grant))
        await asked.wait()
        call.cancel()
        answered.set()
        await asyncio.wait([call])
    assert (await world.replica().credential(grant)).secret == "second-access"


@pytest.mark.parametrize("stored", [False, True])
async def test_the_only_copy_of_new_tokens_is_stored_as_soon_as_the_store_answers(
    world: World, monkeypatch: pytest.MonkeyPatch, stored: bool
) -> None:
    monkeypatch.setattr("telnyx_remote_mcp.auth.links._RETRY_SECS", 0)
    telnyx, swap, outage = Telnyx(world), world.store.swap, iter(range(3))

    async def answers_later(*of: Any) -> bool:
        number = next(outage, None)
        if number is None or (stored and number == 0):
            swapped = await swap(*of)
        if number is not None:
            raise StoreUnavailable("down")
        return swapped

    grants = world.replica(refresh=telnyx.refresh)
    grant = await granted(grants, world.tokens("first", lifetime_secs=0))
    monkeypatch.setattr(world.store, "swap", answers_later)
    assert (await grants.credential(grant)).secret == "number1-access"
    assert (await world.replica(refresh=telnyx.refresh).credential(grant)).secret == "number1-access"


async def test_a_grant_that_is_revoked_while_its_new_tokens_cannot_be_stored_stays_revoked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telnyx_remote_mcp.auth.links._RETRY_SECS", 0)
    grants, swap = world.replica(refresh=Telnyx(world).refresh), world.store.swap
    grant = await granted(grants, world.tokens("first", lifetime_secs=0))

    async def fails_once(*_: Any) -> bool:
        monkeypatch.setattr(world.store, "swap", swap)
        await world.replica().revoke(grant.id)
        raise StoreUnavailable("down")

    monkeypatch.setattr(world.store, "swap", fails_once)
    with pytest.raises(LinkLost):
        await grants.credential(grant)
    assert await world.store.get("link", grant.id) is None


async def test_a_replica_with_the_secrets_in_another_order_reads_a_link_while_it_is_refreshed(world: World) -> None:
    asked, answered = anyio.Event(), anyio.Event()

    async def slow(link: TelnyxLink) -> TelnyxLink:
        asked.set()
        await answered.wait()
        return world.tokens("second")

    here, there = world.replica(OLD, NEW, refresh=slow), world.replica(NEW, OLD)
    grant = await granted(here, world.tokens("first"))
    dead = await here.credential(grant)
    with anyio.fail_after(5):
        call = asyncio.create_task(here.credential(grant, dead=dead))
        await asked.wait()
        assert await there.credential(grant) == dead
        answered.set()
        assert (await call).secret == "second-access"
    assert await here.get(grant.id) is not None


async def test_tokens_that_cannot_be_refreshed_are_used_until_telnyx_rejects_them(world: World) -> None:
    grants = world.replica(refresh=Telnyx(world).refresh)
    grant = await granted(grants, replace(world.tokens("first"), refresh_token=None))
    world.clock.advance(1_801)  # or somebody set the clock
    token = await grants.credential(grant)
    assert token.secret == "first-access"
    with pytest.raises(LinkLost):
        await grants.credential(grant, dead=token)
    assert await grants.get(grant.id) is None


async def test_a_token_that_telnyx_rejects_before_its_end_is_refreshed_once_for_all_replicas(world: World) -> None:
    telnyx = Telnyx(world)
    replicas = [world.replica(refresh=telnyx.refresh) for _ in range(3)]
    grant = await granted(replicas[0], world.tokens("first"))
    tokens = [await each.credential(grant) for each in replicas]
    credentials = [await each.credential(grant, dead=token) for each, token in zip(replicas, tokens, strict=True)]
    assert {credential.secret for credential in credentials} == {"number1-access"}
    assert telnyx.refreshed == 1
    assert await replicas[0].get(grant.id) is not None


async def test_a_key_that_telnyx_rejects_ends_its_grant(world: World) -> None:
    grants = world.replica(refresh=Telnyx(world).refresh)
    grant = await granted(grants)
    with pytest.raises(LinkLost):
        await grants.credential(grant, dead=await grants.credential(grant))
    assert await grants.get(grant.id) is None
