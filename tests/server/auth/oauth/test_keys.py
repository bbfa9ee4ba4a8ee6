"""The keys that sign access tokens, over time and over replicas."""

import pytest
from tests.server.clocks import ManualClock

from telnyx_remote_mcp.auth.authorization_server.keys import SIGNS_SECS, VERIFIES_SECS, SigningKeys
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault

pytestmark = pytest.mark.anyio

OLD, NEW = b"o" * 32, b"n" * 32


def replica(store: Store, clock: ManualClock, *secrets: bytes) -> SigningKeys:
    return SigningKeys(store, Vault(Secret(*(secrets or (NEW,)))), clock=clock, monotonic=clock)


async def test_replicas_sign_with_one_key(store: Store, clock: ManualClock) -> None:
    ids = {(await replica(store, clock).current()).id for _ in range(3)}
    assert len(ids) == 1


async def test_a_key_signs_for_a_month_and_verifies_for_a_day_more(store: Store, clock: ManualClock) -> None:
    keys = replica(store, clock)
    first = await keys.current()
    clock.advance(SIGNS_SECS - 1)
    assert (await keys.current()).id == first.id
    clock.advance(1)
    second = await keys.current()
    assert second.id != first.id
    assert {key.kid for key in (await keys.published()).keys} == {first.id, second.id}
    clock.advance(VERIFIES_SECS - SIGNS_SECS)
    assert {key.kid for key in (await keys.published()).keys} == {second.id}
    assert await keys.find(first.id) is None


async def test_a_key_that_another_replica_made_is_found(store: Store, clock: ManualClock) -> None:
    here, there = replica(store, clock), replica(store, clock)
    first = await here.current()
    clock.advance(SIGNS_SECS)
    made = await there.current()
    assert made.id != first.id
    assert await here.find(made.id) is not None


async def test_made_up_key_ids_do_not_reach_the_store_all_the_time(store: Store, clock: ManualClock) -> None:
    counting = Counting(store)
    keys = replica(counting, clock)
    for number in range(100):
        assert await keys.find(f"made-up-{number}") is None
    assert counting.listings == 1


async def test_the_store_alone_signs_nothing(store: Store, clock: ManualClock) -> None:
    key = await replica(store, clock).current()
    kept = await store.get("signing_key", key.id)
    assert kept is not None
    assert str(key.key.as_dict(private=True)["d"]).encode() not in kept


async def test_replicas_with_the_values_of_the_secret_in_different_orders_verify_each_others_keys(
    store: Store, clock: ManualClock
) -> None:
    before, after = replica(store, clock, OLD, NEW), replica(store, clock, NEW, OLD)
    old = await before.current()
    clock.advance(86_400)
    new = await after.current()
    assert new.id != old.id
    for _ in range(3):
        for keys in (before, after):
            assert {key.kid for key in (await keys.published()).keys} == {old.id, new.id}
            assert await keys.find(old.id) is not None
            assert await keys.find(new.id) is not None
        assert ((await before.current()).id, (await after.current()).id) == (old.id, new.id)
        clock.advance(86_400)


async def test_a_secret_that_is_gone_takes_its_keys_along(store: Store, clock: ManualClock) -> None:
    key = await replica(store, clock, OLD).current()
    keys = replica(store, clock, NEW)
    assert (await keys.current()).id != key.id
    assert await keys.find(key.id) is None


class Counting:
    """A store that counts how often keys are listed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.listings = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def keys(self, kind: str, prefix: str = "") -> list[str]:
        self.listings += 1
        return await self._store.keys(kind, prefix)
