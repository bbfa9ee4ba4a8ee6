"""What the guards of an earlier version kept is read by today's: nobody is asked again."""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from tests.contexts import TESTER
from tests.server.guardrails.stored import ADDRESS, NOW, SECRET, VALUE
from tests.server.store.entries import fill

from telnyx_remote_mcp.guardrails.approvals import HOUR, Approvals
from telnyx_remote_mcp.guardrails.contacts import Contacts
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite.store import SqliteStore

pytestmark = pytest.mark.anyio

NEW = b"the value that came next" * 2
EXAMPLES = sorted((Path(__file__).parents[2] / "fixtures" / "guards").iterdir())


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with aclosing(SqliteStore(tmp_path / "state.db")) as store:
        await fill(store, json.loads(request.param.read_text()))
        yield store


async def test_a_used_approval_stays_used(store: Store) -> None:
    """Its id is that of the call for the version that asked."""
    approvals = Approvals(store, SECRET, clock=lambda: NOW)
    (id_,) = await store.keys("approval")
    approval = await approvals.find(id_)
    assert approval is not None
    assert (approval.state, approval.extent, approval.addresses) == ("used", "destination", (ADDRESS,))
    assert not await approvals.use(approval)


async def test_a_yes_from_now_on_still_counts(store: Store) -> None:
    assert await Approvals(store, SECRET).allows_destination(TESTER.principal, ADDRESS)


async def test_a_yes_from_now_on_outlives_a_change_of_the_secret(store: Store) -> None:
    both, alone = Secret(NEW, VALUE), Secret(NEW)
    for secret in (both, alone):
        secret.settle_names({"approvals": SECRET.name_key("approvals")})
    assert not await Approvals(store, alone).allows_destination(TESTER.principal, ADDRESS)
    await Approvals(store, both, clock=lambda: NOW + HOUR).renew()  # it may still be one for an hour, which is kept so
    assert not await Approvals(store, alone).allows_destination(TESTER.principal, ADDRESS)
    await Approvals(store, both, clock=lambda: NOW + HOUR + 1).renew()
    assert await Approvals(store, alone).allows_destination(TESTER.principal, ADDRESS)


async def test_whom_an_account_reached_is_known(store: Store) -> None:
    contacts = Contacts(store, SECRET)
    assert await contacts.met(TESTER.principal, ADDRESS)
    assert await contacts.met_country(TESTER.principal, "GB")
