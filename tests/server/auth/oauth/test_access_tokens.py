"""Access tokens at the endpoints: what is believed, for how long, and at what cost."""

import asyncio
import hmac
import json
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from tests.server.auth.oauth.replica import KEY, READS, Replica, running
from tests.server.clocks import ManualClock

from telnyx_remote_mcp.auth import challenges
from telnyx_remote_mcp.auth.access_tokens import AccessTokens
from telnyx_remote_mcp.auth.authorization_server.keys import SigningKeys
from telnyx_remote_mcp.auth.grants import STALE_SECS, TOUCH_EVERY_SECS, Grants
from telnyx_remote_mcp.auth.resources import Resources
from telnyx_remote_mcp.auth.verdicts import Verdict
from telnyx_remote_mcp.http.refusal import Refusal
from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.permission import Level, permission
from telnyx_tools.api.credential import Credential

pytestmark = pytest.mark.anyio


async def signing_key(replica: Replica) -> ECKey:
    return (await SigningKeys(replica.store, Vault(Secret(b"s" * 32))).current()).key


async def forged(replica: Replica, header: dict[str, object] | None = None, **claims: object) -> str:
    """A token with the server's own signature, and what is changed about it."""
    key = await signing_key(replica)
    grant = await replica.granted()
    now = int(time.time())
    good: dict[str, object] = {
        "iss": replica.url,
        "sub": grant.account,
        "aud": f"{replica.url}/mcp",
        "client_id": "client",
        "grant_id": grant.id,
        "scope": "messaging.read",
        "iat": now,
        "exp": now + 600,
    }
    changed = {name: value for name, value in {**good, **claims}.items() if value is not None}
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid, **(header or {})}, changed, key)


async def test_a_token_acts_for_the_account_that_was_linked(replica: Replica) -> None:
    tokens = await replica.signed_in()
    answer = (await replica.call(tokens["access_token"])).json()
    assert (answer["principal"], answer["lane"], answer["key"]) == ("key:" + "0" * 32, "oauth", True)
    assert answer["scopes"] == sorted(READS)


async def test_a_good_token_made_by_hand_works(replica: Replica) -> None:
    assert (await replica.call(await forged(replica))).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example.com/mcp"},
        {"aud": None},
        {"aud": ["https://elsewhere.example.com/mcp"]},
        {"iss": "https://elsewhere.example.com"},
        {"iss": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"grant_id": "made-up"},
        {"grant_id": None},
        {"scope": None},
    ],
)
async def test_claims_that_are_not_for_this_server_are_refused(replica: Replica, claims: dict[str, object]) -> None:
    response = await replica.call(await forged(replica, **claims))
    assert (response.status_code, response.json()["error"]) == (401, "invalid_token")


async def test_any_number_of_old_tokens_from_one_address_get_the_401_that_makes_their_clients_refresh(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, failures=2) as replica:
        await replica.call("a.b.c")
        for old in ({"exp": 1_700_000_000}, {"grant_id": "revoked"}, {"aud": "https://elsewhere.example.com/mcp"}):
            token = await forged(replica, **old)
            assert [(await replica.call(token)).status_code for _ in range(4)] == [401] * 4
        assert [(await replica.call("a.b.c")).status_code for _ in range(2)] == [401, 429]


async def test_a_token_of_another_kind_is_refused(replica: Replica) -> None:
    for header in ({"typ": "JWT"}, {"typ": "dpop+jwt"}, {"kid": "made-up"}):
        assert (await replica.call(await forged(replica, header))).status_code == 401


