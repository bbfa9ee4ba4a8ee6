"""Refresh tokens: one use each, the same successor for a client in a hurry, and the end for a thief."""

from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from tests.server.auth.oauth.replica import KEY, Replica, everything_in, running
from tests.server.clocks import ManualClock

from telnyx_remote_mcp.auth.authorization_server.refresh_tokens import RefreshToken, RefreshTokens, Reused
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault

pytestmark = pytest.mark.anyio

TOKEN = RefreshToken("grant", "client", "messaging.read", "https://mcp.example.com")


@pytest.fixture
def tokens(store: Store, clock: ManualClock) -> RefreshTokens:
    return RefreshTokens(store, Vault(Secret(b"s" * 32)), clock=clock)


async def rotate(tokens: RefreshTokens, value: str) -> str:
    presented = await tokens.find(value)
    assert presented is not None
    return await tokens.rotate(presented)


async def test_a_successor_stands_for_the_same(tokens: RefreshTokens) -> None:
    first = await tokens.issue(TOKEN)
    second = await rotate(tokens, first)
    assert second != first
    presented = await tokens.find(second)
    assert presented is not None
    assert replace(presented.token, ends_at=0.0) == TOKEN


async def test_a_client_that_refreshes_in_parallel_gets_one_successor(tokens: RefreshTokens) -> None:
    first = await tokens.issue(TOKEN)
    successors: set[str] = set()

    async def refresh() -> None:
        successors.add(await rotate(tokens, first))

    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(refresh)
    assert len(successors) == 1


async def test_a_lost_answer_is_given_again_however_late(tokens: RefreshTokens, clock: ManualClock) -> None:
    first = await tokens.issue(TOKEN)
    second = await rotate(tokens, first)
    clock.advance(29 * 86_400)
    assert await rotate(tokens, first) == second
    assert await rotate(tokens, first) == second


async def test_reuse_is_not_tolerated_once_the_successor_was_used(tokens: RefreshTokens) -> None:
    first = await tokens.issue(TOKEN)
    await rotate(tokens, await rotate(tokens, first))
    with pytest.raises(Reused):
        await rotate(tokens, first)


async def test_no_token_can_be_read_from_the_store(tokens: RefreshTokens, store: Store, tmp_path: Path) -> None:
    first = await tokens.issue(TOKEN)
    second = await rotate(tokens, first)
    kept = everything_in(tmp_path)
    assert b"refresh_token" in kept
    assert first.encode() not in kept
    assert second.encode() not in kept


async def test_to_another_secret_there_is_no_such_token(store: Store, tokens: RefreshTokens) -> None:
    first = await tokens.issue(TOKEN)
    assert await RefreshTokens(store, Vault(Secret(b"t" * 32))).find(first) is None


async def test_two_processes_of_one_client_that_take_turns_stay_connected(replica: Replica) -> None:
    """Each takes up what the other left in the file they share, or what it had in memory itself."""
    first = await replica.signed_in()
    client_id, one = first["client_id"], first["refresh_token"]
    for _ in range(5):
        fresh = (await replica.refresh(client_id, one)).json()["refresh_token"]
        again = await replica.refresh(client_id, one)
        assert (again.status_code, again.json()["refresh_token"]) == (200, fresh)
        assert (await replica.call(again.json()["access_token"])).status_code == 200
        one = fresh


async def test_refreshing_gives_new_tokens_that_work(replica: Replica) -> None:
    old = await replica.signed_in(resource=f"{replica.url}/mcp")
    response = await replica.refresh(old["client_id"], old["refresh_token"], resource=f"{replica.url}/mcp")
    new = response.json()
    assert response.status_code == 200
    assert new["refresh_token"] != old["refresh_token"]
    assert new["access_token"] != old["access_token"]
    assert (await replica.call(new["access_token"])).status_code == 200
    assert (await replica.call(new["access_token"], "/v2/mcp")).status_code == 401


