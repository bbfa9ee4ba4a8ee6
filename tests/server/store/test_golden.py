"""What an earlier version stored is read by today's code, for ever: an upgrade loses nobody's connection.

A change of a stored format adds a directory of examples (`tests.server.store.examples`); what is expected here is
then said in the terms of the new code, and holds for the old examples as well.
"""

import hashlib
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from joserfc import jws
from tests.server.auth.oauth.website import URL
from tests.server.store.examples import (
    ACCOUNT,
    API_KEY,
    ISSUER,
    KEY_PURPOSES,
    LINK,
    NOW,
    OLDER_SECRET,
    PRODUCTS,
    REDIRECT,
    SCOPES,
    SECRET,
    TELNYX_ACCOUNT,
    never,
)
from tests.server.store.stored import VERSIONS, Readers, Stored

import telnyx_remote_mcp
from telnyx_remote_mcp.auth.access_tokens import AccessTokens
from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.authorization_server.access_token import TOKEN_TYPE
from telnyx_remote_mcp.auth.authorization_server.clients import Client
from telnyx_remote_mcp.auth.authorization_server.flows import LASTING_SECS
from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.resources import Resources
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite import SqliteStore
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.permission import Level, permission
from telnyx_remote_mcp.web.linking.browser import Browser, Browsers

pytestmark = pytest.mark.anyio


@pytest.fixture(params=VERSIONS)
def stored(request: pytest.FixtureRequest) -> Stored:
    return Stored(request.param)


@pytest.fixture
async def store(stored: Stored, tmp_path: Path) -> AsyncIterator[Store]:
    """The file that the version left behind."""
    shutil.copy(stored.file, tmp_path / "state.db")
    store = SqliteStore(tmp_path / "state.db")
    yield store
    await store.aclose()


@pytest.fixture
async def readers(stored: Stored, store: Store) -> Readers:
    """Today's code, once it has started on what the version left behind."""
    readers = Readers(store, stored.held)
    await readers.begin()
    return readers


def test_the_keys_for_each_purpose_are_as_ever(stored: Stored) -> None:
    for secret, known in ((SECRET, "keys"), (OLDER_SECRET, "older_keys")):
        derived = {purpose: Secret(secret).derive(purpose).hex() for purpose in KEY_PURPOSES}
        assert derived == stored.derived[known]


def test_names_and_tokens_made_from_the_secret_are_as_ever(stored: Stored) -> None:
    secret = Secret(SECRET)
    assert (
        ApiKeys(never, lambda: secret.derive("pepper")).principal(API_KEY) == stored.derived["principal_of_an_api_key"]
    )
    browsers = Browsers(secret.derive("cookie"), secure=True)
    assert browsers.token(Browser("A" * 43, False), "link") == stored.derived["form_token"]


def test_what_was_sealed_opens(stored: Stored) -> None:
    vault = Vault(Secret(SECRET, OLDER_SECRET))
    for name, outdated in (("sealed", False), ("sealed_before", True)):
        sealed = bytes.fromhex(stored.derived[name])
        assert vault.open(sealed, "place/1") == b"sealed text"
        assert vault.outdated(sealed) is outdated


async def test_the_file_holds_the_examples(stored: Stored, store: Store) -> None:
    assert {(entry.kind, entry.key): entry.value for entry in stored.entries} == {
        (entry.kind, entry.key): await store.get(entry.kind, entry.key) for entry in stored.entries
    }


async def test_a_narrowed_grant_is_read(stored: Stored, readers: Readers) -> None:
    grant = await readers.grants.get(stored.held["narrowed_grant"])
    assert grant == Grant(
        id=stored.held["narrowed_grant"],
        client_id="example-client",
        client_name="Agent",
        account=ACCOUNT,
        lane="key",
        scopes=SCOPES,
        permission=permission({"messaging": Level.LOOK, "numbers": Level.LOOK}),
        given=None,
        created_at=NOW,
        expires_at=NOW + 86_400,
        last_used_at=NOW,
        kept_until=int(NOW + LASTING_SECS),
    )
    assert await readers.grants.of_account(ACCOUNT) == [grant]


async def test_a_grant_of_everything_is_read(stored: Stored, readers: Readers) -> None:
    principal = stored.held["telnyx_principal"]
    grant = await readers.grants.get(stored.held["whole_grant"])
    assert grant == Grant(
        id=stored.held["whole_grant"],
        client_id=URL,
        client_name="Published agent",
        account=principal,
        lane="telnyx",
        scopes=SCOPES,
        permission=permission(dict.fromkeys(PRODUCTS, Level.SPEND)),
        given=SCOPES,
        created_at=NOW,
        expires_at=None,
        last_used_at=NOW,
        kept_until=int(NOW + LASTING_SECS),
    )
    assert await readers.grants.of_account(principal) == [grant]