async def test_a_signature_of_somebody_else_is_refused(replica: Replica) -> None:
    key = await signing_key(replica)
    claims = jwt.decode(await forged(replica), key, algorithms=["ES256"]).claims
    header = {"typ": "at+jwt", "kid": key.kid}
    stranger = ECKey.generate_key("P-256", {"kid": key.kid})
    published = key.as_pem(private=False)
    for token in (
        jwt.encode({**header, "alg": "ES256"}, claims, stranger),
        assembled({**header, "alg": "HS256"}, claims, published),
        assembled({**header, "alg": "none"}, claims, b""),
        "eyJ.eyJ.x",
        "a.b.c",
    ):
        assert (await replica.call(token)).status_code == 401


def assembled(header: dict[str, object], claims: dict[str, object], hmac_key: bytes) -> str:
    """A token as an attacker writes it, with an HMAC where the signature should be."""
    text = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{encoded(hmac.digest(hmac_key, text.encode(), 'sha256'))}"


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


async def test_a_token_is_for_its_endpoint_or_for_the_whole_server(replica: Replica) -> None:
    one = await replica.signed_in(resource=f"{replica.url}/v2/mcp")
    for path, status in (("/v2/mcp", 200), ("/mcp", 401), ("/v2/mcp/apps/messaging/mcp", 401)):
        assert (await replica.call(one["access_token"], path)).status_code == status
    whole = await replica.signed_in()
    for path in ("/v2/mcp", "/mcp", "/v2/mcp/apps/messaging/mcp"):
        assert (await replica.call(whole["access_token"], path)).status_code == 200


async def test_a_token_in_the_url_is_refused(replica: Replica) -> None:
    tokens = await replica.signed_in()
    response = await replica.http.post("/mcp", params={"access_token": tokens["access_token"]})
    assert response.status_code == 400


async def test_what_the_person_left_holds_whatever_the_request_says(replica: Replica) -> None:
    grant = await replica.granted(permission=permission({"messaging": Level.LOOK}))
    token = await forged(replica, grant_id=grant.id)
    for query in ("", "?groups=numbers,messaging", "?surface=full", "?read_only=false", "?surface=compact"):
        answer = (await replica.call(token, f"/mcp{query}")).json()
        assert set(answer["groups"]) <= {"messaging", "api", "guards"}
        assert answer["read_only"] is True


async def test_scopes_that_the_grant_lost_are_lost_to_its_tokens(replica: Replica) -> None:
    answer = (await replica.call(await forged(replica, scope="messaging.read messaging.write voice.write"))).json()
    assert answer["scopes"] == ["messaging.read"]


async def test_a_revoked_grant_stops_here_at_once_and_everywhere_within_five_seconds(tmp_path: Path) -> None:
    async with running(tmp_path, public_url="https://mcp.example.com") as here:
        clock = ManualClock()
        grants = Grants(here.store, Secret(b"s" * 32), monotonic=clock)
        keys = SigningKeys(here.store, Vault(Secret(b"s" * 32)))
        there = AccessTokens(here.url, Resources(here.url, []), keys, grants, here.telnyx.check)
        grant = await here.granted()
        token = await forged(here, grant_id=grant.id)
        await there.verify(token, "/mcp")
        await here.oauth.grants.revoke(grant.id)
        assert (await here.call(token)).status_code == 401
        clock.advance(5)
        with pytest.raises(challenges.Unauthorized):
            await there.verify(token, "/mcp")


async def test_a_rejected_key_ends_its_grants_once_a_second_check_finds_it_dead(replica: Replica) -> None:
    tokens = [(await replica.signed_in())["access_token"] for _ in range(2)]
    principal = (await replica.call(tokens[0])).json()["principal"]
    replica.oauth.tokens.suspect(principal)
    replica.oauth.tokens.suspect(principal)
    for token in tokens:
        assert (await replica.call(token)).status_code == 200
    assert replica.telnyx.shown == [KEY], "once for all grants that stand for this key"
    replica.telnyx.genuine.clear()
    replica.oauth.tokens.suspect(principal)
    for token in tokens:
        response = await replica.call(token)
        assert (response.status_code, response.json()["error"]) == (401, "invalid_token")
    replica.telnyx.genuine.add(KEY)
    assert (await replica.call(tokens[0])).status_code == 401