async def test_a_stolen_refresh_token_ends_the_family(replica: Replica) -> None:
    first = await replica.signed_in()
    client_id = first["client_id"]
    second = (await replica.refresh(client_id, first["refresh_token"])).json()
    third = (await replica.refresh(client_id, second["refresh_token"])).json()
    assert (await replica.refresh(client_id, first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await replica.refresh(client_id, third["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await replica.call(third["access_token"])).status_code == 401
    account = "key:" + "0" * 32
    assert await replica.oauth.grants.of_account(account) == []
    (past,) = await replica.oauth.grants.past_of_account(account)
    assert past.ended == "reused"
    assert (await replica.oauth.grants.credential(past)).secret == KEY


async def test_a_refresh_token_is_nothing_to_another_client(replica: Replica) -> None:
    mine, other = await replica.signed_in(), (await replica.register())["client_id"]
    assert (await replica.refresh(other, mine["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await replica.refresh(mine["client_id"], mine["refresh_token"])).status_code == 200


@pytest.mark.parametrize(
    ("scope", "answer"),
    [
        ("messaging.read", {"scope": "messaging.read"}),
        ("messaging.read messaging.write", {"error": "invalid_scope"}),
        ("billing.read", {"error": "invalid_scope"}),
    ],
)
async def test_a_refresh_may_ask_for_less_and_never_for_more(
    replica: Replica, scope: str, answer: dict[str, str]
) -> None:
    tokens = await replica.signed_in()
    response = (await replica.refresh(tokens["client_id"], tokens["refresh_token"], scope=scope)).json()
    assert {name: response[name] for name in ("scope", "error") if name in response} == answer


async def test_asking_for_less_once_does_not_lose_the_rest(replica: Replica) -> None:
    first = await replica.signed_in()
    less = await replica.refresh(first["client_id"], first["refresh_token"], scope="messaging.read")
    again = await replica.refresh(first["client_id"], less.json()["refresh_token"])
    assert again.json()["scope"] == "messaging.read numbers.read"


async def test_a_client_that_asked_for_no_refresh_tokens_gets_none(replica: Replica) -> None:
    client_id = (await replica.register(grant_types=["authorization_code"]))["client_id"]
    assert "refresh_token" not in await replica.signed_in(client_id)


async def test_a_token_that_is_given_back_ends_the_grant(replica: Replica) -> None:
    tokens = await replica.signed_in()
    form = {"client_id": tokens["client_id"], "token": tokens["refresh_token"], "token_type_hint": "whatever"}
    assert (await replica.http.post("/oauth/revoke", data=form)).status_code == 200
    assert (await replica.call(tokens["access_token"])).status_code == 401
    assert (await replica.refresh(tokens["client_id"], tokens["refresh_token"])).status_code == 400


async def test_an_access_token_that_is_given_back_ends_the_grant(replica: Replica) -> None:
    tokens, other = await replica.signed_in(), (await replica.register())["client_id"]
    form = {"client_id": other, "token": tokens["access_token"]}
    assert (await replica.http.post("/oauth/revoke", data=form)).json()["error"] == "invalid_grant"
    assert (await replica.call(tokens["access_token"])).status_code == 200
    assert (
        await replica.http.post("/oauth/revoke", data={**form, "client_id": tokens["client_id"]})
    ).status_code == 200
    assert (await replica.call(tokens["access_token"])).status_code == 401


async def test_a_token_is_given_back_by_its_own_client_only(replica: Replica) -> None:
    tokens, other = await replica.signed_in(), (await replica.register())["client_id"]
    form = {"client_id": other, "token": tokens["refresh_token"]}
    assert (await replica.http.post("/oauth/revoke", data=form)).json()["error"] == "invalid_grant"
    unknown = {"client_id": other, "token": "made-up"}
    assert (await replica.http.post("/oauth/revoke", data=unknown)).status_code == 200
    assert (await replica.call(tokens["access_token"])).status_code == 200


async def test_a_restart_and_a_second_replica_lose_nothing(tmp_path: Path) -> None:
    url = "https://mcp.example.com"
    async with running(tmp_path, public_url=url) as first:
        tokens = await first.signed_in()
    async with running(tmp_path, public_url=url) as second, running(tmp_path, public_url=url) as third:
        for replica in (second, third):
            assert (await replica.call(tokens["access_token"])).status_code == 200
            assert (await replica.ask(tokens["client_id"])).status_code == 302
        fresh = (await third.refresh(tokens["client_id"], tokens["refresh_token"])).json()
        assert (await second.call(fresh["access_token"])).status_code == 200
