"""The sandbox's sign-in: codes, tokens, and the accounts behind them."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.sandbox.answers import data

from telnyx_sandbox.clock import Clock
from telnyx_sandbox.oauth.routes import CLIENT_ID
from telnyx_sandbox.oauth.scopes import SCOPES

REDIRECT = "http://127.0.0.1:9/callback?from=test"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "response_type": "code",
    "client_id": CLIENT_ID,
    "redirect_uri": REDIRECT,
    "scope": "billing.read messaging.write",
    "state": "st",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


async def decide(api: httpx2.AsyncClient, decision: str = "allow") -> dict[str, list[str]]:
    """The answer to the client, after a person decided on the consent page."""
    form = {"decision": decision, "key": "KEY_sandbox_first"}
    response = await api.post("/oauth/authorize", params=ASKED, data=form)
    assert response.status_code == 303
    assert response.headers["location"].startswith(REDIRECT + "&")
    return parse_qs(urlsplit(response.headers["location"]).query)


async def exchange(api: httpx2.AsyncClient, code: str, **changes: str) -> httpx2.Response:
    form = {"code": code, "client_id": CLIENT_ID, "redirect_uri": REDIRECT, "code_verifier": VERIFIER, **changes}
    return await api.post("/oauth/token", data={"grant_type": "authorization_code", **form})


async def tokens(api: httpx2.AsyncClient) -> dict[str, str]:
    answer: dict[str, str] = (await exchange(api, (await decide(api))["code"][0])).json()
    return answer


async def read_balance(base_url: str, token: str) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=base_url, headers={"Authorization": f"Bearer {token}"}) as http:
        return await http.get("/balance")


async def test_the_consent_page_names_the_client_and_what_it_asks_for(api: httpx2.AsyncClient) -> None:
    page = await api.get("/oauth/authorize", params=ASKED)
    assert page.status_code == 200
    assert CLIENT_ID in page.text
    assert "messaging.write" in page.text


async def test_a_token_acts_for_the_account_that_allowed_it(api: httpx2.AsyncClient, base_url: str) -> None:
    await api.post("/messages", json={"from": "+12025550101", "to": "+12025550123", "text": "Hello"})
    token = (await tokens(api))["access_token"]
    assert data(await read_balance(base_url, token)) == data(await api.get("/balance"))


async def test_a_token_dies_after_half_an_hour_and_is_renewed_once(
    api: httpx2.AsyncClient, base_url: str, clock: Clock
) -> None:
    first = await tokens(api)
    clock.advance(1_801)
    assert (await read_balance(base_url, first["access_token"])).status_code == 401
    renewal = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": first["refresh_token"]}
    renewed = (await api.post("/oauth/token", data=renewal)).json()
    assert (await read_balance(base_url, renewed["access_token"])).status_code == 200
    assert (await api.post("/oauth/token", data=renewal)).json()["error"] == "invalid_grant"


async def test_a_code_works_once(api: httpx2.AsyncClient) -> None:
    code = (await decide(api))["code"][0]
    assert (await exchange(api, code)).status_code == 200
    assert (await exchange(api, code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("change", [{"code_verifier": "w" * 43}, {"redirect_uri": "http://127.0.0.1:9/other"}])
async def test_a_code_needs_its_verifier_and_its_redirect(api: httpx2.AsyncClient, change: dict[str, str]) -> None:
    code = (await decide(api))["code"][0]
    assert (await exchange(api, code, **change)).json()["error"] == "invalid_grant"


async def test_a_person_may_allow_less_than_was_asked_for(api: httpx2.AsyncClient) -> None:
    form = {"decision": "allow", "key": "KEY_sandbox_first", "scope": ["billing.read"]}
    decided = await api.post("/oauth/authorize", params=ASKED, data=form)
    code = parse_qs(urlsplit(decided.headers["location"]).query)["code"][0]
    assert (await exchange(api, code)).json()["scope"] == "billing.read"


async def test_a_refusal_is_told_to_the_client(api: httpx2.AsyncClient) -> None:
    assert await decide(api, "deny") == {"from": ["test"], "error": ["access_denied"], "state": ["st"]}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "another"}, "invalid_client"),
        ({"redirect_uri": "http://example.com/"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
async def test_a_request_that_is_not_in_order_gets_no_page(
    api: httpx2.AsyncClient, change: dict[str, str], error: str
) -> None:
    response = await api.get("/oauth/authorize", params={**ASKED, **change})
    assert (response.status_code, response.json()["error"]) == (400, error)


async def test_tokens_can_be_checked_by_key_and_by_introspection(api: httpx2.AsyncClient) -> None:
    token = (await tokens(api))["access_token"]
    keys = KeySet.import_key_set((await api.get("/oauth/jwks")).json())
    assert jwt.decode(token, keys, algorithms=["ES256"]).claims["scope"] == ASKED["scope"]
    assert (await api.post("/oauth/introspect", data={"token": token})).json()["active"] is True
    assert (await api.post("/oauth/introspect", data={"token": "other"})).json() == {"active": False}


async def test_the_metadata_is_at_the_root_of_the_host(base_url: str) -> None:
    root = base_url.removesuffix("/v2")
    async with httpx2.AsyncClient() as http:
        metadata = (await http.get(f"{root}/.well-known/oauth-authorization-server")).json()
    assert metadata["issuer"] == root
    assert metadata["token_endpoint"] == f"{base_url}/oauth/token"
    assert len(SCOPES) == len(set(metadata["scopes_supported"])) == 32