async def test_a_key_that_died_ends_its_grant_at_every_replica_within_five_seconds(tmp_path: Path) -> None:
    async with running(tmp_path, public_url="https://mcp.example.com") as here:
        token = (await here.signed_in())["access_token"]
        caller = (await here.oauth.tokens.verify(token, "/mcp")).caller
        clock = ManualClock()
        there = Grants(here.store, Secret(b"s" * 32), monotonic=clock)
        assert await there.get(caller.grant_id or "") is not None
        here.telnyx.genuine.clear()
        here.oauth.tokens.suspect(caller.principal)
        async with asyncio.timeout(10):
            while await here.oauth.tokens.is_active(caller.grant_id or ""):
                await anyio.lowlevel.checkpoint()
        clock.advance(5)
        assert await there.get(caller.grant_id or "") is None, "without another request at the first replica"


async def test_a_key_that_telnyx_cannot_be_asked_about_keeps_its_grant(replica: Replica) -> None:
    token = (await replica.signed_in())["access_token"]
    principal = (await replica.call(token)).json()["principal"]
    replica.telnyx.down = True
    replica.oauth.tokens.suspect(principal)
    assert (await replica.call(token)).status_code == 200


class Failing:
    """A store that does not answer."""

    def __getattr__(self, name: str) -> object:
        async def fail(*_: object) -> None:
            raise StoreUnavailable

        return fail


async def test_without_the_store_the_answer_is_503_and_not_a_new_sign_in(replica: Replica) -> None:
    token = await forged(replica)
    keys = SigningKeys(replica.store, Vault(Secret(b"s" * 32)))
    grants = Grants(Failing(), Secret(b"s" * 32))  # type: ignore[arg-type]  # all that is asked of it fails

    async def check(_: Credential) -> Verdict:
        return Verdict.GENUINE

    tokens = AccessTokens(replica.url, Resources(replica.url, []), keys, grants, check)
    with pytest.raises(Refusal) as refused:
        await tokens.verify(token, "/mcp")
    assert (refused.value.status, refused.value.error) == (503, "store_unavailable")


class Switched:
    """A store that can be switched off."""

    def __init__(self, store: Store) -> None:
        self._stores: list[Any] = [store, Failing()]
        self.down = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stores[self.down], name)


async def test_who_was_there_a_minute_before_the_store_went_away_goes_on_for_that_minute(replica: Replica) -> None:
    token, store, clock = await forged(replica), Switched(replica.store), ManualClock()
    secret = Secret(b"s" * 32)
    keys = SigningKeys(replica.store, Vault(secret))
    later = 0

    def unix() -> float:
        return time.time() + later

    grants = Grants(store, secret, clock=unix, monotonic=clock)

    async def check(_: Credential) -> Verdict:
        return Verdict.GENUINE

    tokens = AccessTokens(replica.url, Resources(replica.url, []), keys, grants, check)
    await tokens.verify(token, "/mcp")
    store.down = True
    later = TOUCH_EVERY_SECS  # so that the use of the grant would be noted
    clock.advance(STALE_SECS - 0.1)
    assert (await tokens.verify(token, "/mcp")).caller.credential is not None
    clock.advance(0.1)
    with pytest.raises(Refusal) as refused:
        await tokens.verify(token, "/mcp")
    assert refused.value.status == 503


async def test_verification_costs_less_than_a_tenth_of_a_millisecond_on_average(replica: Replica) -> None:
    tokens = replica.oauth.tokens
    token = await forged(replica)
    await tokens.verify(token, "/mcp")
    best = float("inf")
    for _ in range(5):
        await anyio.lowlevel.checkpoint()
        started = time.process_time()
        for _ in range(500):
            await tokens.verify(token, "/mcp")
        best = min(best, (time.process_time() - started) / 500)
    assert best < 100e-6
