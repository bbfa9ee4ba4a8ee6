"""Dynamic registration: what a client may be, how many there may be, and how long they live."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.auth.oauth.replica import CALLBACK, METADATA, Replica, everything_in

from telnyx_remote_mcp.auth.authorization_server import redirects
from telnyx_remote_mcp.auth.authorization_server.client_documents import ClientDocuments
from telnyx_remote_mcp.auth.authorization_server.clients import ClientMetadata, Clients
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault

pytestmark = pytest.mark.anyio


async def test_a_registration_answers_what_counts(replica: Replica) -> None:
    response = await replica.http.post(
        "/oauth/register", json={**METADATA, "logo_uri": "https://evil.example.com/pixel.png", "contacts": ["someone"]}
    )
    registered = response.json()
    assert response.status_code == 201
    assert response.headers["cache-control"] == "no-store"
    assert registered.pop("client_id_issued_at") > 1_700_000_000
    assert len(registered.pop("client_id")) >= 22
    assert registered == {**METADATA, "response_types": ["code"]}


async def test_grants_that_do_not_exist_here_are_dropped(replica: Replica) -> None:
    registered = await replica.register(grant_types=["authorization_code", "implicit", "refresh_token"])
    assert registered["grant_types"] == ["authorization_code", "refresh_token"]


async def test_a_client_with_a_secret_is_told_it_once(replica: Replica, tmp_path: Path) -> None:
    registered = await replica.register(token_endpoint_auth_method="client_secret_post")
    assert len(registered["client_secret"]) >= 43
    assert registered["client_secret_expires_at"] == 0
    assert registered["client_secret"].encode() not in everything_in(tmp_path)


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": None}, "invalid_redirect_uri"),
        ({"redirect_uris": CALLBACK}, "invalid_redirect_uri"),
        ({"redirect_uris": [CALLBACK] * 11}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://agent.example.com/callback"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [CALLBACK, "javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [f"{CALLBACK}/{n}{'x' * 1_000}" for n in range(4)]}, "invalid_redirect_uri"),
        ({"client_name": "x" * 101}, "invalid_client_metadata"),
        ({"client_name": "gro.knab\u202e"}, "invalid_client_metadata"),
        ({"client_name": "Agent\nverified"}, "invalid_client_metadata"),
        ({"client_name": 5}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
    ],
)
async def test_a_client_that_cannot_be_is_refused(replica: Replica, metadata: dict[str, object], error: str) -> None:
    response = await replica.http.post("/oauth/register", json={**METADATA, **metadata})
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert response.json()["error_description"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"5", b"[" * 15_000, b"\xff\xfe"])
async def test_what_is_no_metadata_is_refused(replica: Replica, body: bytes) -> None:
    response = await replica.http.post("/oauth/register", content=body)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_client_metadata")


async def test_large_metadata_is_refused(replica: Replica) -> None:
    response = await replica.http.post("/oauth/register", json={**METADATA, "software_statement": "x" * 20_000})
    assert response.status_code == 413


async def test_a_flood_of_registrations_is_stopped(replica: Replica) -> None:
    statuses = [(await replica.http.post("/oauth/register", json=METADATA)).status_code for _ in range(11)]
    assert statuses == [201] * 10 + [429]
    response = await replica.http.post("/oauth/register", json=METADATA)
    assert int(response.headers["retry-after"]) >= 1


async def test_scripts_of_any_site_may_register_and_get_tokens(replica: Replica) -> None:
    for path in ("/oauth/register", "/oauth/token", "/oauth/revoke"):
        asked = {"Origin": "https://inspector.example.com", "Access-Control-Request-Method": "POST"}
        response = await replica.http.options(path, headers=asked)
        assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, "*")
        assert (await replica.http.get(path)).status_code == 405


@pytest.mark.parametrize(
    ("uri", "permitted"),
    [
        ("https://agent.example.com/callback", True),
        ("https://agent.example.com", True),
        ("http://localhost:8787/callback", True),
        ("http://127.0.0.1/callback", True),
        ("http://[::1]:9/callback", True),
        ("cursor://anysphere.cursor-mcp/oauth/callback", True),
        ("vscode://vscode.mcp/callback?x=1", True),
        ("com.example.app:/oauth2redirect", True),
        ("com.example.app://oauth", True),
        ("goose://callback", True),
        ("HTTPS://agent.example.com/callback", False),
        ("Https://agent.example.com/callback", False),
        ("https://Agent.example.com/callback", False),
        ("HTTP://127.0.0.1/callback", False),
        ("http://LOCALHOST/callback", False),
        ("Cursor://anysphere.cursor-mcp/oauth/callback", False),
        ("com.example.app:callback", False),
        ("com.example.app:/", False),
        ("com.example.app:/callback#fragment", False),
        ("com.example.app://user@host/callback", False),
        ("http://agent.example.com/callback", False),
        ("http://localhost.example.com/callback", False),
        ("http://127.0.0.1@evil.example.com/", False),
        ("https://agent.example.com@evil.example.com/", False),
        ("https://agent.example.com/callback#fragment", False),
        ("https://*.example.com/callback", False),
        ("https://agent.example.com:99999/callback", False),
        ("https://agent.example.com/a b", False),
        ("https://agent.example.com\\@evil.example.com/", False),
        ("https://ägent.example.com/", False),
        ("https:///callback", False),
        ("https://agent.example.com/" + "x" * 2_048, False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//agent.example.com/callback", False),
        ("", False),
    ],
)
def test_a_redirect_uri_is_https_or_of_a_program_on_this_machine(uri: str, permitted: bool) -> None:
    assert redirects.permitted(uri) is permitted


BROWSERS_ACT_ON = [
    *("javascript", "vbscript", "data", "file", "blob", "filesystem", "about", "view-source", "ftp", "ws", "wss"),
    *("ssh", "tel", "sms", "mailto", "intent", "chrome", "ms-msdt", "search-ms", "web+custom", "jar", "smb"),
]


@pytest.mark.parametrize("scheme", BROWSERS_ACT_ON)
@pytest.mark.parametrize("rest", ["alert(1)", "/x", "//x/y", "///etc/passwd", "//agent.example.com/callback"])
def test_what_a_browser_or_system_acts_on_by_itself_is_no_redirect(scheme: str, rest: str) -> None:
    assert not redirects.permitted(f"{scheme}:{rest}")
    assert not redirects.permitted(f"{scheme.upper()}:{rest}")


SCHEMES = st.sampled_from(["http", "HTTP", "https", "Https", "cursor", "Cursor", "com.example.app", "data", "file"])
PLACES = st.sampled_from(
    ["localhost", "LOCALHOST", "127.0.0.1", "[::1]", "agent.example.com", "a@b", "localhost.evil", ""]
)
TAILS = st.sampled_from(["", "/", "/cb", ":80/cb", "/cb?x=1", "#x", "@evil.example.com/"])
URIS = st.builds("{}:{}{}{}".format, SCHEMES, st.sampled_from(["", "/", "//", "///"]), PLACES, TAILS)


@given(URIS)
def test_what_is_followed_before_a_decision_is_a_program_of_this_machine_however_it_is_written(uri: str) -> None:
    scheme = uri.partition(":")[0]
    at_once = redirects.permitted(uri) and redirects.may_follow_at_once(uri)
    if at_once and scheme not in redirects.WELL_KNOWN:
        assert re.match(r"http://(localhost|127\.0\.0\.1|\[::1\])(:80)?([/?]|$)", uri)
    if redirects.permitted(uri):
        assert scheme == scheme.lower()
        assert scheme in ("http", "https", "cursor", "com.example.app")


@pytest.mark.parametrize(
    ("registered", "requested", "matches"),
    [
        ("https://a.example.com/cb", "https://a.example.com/cb", True),
        ("https://a.example.com/cb", "https://a.example.com:444/cb", False),
        ("https://a.example.com/cb", "https://a.example.com/cb?x=1", False),
        ("https://a.example.com/cb", "https://a.example.com/CB", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5123/cb", True),
        ("http://localhost:8787/cb", "http://localhost:5123/cb", True),
        ("http://[::1]/cb", "http://[::1]:5123/cb", True),
        ("http://127.0.0.1/cb", "http://localhost:5123/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5123/other", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1:5123/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5123/cb?x=1", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5123/cb#x", False),
        ("http://127.0.0.1/cb", "http://user@127.0.0.1:5123/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", False),
        ("http://127.0.0.1/cb", "HTTP://127.0.0.1:5123/cb", False),
        ("http://localhost/cb", "http://LocalHost:5123/cb", False),
        ("com.example.app:/cb", "com.example.app:/cb", True),
        ("com.example.app:/cb", "com.example.app:/cb2", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5123@evil.example.com/cb", False),
    ],
)
def test_a_request_names_the_registered_uri_but_for_a_port_on_this_machine(
    registered: str, requested: str, matches: bool
) -> None:
    assert redirects.matches(registered, requested) is matches


def clients_in(store: Store, *secrets: bytes) -> Clients:
    vault = Vault(Secret(*(secrets or (b"s" * 32,))))
    return Clients(store, vault, ClientDocuments(store, vault, None))


async def test_registrations_take_no_room_and_do_not_end(replica: Replica) -> None:
    client_ids = [(await replica.register())["client_id"] for _ in range(5)]
    assert len(set(client_ids)) == 5
    assert await replica.store.keys("client") == []
    assert (await replica.ask(client_ids[0])).status_code == 302


async def test_a_typical_client_id_is_short(store: Store) -> None:
    client, _ = clients_in(store).register(
        ClientMetadata(
            redirect_uris=["http://127.0.0.1:12345/oauth/callback"],
            client_name="Some coding agent (telnyx)",
            token_endpoint_auth_method="none",
        )
    )
    assert len(client.client_id) < 255


async def test_a_client_id_that_was_not_made_here_or_was_changed_is_nobody(store: Store) -> None:
    clients = clients_in(store)
    client, _ = clients.register(ClientMetadata(redirect_uris=[CALLBACK]))
    assert (await clients.find(client.client_id)) == client
    for client_id in (client.client_id[:-2] + "AA", client.client_id[:40], "tc.", "tc.\u00e9", client.client_id + "x"):
        assert await clients.find(client_id) is None
    assert await clients_in(store, b"t" * 32).find(client.client_id) is None


async def test_a_client_that_somebody_signed_in_with_outlives_the_secret_it_was_registered_under(store: Store) -> None:
    before = clients_in(store, b"o" * 32)
    client, _ = before.register(ClientMetadata(redirect_uris=[CALLBACK]))
    unused, _ = before.register(ClientMetadata(redirect_uris=[CALLBACK]))
    await before.keep(client)
    await clients_in(store, b"n" * 32, b"o" * 32).renew(believe_plain=False)
    after = clients_in(store, b"n" * 32)
    found = await after.find(client.client_id)
    assert found is not None
    assert found.redirect_uris == (CALLBACK,)
    assert await after.find(unused.client_id) is None
