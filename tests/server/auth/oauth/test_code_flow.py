"""From the client's request over the person's decision to the tokens, and what is done against that."""

from itertools import product
from pathlib import Path

import anyio
import httpx2
import pytest
from tests.server.auth.oauth.replica import CALLBACK, READS, VERIFIER, Replica, challenge, parameters_of, running

from telnyx_remote_mcp.auth.authorization_server import pending, routes
from telnyx_remote_mcp.auth.authorization_server.pending import Gone

pytestmark = pytest.mark.anyio


async def test_a_person_allows_and_the_client_gets_tokens(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    answer = await replica.approved(client_id)
    assert answer.keys() == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("the-state", replica.url)
    response = await replica.exchange(client_id, answer["code"])
    tokens = response.json()
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 3_600, " ".join(sorted(READS)))
    assert (await replica.call(tokens["access_token"])).json()["key"] is True


async def test_the_pending_request_says_who_asks_and_for_what(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    pending = await replica.oauth.server.pending(await replica.pending_id(client_id, resource=f"{replica.url}/mcp"))
    assert pending is not None
    assert (pending.client.name, pending.client.host, pending.client.verified) == ("Agent", "agent.example.com", False)
    assert pending.client.redirect_uri == CALLBACK
    assert set(pending.scopes) == READS
    assert pending.resource == f"{replica.url}/mcp"


async def test_without_scopes_a_client_asks_to_read(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    for scope in (None, "", "offline_access", "openid email profile", "read write"):
        pending = await replica.oauth.server.pending(await replica.pending_id(client_id, scope=scope))
        assert pending is not None
        assert "numbers.read" in pending.scopes
        assert all(name.endswith(".read") for name in pending.scopes)


@pytest.mark.parametrize("unknown", ["openid", "offline_access", "read", "everything numbers"])
async def test_scopes_that_do_not_exist_are_ignored_and_the_answer_says_what_was_granted(
    replica: Replica, unknown: str
) -> None:
    client_id = (await replica.register(scope=f"messaging.read {unknown}"))["client_id"]
    tokens = await replica.signed_in(client_id, scope=f"messaging.read {unknown}")
    assert tokens["scope"] == "messaging.read"
    again = await replica.refresh(client_id, tokens["refresh_token"], scope=f"{unknown} messaging.read")
    assert (again.status_code, again.json()["scope"]) == (200, "messaging.read")
    alone = await replica.refresh(client_id, again.json()["refresh_token"], scope="openid email")
    assert (alone.status_code, alone.json()["scope"]) == (200, "messaging.read")


async def test_what_waits_for_a_person_is_small(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    assert (await replica.ask(client_id, state="x" * 2_049)).status_code == 400
    pending_id = await replica.pending_id(client_id, state="x" * 2_048, unknown="y" * 5_000)
    kept = await replica.store.get("authorization_request", pending_id)
    assert kept is not None
    assert len(kept) < 4_000
    scopes = " ".join(sorted(replica.oauth.server._protocol.scopes.grantable))
    assert len(scopes) < 8_192
    assert (await replica.ask(client_id, scope=scopes)).status_code == 302


async def test_only_so_many_requests_wait_for_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "PENDING_PER_MINUTE", 2)
    async with running(tmp_path) as replica:
        client_id = (await replica.register())["client_id"]
        answers = [await replica.ask(client_id) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [302, 302, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1


async def test_of_a_code_that_is_not_redeemed_no_key_stays(replica: Replica) -> None:
    tokens = await replica.signed_in()
    await replica.approved(tokens["client_id"])
    (grant,) = await replica.oauth.grants.of_account("key:" + "0" * 32)
    assert len(await replica.store.keys("grant")) == 2
    assert grant.begun


ODD = ["MARKED call now", "MARKED", 'MARKED"\\', "MARKEDé", "code MARKED"]


@pytest.mark.parametrize(
    "name",
    ["response_type", "client_id", "redirect_uri", "scope", "state", "resource", "code_challenge_method", "MARKED"],
)
async def test_an_error_page_speaks_no_words_of_a_stranger(replica: Replica, name: str) -> None:
    client_id = (await replica.register(redirect_uris=[CALLBACK, "http://127.0.0.1/cb"]))["client_id"]
    for redirect_uri, odd in product((CALLBACK, "http://127.0.0.1:5123/cb"), ODD):
        query = {"client_id": client_id, "redirect_uri": redirect_uri, "code_challenge": None, name: odd}
        response = await replica.ask(**query)  # type: ignore[arg-type]  # names a parameter by its own name
        sent_back = parameters_of(response.headers.get("location", ""))
        told = "unsupported_response_type" if name == "response_type" else "invalid_request"
        assert (response.status_code, sent_back.get("error")) in {(400, None), (302, told)}, odd
        assert "MARKED" not in response.text, odd
        assert "MARKED" not in sent_back.get("error_description", ""), odd


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke"])
async def test_an_error_of_an_endpoint_speaks_no_words_of_a_stranger(replica: Replica, path: str, odd: str) -> None:
    client_id = (await replica.register())["client_id"]
    names = ("grant_type", "client_id", "code", "refresh_token", "token", "token_type_hint", "scope", "resource")
    for changed in ({name: odd} for name in names):
        for grant_type in ("authorization_code", "refresh_token"):
            form = {"client_id": client_id, "grant_type": grant_type, **changed}
            response = await replica.http.post(path, data=form)
            gone_already = path == "/oauth/revoke" and "token" in changed
            assert response.status_code == (200 if gone_already else 400), changed
            assert "MARKED" not in response.text
            assert "MARKED" not in str(response.headers)


async def test_a_refusal_goes_back_to_the_client(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    location = await replica.oauth.server.deny(await replica.pending_id(client_id))
    assert location.startswith(CALLBACK + "?")
    answer = parameters_of(location)
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "the-state", replica.url)


async def test_a_request_is_decided_once(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    request_id = await replica.pending_id(client_id)
    await replica.oauth.server.deny(request_id)
    grant = await replica.granted()
    for decision in (replica.oauth.server.deny(request_id), replica.oauth.server.approve(request_id, grant)):
        with pytest.raises(Gone):
            await decision


async def test_a_replayed_code_ends_what_it_gave(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    code = (await replica.approved(client_id))["code"]
    token = (await replica.exchange(client_id, code)).json()
    assert (await replica.exchange(client_id, code)).json()["error"] == "invalid_grant"
    assert (await replica.call(token["access_token"])).status_code == 401
    assert (await replica.refresh(client_id, token["refresh_token"])).json()["error"] == "invalid_grant"


async def test_of_many_exchanges_at_once_one_at_most_gets_tokens(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    code = (await replica.approved(client_id))["code"]
    answers: list[httpx2.Response] = []

    async def exchange() -> None:
        answers.append(await replica.exchange(client_id, code))

    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(exchange)
    assert sorted(answer.status_code for answer in answers) in ([200] + [400] * 7, [400] * 8)


async def test_a_code_of_one_client_is_nothing_to_another(replica: Replica) -> None:
    mine, theirs = (await replica.register())["client_id"], (await replica.register())["client_id"]
    code = (await replica.approved(mine))["code"]
    assert (await replica.exchange(theirs, code)).json()["error"] == "invalid_grant"
    assert (await replica.exchange(mine, code)).status_code == 200


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"code_verifier": challenge(VERIFIER)}, "invalid_grant"),
        ({"redirect_uri": CALLBACK + "/"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"client_id": "made-up"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
        ({"resource": "https://elsewhere.example.com/mcp"}, "invalid_target"),
    ],
)
async def test_an_exchange_that_does_not_fit_its_request_gets_nothing(
    replica: Replica, changed: dict[str, str | None], error: str
) -> None:
    client_id = (await replica.register())["client_id"]
    code = (await replica.approved(client_id))["code"]
    given = {"client_id": client_id, "code": code, **changed}
    response = await replica.exchange(**given)  # type: ignore[arg-type]  # names what it changes
    assert response.json()["error"] == error
    assert response.status_code == 400
    assert (await replica.exchange(client_id, code)).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"code_challenge": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"code_challenge": None, "code_challenge_method": None},
        {"response_type": "token"},
        {"response_type": None},
        {"resource": "https://elsewhere.example.com/mcp"},
        {"redirect_uri": "https://evil.example.com/callback"},
        {"redirect_uri": CALLBACK + "/deeper"},
        {"redirect_uri": CALLBACK + "?more=1"},
        {"redirect_uri": "https://agent.example.com:8443/callback"},
        {"redirect_uri": "https://AGENT.example.com/callback"},
        {"redirect_uri": 'https://agent.example.com/"\\'},
        {"client_id": "made-up"},
        {"client_id": None},
    ],
)
async def test_a_wrong_request_is_shown_to_the_person_and_redirects_nowhere(
    replica: Replica, changed: dict[str, str | None]
) -> None:
    client_id = (await replica.register())["client_id"]
    response = await replica.ask(**{"client_id": client_id, **changed})  # type: ignore[arg-type]  # likewise
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("text/html")
    assert "location" not in response.headers
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


async def test_a_program_on_this_machine_is_told_what_is_wrong_with_its_request(replica: Replica) -> None:
    client_id = (await replica.register(redirect_uris=["http://127.0.0.1/cb"]))["client_id"]
    response = await replica.ask(
        client_id, redirect_uri="http://127.0.0.1:5123/cb", resource="https://else.example.com"
    )
    assert response.headers["location"].startswith("http://127.0.0.1:5123/cb?")
    answer = parameters_of(response.headers["location"])
    assert (answer["error"], answer["state"], answer["iss"]) == ("invalid_target", "the-state", replica.url)


@pytest.mark.parametrize("uri", ["cursor://anysphere.cursor-mcp/oauth/callback", "com.example.app:/callback"])
async def test_an_app_is_sent_to_at_once_only_where_its_scheme_is_well_known(replica: Replica, uri: str) -> None:
    client_id = (await replica.register(redirect_uris=[uri]))["client_id"]
    response = await replica.ask(client_id, redirect_uri=uri, code_challenge=None)
    assert response.status_code == (302 if uri.startswith("cursor:") else 400)
    pending = await replica.oauth.server.pending(await replica.pending_id(client_id, redirect_uri=uri))
    assert pending is not None
    assert pending.client.on_this_machine
    assert pending.client.host in ("cursor://anysphere.cursor-mcp", "com.example.app:")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "code_challenge", "state", "resource"])
