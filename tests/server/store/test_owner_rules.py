"""What an owner laid down with an earlier version is read by today's: an upgrade lifts nothing."""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from tests.server.clocks import ManualClock
from tests.server.store.entries import fill
from tests.server.store.examples import ACCOUNT, API_KEY, SECRET, now
from tests.server.store.owner_rules import GOING, LIVE_CALLS, RULES
from tests.server.store.stored import DIRECTORY

from telnyx_remote_mcp.auth.account_rules import RECENT_SECS, AccountRules, RulesUnreadable
from telnyx_remote_mcp.auth.api_keys import principal_of
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.guardrails.live_calls import Going
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite import SqliteStore
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.owner_rules import NO_RULES, OwnerRules
from telnyx_tools.api.credential import Credential

pytestmark = pytest.mark.anyio

EXAMPLES = sorted((DIRECTORY / "rules").iterdir())
OLD, NEW = b"the secret that was first " * 2, b"the secret that came next " * 2


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
async def stored(request: pytest.FixtureRequest, store: Store) -> Store:
    await fill(store, json.loads(request.param.read_text()))
    return store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with aclosing(SqliteStore(tmp_path / "state.db")) as store:
        yield store


async def test_the_rules_of_an_account_of_a_connection_and_the_calls_that_go_on_are_read(stored: Store) -> None:
    assert await AccountRules(stored, Secret(SECRET)).of(ACCOUNT) == RULES
    (grant_id,) = await stored.keys("grant")
    grant = await Grants(stored, Secret(SECRET), clock=now).get(grant_id)
    assert grant is not None
    assert grant.rules == RULES
    assert await Records(stored, Vault(Secret(SECRET)), LIVE_CALLS, Going).get("example") == GOING


async def test_an_account_without_rules_has_none_and_new_ones_are_known_everywhere_within_two_seconds(
    store: Store,
) -> None:
    clock = ManualClock()
    here, there = AccountRules(store, Secret(SECRET)), AccountRules(store, Secret(SECRET), monotonic=clock)
    assert await there.of(ACCOUNT) == NO_RULES
    await here.save(ACCOUNT, RULES)
    assert await here.of(ACCOUNT) == RULES
    assert await there.of(ACCOUNT) == NO_RULES
    clock.advance(RECENT_SECS)
    assert await there.of(ACCOUNT) == RULES


async def test_rules_outlive_a_change_of_the_secret_with_the_key_that_has_another_principal_then(store: Store) -> None:
    def principal(secret: Secret) -> str:
        return principal_of(API_KEY, secret.derive("pepper"))

    before, between, after = Secret(OLD), Secret(NEW, OLD), Secret(NEW)
    await AccountRules(store, before).save(principal(before), RULES)
    await AccountRules(store, before).save("telnyx:1", RULES)
    await AccountRules(store, between).renew()
    for account in (principal(between), "telnyx:1"):
        assert await AccountRules(store, between).of(account, Credential(API_KEY)) == RULES
        assert await AccountRules(store, after).of(account, Credential(API_KEY)) == RULES


async def test_what_cannot_be_read_is_not_taken_for_nothing(store: Store) -> None:
    await AccountRules(store, Secret(OLD)).save("telnyx:1", OwnerRules(countries=("US",)))
    with pytest.raises(RulesUnreadable):
        await AccountRules(store, Secret(NEW)).of("telnyx:1")