async def test_linked_credentials_are_read(stored: Stored, readers: Readers) -> None:
    for grant_id, secret in (("narrowed_grant", API_KEY), ("whole_grant", LINK.access_token)):
        credential = await readers.credential(stored.held[grant_id])
        assert credential is not None
        assert credential.secret == secret


async def test_an_account_at_telnyx_keeps_its_principal(stored: Stored, readers: Readers) -> None:
    assert await readers.accounts.principal(TELNYX_ACCOUNT) == stored.held["telnyx_principal"]


async def test_registered_clients_are_read(stored: Stored, readers: Readers) -> None:
    public = await readers.client(stored.held["public_client"])
    assert public == Client(stored.held["public_client"], "Agent", (REDIRECT,), "none", False)
    confidential = await readers.client(stored.held["confidential_client"])
    assert confidential is not None
    assert (confidential.auth_method, confidential.used) == ("client_secret_basic", True)
    assert confidential.check_client_secret(stored.held["client_secret"])


async def test_what_lasts_for_minutes_is_begun_again(stored: Stored, readers: Readers) -> None:
    """The first version did not seal it, so that it may be of anybody who can write the store."""
    assert await readers.client(URL) is None  # until its document is fetched again, which nothing answers here
    assert await readers.pending.get(stored.held["pending_request"]) is None
    for name in ("fresh_code", "spent_code"):
        assert await readers.codes.find(stored.held[name]) is None
    assert await readers.sessions.account(readers.browser) is None
    for name in ("narrow_sign_in", "whole_sign_in"):
        assert await readers.journey(stored.held[name]) is None


async def test_refresh_tokens_are_read_where_their_grant_is_there(stored: Stored, store: Store) -> None:
    """Those of the examples are of a grant that never was; `test_upkeep` has ones that are not."""
    readers = Readers(store, stored.held)
    for name in ("fresh_refresh_token", "rotated_refresh_token"):
        key = hashlib.sha256(stored.held[name].encode()).hexdigest()
        raw = await store.get("refresh_token", key)
        assert raw is not None
        behind = raw.replace(b"example-grant", stored.held["narrowed_grant"].encode())
        await store.put("refresh_token", key, behind)
    await readers.begin()
    fresh = await readers.refresh_tokens.find(stored.held["fresh_refresh_token"])
    assert fresh is not None
    assert (fresh.token.grant_id, fresh.token.client_id) == (stored.held["narrowed_grant"], "example-client")
    assert (fresh.token.scope, fresh.token.resource) == ("messaging.read", ISSUER)
    assert await readers.refreshed(stored.held["rotated_refresh_token"]) == stored.held["fresh_refresh_token"]


async def test_refresh_tokens_of_no_grant_are_not_believed(stored: Stored, readers: Readers) -> None:
    assert await readers.refresh_tokens.find(stored.held["fresh_refresh_token"]) is None


async def test_an_access_token_is_verified_with_the_key_that_signed_it(stored: Stored, readers: Readers) -> None:
    token = stored.held["access_token"]
    header = jws.extract_compact(token.encode()).headers()
    assert header == {"typ": TOKEN_TYPE, "alg": "ES256", "kid": stored.held["signing_key"]}
    resources = Resources(ISSUER, ["messaging"])
    tokens = AccessTokens(
        ISSUER,
        resources,
        readers.keys,
        readers.grants,
        never,
        clock=lambda: NOW,
    )
    identity = await tokens.verify(token, "/mcp")
    assert identity.caller.principal == ACCOUNT
    assert identity.caller.scopes == SCOPES
    products = {"messaging": Level.LOOK, "numbers": Level.LOOK}
    assert identity.caller.permission == permission(products)
    assert [key.kid for key in (await readers.keys.published()).keys] == [stored.held["signing_key"]]


def test_there_is_an_example_of_every_kind() -> None:
    source = "".join(path.read_text() for path in Path(telnyx_remote_mcp.__file__).parent.rglob("*.py"))
    declared = re.findall(r'^_KIND\b[^=\n]*= "([a-z_-]+)"', source, re.MULTILINE)
    examples = {entry.kind for version in VERSIONS for entry in Stored(version).entries}
    assert examples == {*declared, "account"} - {"lock", "upkeep"}
