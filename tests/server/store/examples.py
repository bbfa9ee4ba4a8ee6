"""Writes an example of everything that is stored, with the code of the moment, in the form that 0.1.0 first took.

    python -m tests.server.store.examples tests/fixtures/stored/NEXT_VERSION

When a stored format changes, run this once into a directory of the version that brings the change, and commit it
beside the others. What is there already is never written again: it is what people's stores hold.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from pathlib import Path

from starlette.responses import Response
from tests.server.auth.oauth.website import URL, Website, published

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.authorization_server.access_token import Access, signed
from telnyx_remote_mcp.auth.authorization_server.client_documents import ClientDocuments
from telnyx_remote_mcp.auth.authorization_server.clients import ClientMetadata, Clients
from telnyx_remote_mcp.auth.authorization_server.codes import Code, Codes
from telnyx_remote_mcp.auth.authorization_server.keys import SigningKeys
from telnyx_remote_mcp.auth.authorization_server.pending import AskingClient, PendingRequests
from telnyx_remote_mcp.auth.authorization_server.refresh_tokens import RefreshToken, RefreshTokens
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.links import ApiKeyLink, TelnyxLink
from telnyx_remote_mcp.auth.telnyx_accounts import TelnyxAccounts
from telnyx_remote_mcp.auth.telnyx_sign_in import TelnyxSignIn
from telnyx_remote_mcp.auth.verdicts import Verdict
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite import SqliteStore
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.permission import Level, permission
from telnyx_remote_mcp.web.linking.browser import Browser, Browsers
from telnyx_remote_mcp.web.linking.choice import Choice
from telnyx_remote_mcp.web.linking.round_trip import RoundTrip
from telnyx_remote_mcp.web.linking.services import Services
from telnyx_remote_mcp.web.linking.sessions import Sessions
from telnyx_tools.api.client import Api

SECRET = b"the secret of the stored examples"
OLDER_SECRET = b"the secret before it, dropped soon"
NOW = 1_790_000_000
ISSUER = "https://mcp.example.com"
ACCOUNT = "key:0123456789abcdef0123456789abcdef"
TELNYX_ACCOUNT = "7f9c2c3e-0000-4000-8000-000000000001"
API_KEY = "KEY0123_example_of_a_linked_key"
REDIRECT = "https://agent.example.com/callback"
SCOPES = frozenset({"messaging.read", "numbers.write"})
LINK = TelnyxLink("telnyx-access-example", "telnyx-refresh-example", NOW + 1_800, TELNYX_ACCOUNT)
PARAMETERS = (
    ("response_type", "code"),
    ("client_id", "example-client"),
    ("redirect_uri", REDIRECT),
    ("scope", "messaging.read numbers.write", 600),
    ("state", "example-state"),
    ("code_challenge", "example-challenge"),
    ("code_challenge_method", "S256"),
)
ASKING = AskingClient("example-client", "Agent", "agent.example.com", False, False, REDIRECT)
WHOLE = permission({"messaging": Level.SPEND, "numbers": Level.SPEND}, Level.SPEND)
NARROW = Choice(permission=permission({"messaging": Level.LOOK}), expires_at=NOW + 86_400, replaces=None)
PRODUCTS = ("messaging", "numbers", "voice")
KEY_PURPOSES = ("cookie", "pepper", "request-state", "store", "vault")


def now() -> float:
    return float(NOW)


async def never(_: object) -> Verdict:
    return Verdict.UNKNOWN


async def write(directory: Path) -> None:
    """Write `state.db`, `entries.json`, `held.json` and `derived.json`."""
    store = SqliteStore(directory / "state.db")
    held = {**await _grants(store), **await _clients(store), **await _browsers(store)}
    held |= await _tokens(store, held["narrowed_grant"])
    await store.aclose()
    entries = _endless(directory / "state.db")
    for name, content in (("entries", entries), ("held", held), ("derived", _derived())):
        (directory / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")


async def _grants(store: Store) -> dict[str, str]:
    grants, accounts = (
        Grants(store, Secret(SECRET), clock=now),
        TelnyxAccounts(store, Vault(Secret(SECRET)), Secret(SECRET)),
    )
    narrowed = await grants.create(
        client_id="example-client",
        client_name="Agent",
        account=ACCOUNT,
        linked=ApiKeyLink(API_KEY),
        scopes=SCOPES,
        permission=permission({"messaging": Level.LOOK, "numbers": Level.LOOK}),
        expires_at=NOW + 86_400,
    )
    principal = await accounts.principal(TELNYX_ACCOUNT)
    whole = await grants.create(
        client_id=URL,
        client_name="Published agent",
        account=principal,
        linked=LINK,
        permission=WHOLE,
        scopes=SCOPES,
        given=SCOPES,
    )
    return {"narrowed_grant": narrowed.id, "whole_grant": whole.id, "telnyx_principal": principal}


async def _clients(store: Store) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        async with published(Website(), Path(folder)) as fetch:
            documents = ClientDocuments(store, Vault(Secret(SECRET)), fetch, clock=now)
            await documents.client(URL)
    clients = Clients(store, Vault(Secret(SECRET)), documents)
    described = {"redirect_uris": [REDIRECT], "client_name": "Agent", "grant_types": ["authorization_code"]}
    public, _ = clients.register(ClientMetadata.model_validate({**described, "token_endpoint_auth_method": "none"}))
    confidential, secret = clients.register(ClientMetadata.model_validate(described))
    await clients.keep(confidential)
    return {
        "public_client": public.client_id,
        "confidential_client": confidential.client_id,
        "client_secret": str(secret),
    }


async def _tokens(store: Store, grant_id: str) -> dict[str, str]:
    vault = Vault(Secret(SECRET))
    pending = await PendingRequests(store, vault, clock=now).add(
        ASKING, ("messaging.read", "numbers.write"), ISSUER, PARAMETERS
    )
    codes, refresh = Codes(store, vault), RefreshTokens(store, vault, clock=now)
    code = Code("example-grant", "example-client", REDIRECT, "messaging.read", ISSUER, "example-challenge")
    fresh, spent = await codes.issue(code), await codes.issue(code)
    presented = await codes.find(spent)
    assert presented is not None
    assert await codes.spend(presented)
    rotated = await refresh.issue(RefreshToken("example-grant", "example-client", "messaging.read", ISSUER))
    found = await refresh.find(rotated)
    assert found is not None
    key = await SigningKeys(store, vault, clock=now).current()
    access = Access(grant_id, ACCOUNT, ISSUER)
    return {
        "pending_request": pending.id,
        "fresh_code": fresh,
        "spent_code": spent,
        "rotated_refresh_token": rotated,
        "fresh_refresh_token": await refresh.rotate(found),
        "signing_key": key.id,
        "access_token": signed(key, ISSUER, access, "example-client", "messaging.read numbers.write", 600),
    }


async def _browsers(store: Store) -> dict[str, str]:
    secret = Secret(SECRET)
    response = Response()
    browsers = Browsers(secret.derive("cookie"), secure=True)
    await Sessions(store, Vault(secret), browsers).enter(Browser("", True), ACCOUNT, response)
    cookie = response.headers["set-cookie"].partition("=")[2].partition(";")[0]
    states = [await _left(store, cookie, "example-request", NARROW), await _left(store, cookie, None, None)]
    return {"cookie": cookie, "narrow_sign_in": states[0], "whole_sign_in": states[1]}


async def _left(store: Store, cookie: str, request_id: str | None, choice: Choice | None) -> str:
    """The state of a browser that is on its way to Telnyx."""
    trip = RoundTrip(linking(store))
    redirect = await trip.leave(Browser(cookie, False), SCOPES, request_id=request_id, choice=choice)
    return redirect.headers["location"].partition("&state=")[2].partition("&")[0]


def linking(store: Store) -> Services:
    """What the round trip to Telnyx works with, and no more."""
    sign_in = TelnyxSignIn(Api("https://api.telnyx.com/v2"), "client-at-telnyx", None, f"{ISSUER}/link/telnyx/callback")
    settings = Settings(public_url=ISSUER)
    return Services(settings, None, None, None, None, None, store, Secret(SECRET), sign_in)


def _endless(file: Path) -> list[dict[str, str]]:
    """All that the file keeps, which from now on has no end: text as it is, what is sealed in hex."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("UPDATE entries SET expires_at = 9e999")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    rows = connection.execute("SELECT kind, key, value FROM entries ORDER BY kind, key").fetchall()
    connection.close()
    return [{"kind": kind, "key": key, **_shown(value)} for kind, key, value in rows]


def _shown(value: bytes) -> dict[str, str]:
    return {"hex": value.hex()} if value.startswith(b"\x01") else {"text": value.decode()}


def _derived() -> dict[str, object]:
    """Known answers: what is computed from the secret, and looked up or compared later."""
    secret, vault = Secret(SECRET), Vault(Secret(SECRET))
    browser = Browser("A" * 43, False)
    return {
        "keys": {purpose: secret.derive(purpose).hex() for purpose in KEY_PURPOSES},
        "older_keys": {purpose: Secret(OLDER_SECRET).derive(purpose).hex() for purpose in KEY_PURPOSES},
        "principal_of_an_api_key": ApiKeys(never, lambda: secret.derive("pepper")).principal(API_KEY),
        "form_token": Browsers(secret.derive("cookie"), secure=True).token(browser, "link"),
        "sealed": vault.seal(b"sealed text", "place/1").hex(),
        "sealed_before": Vault(Secret(OLDER_SECRET)).seal(b"sealed text", "place/1").hex(),
    }


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True)
    asyncio.run(write(target))
