"""What an earlier version stored is read by today's code, for ever: an upgrade loses nobody's connection.

A change of a stored format adds a directory of examples (`tests.server.store.examples`); what is expected here is
then said in the terms of the new code, and holds for the old examples as well.
"""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from joserfc import jws
from tests.server.auth.oauth.website import HOST, URL
from tests.server.store.examples import (
    ACCOUNT,
    API_KEY,
    ASKING,
    ISSUER,
    KEY_PURPOSES,
    LINK,
    NARROW,
    NOW,
    OLDER_SECRET,
    PARAMETERS,
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
from telnyx_remote_mcp.auth.authorization_server.codes import Code
from telnyx_remote_mcp.auth.authorization_server.pending import Pending
from telnyx_remote_mcp.auth.authorization_server.refresh_tokens import RefreshToken
from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.resources import Resources
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite import SqliteStore
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.web.linking.browser import Browser, Browsers
from telnyx_remote_mcp.web.linking.choice import EVERYTHING
from telnyx_remote_mcp.web.linking.round_trip import Journey

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
def readers(stored: Stored, store: Store) -> Readers:
    return Readers(store, stored.held)


def test_the_keys_for_each_purpose_are_as_ever(stored: Stored) -> None:
    for secret, known in ((SECRET, "keys"), (OLDER_SECRET, "older_keys")):
        derived = {purpose: Secret(secret).derive(purpose).hex() for purpose in KEY_PURPOSES}
        assert derived == stored.derived[known]


def test_names_and_tokens_made_from_the_secret_are_as_ever(stored: Stored) -> None:
    secret = Secret(SECRET)
    assert ApiKeys(never, secret.derive("pepper")).principal(API_KEY) == stored.derived["principal_of_an_api_key"]
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
        groups=("messaging", "numbers"),
        read_only=True,
        created_at=NOW,
        expires_at=NOW + 86_400,
        last_used_at=NOW,
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
        groups=(),
        read_only=False,
        created_at=NOW,
        expires_at=None,
        last_used_at=NOW,
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


async def test_a_client_described_by_its_document_is_read(readers: Readers) -> None:
    redirects = (f"https://{HOST}/callback", "http://127.0.0.1/callback")
    assert await readers.client(URL) == Client(URL, "Published agent", redirects, "none", True, HOST)


async def test_a_pending_request_is_read(stored: Stored, readers: Readers) -> None:
    request_id = stored.held["pending_request"]
    scopes = ("messaging.read", "numbers.write")
    pending = Pending(request_id, ASKING, scopes, ISSUER, "example-state", "example-challenge", NOW + 600, PARAMETERS)
    assert await readers.pending.get(request_id) == pending
    assert await readers.pending.take(request_id) == pending


async def test_codes_are_read(stored: Stored, readers: Readers) -> None:
    for name, spent in (("fresh_code", False), ("spent_code", True)):
        presented = await readers.codes.find(stored.held[name])
        assert presented is not None
        assert presented.code == Code(
            "example-grant", "example-client", REDIRECT, "messaging.read", ISSUER, "example-challenge", spent
        )
        assert await readers.codes.spend(presented) is not spent


async def test_refresh_tokens_are_read(stored: Stored, readers: Readers) -> None:
    fresh = await readers.refresh_tokens.find(stored.held["fresh_refresh_token"])
    assert fresh is not None
    assert fresh.token == RefreshToken("example-grant", "example-client", "messaging.read", ISSUER)
    again = await readers.refreshed(stored.held["rotated_refresh_token"])
    assert again == stored.held["fresh_refresh_token"]


async def test_a_browsers_session_is_read(readers: Readers) -> None:
    assert await readers.sessions.account(readers.browser) == ACCOUNT


async def test_a_sign_in_under_way_is_read(stored: Stored, readers: Readers) -> None:
    travels = (("narrow_sign_in", "example-request", NARROW), ("whole_sign_in", None, EVERYTHING))
    for name, request_id, choice in travels:
        journey = await readers.journey(stored.held[name])
        assert journey == Journey(browser=readers.browser.name, request_id=request_id, choice=choice, scopes=SCOPES)


async def test_an_access_token_is_verified_with_the_key_that_signed_it(stored: Stored, readers: Readers) -> None:
    token = stored.held["access_token"]
    header = jws.extract_compact(token.encode()).headers()
    assert header == {"typ": TOKEN_TYPE, "alg": "ES256", "kid": stored.held["signing_key"]}
    resources = Resources(ISSUER, ["messaging"])
    tokens = AccessTokens(ISSUER, resources, readers.keys, readers.grants, never, clock=lambda: NOW)
    identity = await tokens.verify(token, "/mcp")
    assert identity.caller.principal == ACCOUNT
    assert identity.caller.scopes == SCOPES
    assert identity.caller.narrowed.groups == ("messaging", "numbers")
    assert [key.kid for key in (await readers.keys.published()).keys] == [stored.held["signing_key"]]


def test_there_is_an_example_of_every_kind() -> None:
    source = "".join(path.read_text() for path in Path(telnyx_remote_mcp.__file__).parent.rglob("*.py"))
    declared = re.findall(r'^_KIND\b[^=\n]*= "([a-z_-]+)"', source, re.MULTILINE)
    examples = {entry.kind for version in VERSIONS for entry in Stored(version).entries}
    assert examples == {*declared, "account"} - {"lock"}
