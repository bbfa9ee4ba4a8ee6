"""What becomes of a store of the first version, or of an older secret, and of rows that somebody else wrote."""

import json
import secrets
import time
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from tests.server.auth.oauth.replica import CALLBACK, KEY, Replica, running

from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.records import every_key
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault, VaultError

pytestmark = pytest.mark.anyio

URL = "https://mcp.example.com"
ACCOUNT = "telnyx:" + "0" * 32
VAULT = Vault(Secret(b"s" * 32))
SEALED = ("grant", "link", "refresh_token", "code", "client", "authorization_request", "client_document", "signing_key")


@pytest.fixture
async def replica(tmp_path: Path) -> AsyncIterator[Replica]:
    async with running(tmp_path, public_url=URL) as replica:
        yield replica


async def put_sealed(store: Store, kind: str, key: str, value: object, place: str = "") -> None:
    await store.put(kind, key, VAULT.seal(json.dumps(value).encode(), f"{kind}/{key}{place}"))


class First:
    """What the first version kept of one connected client."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.grant_id = secrets.token_hex(16)
        self.client_id = secrets.token_urlsafe(16)
        self.token = secrets.token_urlsafe(32)

    async def write(self) -> None:
        now = int(time.time())
        grant = {
            "id": self.grant_id,
            "client_id": self.client_id,
            "client_name": "Agent",
            "account": ACCOUNT,
            "lane": "key",
            "scopes": ["messaging.read"],
            "groups": [],
            "read_only": False,
            "created_at": now,
            "expires_at": None,
            "last_used_at": now,
        }
        await put_sealed(self.store, "grant", self.grant_id, grant)
        await put_sealed(self.store, "link", self.grant_id, {"key": KEY}, f"/{ACCOUNT}")
        client = {
            "client_id": self.client_id,
            "name": "Agent",
            "redirect_uris": [CALLBACK],
            "auth_method": "none",
            "refreshes": True,
            "document_host": None,
            "secret_hash": None,
            "used": True,
        }
        await self.store.put("client", self.client_id, json.dumps(client).encode())
        await self.write_token(self.token, self.grant_id, self.client_id)

    async def write_token(self, token: str, grant_id: str, client_id: str, successor: str | None = None) -> None:
        key = sha256(token.encode()).hexdigest()
        row = {
            "grant_id": grant_id,
            "client_id": client_id,
            "scope": "messaging.read",
            "resource": URL,
            "rotated_at": None if successor is None else time.time(),
            "successor": None if successor is None else VAULT.seal(successor.encode(), f"refresh_token/{key}").hex(),
        }
        await self.store.put("refresh_token", key, json.dumps(row).encode())


async def test_nobody_loses_a_connection_by_the_upgrade(replica: Replica) -> None:
    first = First(replica.store)
    await first.write()
    fresh = await replica.refresh(first.client_id, first.token)
    assert fresh.status_code == 200
    assert (await replica.call(fresh.json()["access_token"])).json()["key"] is True
    again = await replica.refresh(first.client_id, fresh.json()["refresh_token"])
    assert again.status_code == 200
    assert (await replica.ask(first.client_id)).status_code == 302
    (grant,) = await replica.oauth.grants.of_account(ACCOUNT)
    assert grant.kept_until is not None


async def test_an_answer_that_was_lost_before_the_upgrade_is_given_after_it(replica: Replica) -> None:
    first = First(replica.store)
    await first.write()
    await first.write_token("before", first.grant_id, first.client_id, successor=first.token)
    response = await replica.refresh(first.client_id, "before")
    assert response.json()["refresh_token"] == first.token


async def test_a_token_without_a_grant_of_the_first_version_behind_it_is_not_taken_over(replica: Replica) -> None:
    first = First(replica.store)
    await first.write()
    await first.write_token("of-no-grant", "0" * 32, first.client_id)
    await first.write_token("of-another-client", first.grant_id, "elsewhere")
    for token in ("of-no-grant", "of-another-client"):
        response = await replica.refresh(first.client_id, token)
        assert response.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("marker", ["kept", "deleted"])
async def test_a_row_that_somebody_writes_later_is_never_believed(tmp_path: Path, marker: str) -> None:
    async with running(tmp_path, public_url=URL) as replica:
        tokens = await replica.signed_in()
        (grant_id,) = await replica.store.keys("grant")
        forger = First(replica.store)
        await forger.write_token("forged", grant_id, tokens["client_id"])
        if marker == "deleted":
            await replica.store.delete("upkeep", "state")
    async with running(tmp_path, public_url=URL) as replica:
        response = await replica.refresh(tokens["client_id"], "forged")
        assert response.json()["error"] == "invalid_grant"
        assert (await replica.refresh(tokens["client_id"], tokens["refresh_token"])).status_code == 200


async def test_every_record_that_gives_access_is_sealed_for_its_place(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    await replica.pending_id(client_id)
    code = (await replica.approved(client_id))["code"]
    await replica.exchange(client_id, code)
    store, seen = replica.store, set()
    for kind in SEALED:
        async for key in every_key(store, kind):
            raw = await store.get(kind, key)
            assert raw is not None
            with pytest.raises(VaultError):
                VAULT.open(raw, f"{kind}/elsewhere")
            if kind != "link":  # bound to the account as well
                assert VAULT.open(raw, f"{kind}/{key}")
            seen.add(kind)
    assert seen == {*SEALED} - {"client_document"}


async def test_a_record_moved_to_another_place_gives_nothing(replica: Replica) -> None:
    mine, theirs = await replica.signed_in(), await replica.signed_in()
    keys = [sha256(tokens["refresh_token"].encode()).hexdigest() for tokens in (mine, theirs)]
    raw = await replica.store.get("refresh_token", keys[1])
    assert raw is not None
    await replica.store.put("refresh_token", keys[0], raw)
    response = await replica.refresh(theirs["client_id"], mine["refresh_token"])
    assert response.json()["error"] == "invalid_grant"


async def test_a_new_secret_seals_everything_again(tmp_path: Path) -> None:
    old, new = b"s" * 32, b"n" * 32
    async with running(tmp_path, public_url=URL) as replica:
        tokens = await replica.signed_in()
    async with running(tmp_path, public_url=URL, secrets=(new, old)) as replica:
        await replica.oauth.upkeep.renew()
        assert (await replica.call(tokens["access_token"])).status_code == 200
        vault = Vault(Secret(new))
        for kind in ("grant", "refresh_token", "client", "upkeep"):
            async for key in every_key(replica.store, kind):
                raw = await replica.store.get(kind, key)
                assert raw is not None
                assert vault.open(raw, f"{kind}/{key}")
    async with running(tmp_path, public_url=URL, secrets=(new,)) as replica:
        assert (await replica.call(tokens["access_token"])).status_code == 401
        fresh = await replica.refresh(tokens["client_id"], tokens["refresh_token"])
        assert (await replica.call(fresh.json()["access_token"])).json()["key"] is True
        assert len(await replica.oauth.grants.of_account("key:" + "0" * 32)) == 1


async def test_many_clients_are_all_taken_over(replica: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telnyx_remote_mcp.store.records.MAX_KEYS", 5)
    monkeypatch.setattr("telnyx_remote_mcp.store.sqlite.store.MAX_KEYS", 5)
    many = [First(replica.store) for _ in range(12)]
    for first in many:
        await first.write()
    for first in many:
        assert (await replica.refresh(first.client_id, first.token)).status_code == 200


async def test_a_store_that_is_down_at_the_start_stops_nobody_for_good(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = First(replica.store)
    await first.write()

    async def down(*_: object) -> None:
        raise StoreUnavailable("down")

    with monkeypatch.context() as outage:
        outage.setattr(replica.store, "get", down)
        await replica.oauth.upkeep.begin()
        assert (await replica.refresh(first.client_id, first.token)).status_code == 503
    assert (await replica.refresh(first.client_id, first.token)).status_code == 200