async def test_a_parameter_given_twice_is_refused(replica: Replica, name: str) -> None:
    client_id = (await replica.register())["client_id"]
    url = str((await replica.ask(client_id, resource=replica.url)).request.url)
    response = await replica.http.get(f"{url}&{name}=again")
    assert (response.status_code, "location" in response.headers) == (400, False)


async def test_the_redirect_uri_may_be_left_out_where_there_is_one(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    answer = await replica.approved(client_id, redirect_uri=None)
    assert (await replica.exchange(client_id, answer["code"], redirect_uri=None)).status_code == 200
    several = (await replica.register(redirect_uris=[CALLBACK, CALLBACK + "2"]))["client_id"]
    assert (await replica.ask(several, redirect_uri=None)).status_code == 400


async def test_a_grant_that_was_revoked_meanwhile_gives_no_tokens(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    request_id = await replica.pending_id(client_id)
    grant = await replica.granted(client_id=client_id)
    code = parameters_of(await replica.oauth.server.approve(request_id, grant))["code"]
    await replica.oauth.grants.revoke(grant.id)
    assert (await replica.exchange(client_id, code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_a_client_with_a_secret_has_to_show_it(replica: Replica, method: str) -> None:
    client = await replica.register(token_endpoint_auth_method=method)
    code = (await replica.approved(client["client_id"]))["code"]
    assert (await replica.exchange(client["client_id"], code)).json()["error"] == "invalid_client"
    wrong = await replica.exchange(client["client_id"], code, client_secret="wrong")
    assert wrong.json()["error"] == "invalid_client"
    if method == "client_secret_post":
        right = await replica.exchange(client["client_id"], code, client_secret=client["client_secret"])
    else:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        auth = (client["client_id"], client["client_secret"])
        right = await replica.http.post("/oauth/token", data=form, auth=auth)
    assert right.status_code == 200


async def test_credentials_that_are_no_text_are_refused(replica: Replica) -> None:
    headers = {"Authorization": "Basic //8="}
    response = await replica.http.post("/oauth/token", data={"grant_type": "authorization_code"}, headers=headers)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


async def test_guesses_at_codes_are_limited_and_good_exchanges_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "REQUESTS_PER_MINUTE", 3)
    async with running(tmp_path) as replica:
        tokens = await replica.signed_in()
        for _ in range(5):
            tokens |= (await replica.refresh(tokens["client_id"], tokens["refresh_token"])).json()
        guesses = [(await replica.exchange(tokens["client_id"], "guess")).status_code for _ in range(4)]
        assert guesses == [400, 400, 400, 429]


async def test_no_token_and_no_code_reaches_a_log(replica: Replica, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    client_id = (await replica.register())["client_id"]
    code = (await replica.approved(client_id))["code"]
    tokens = (await replica.exchange(client_id, code)).json()
    fresh = (await replica.refresh(client_id, tokens["refresh_token"])).json()
    log = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpcore2"))
    for secret in (code, VERIFIER, tokens["access_token"], tokens["refresh_token"], fresh["refresh_token"]):
        assert secret not in log
