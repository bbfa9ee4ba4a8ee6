"""Whether a subscription's authority still stands, as it is asked before each delivery."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.server.events.test_stored_subscriptions import SUBSCRIPTION

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.links import ApiKeyLink
from telnyx_remote_mcp.auth.verdicts import Verdict
from telnyx_remote_mcp.events.catalogue import CATALOGUE
from telnyx_remote_mcp.events.standing import Authority
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.surface.permission import Level, permission
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.registry import registry

MESSAGES, CALLS = CATALOGUE.types["message.received"], CATALOGUE.types["call.ended"]
ACCOUNT = "key:0123456789abcdef0123456789abcdef"
READS = frozenset({"reporting.read", "messaging.read"})


@pytest.mark.anyio
async def test_a_grant_allows_what_its_person_still_lets_it_read(tmp_path: Path) -> None:
    store = open_store(Settings(data_dir=tmp_path))
    grants = Grants(store, Secret(b"s" * 32))
    authority = Authority(Surfaces(registry(), Selection()), ApiKeys(_genuine, lambda: b"p" * 32), grants)
    reads = permission({"events": Level.LOOK, "messaging": Level.LOOK})
    grant = await grants.create(
        client_id="c", client_name="A", account=ACCOUNT, linked=ApiKeyLink("KEYx"), permission=reads, scopes=READS
    )
    mine = replace(SUBSCRIPTION, principal=ACCOUNT, grant_id=grant.id, api_key=None)
    assert await authority(mine, MESSAGES) is True
    assert await authority(mine, CALLS) is False, "a product that was not permitted"
    assert await authority(replace(mine, principal="key:another"), MESSAGES) is False
    await grants.change(grant.id, reads, frozenset({"messaging.read"}), None)
    assert await authority(mine, MESSAGES) is False, "without the scope of the tool that reads the same"
    await grants.change(grant.id, permission({"messaging": Level.LOOK}), READS, None)
    assert await authority(mine, MESSAGES) is False, "without the tools of events"
    await grants.change(grant.id, reads, READS, None)
    assert await authority(mine, MESSAGES) is True
    await grants.revoke(grant.id)
    assert await authority(mine, MESSAGES) is False
    await store.aclose()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("verdict", "stands"), [(Verdict.GENUINE, True), (Verdict.DEAD, False), (Verdict.UNKNOWN, None)]
)
async def test_a_key_is_what_telnyx_says_of_it(verdict: Verdict, stands: bool | None) -> None:
    async def check(_: object) -> Verdict:
        return verdict

    keys = ApiKeys(check, lambda: b"p" * 32)
    authority = Authority(Surfaces(registry(), Selection()), keys, None)
    by_key = replace(SUBSCRIPTION, principal=keys.principal("KEYmine"), api_key="KEYmine")
    assert await authority(by_key, MESSAGES) is stands
    assert await authority(replace(by_key, api_key=None), MESSAGES) is False


async def _genuine(_: object) -> Verdict:
    return Verdict.GENUINE
