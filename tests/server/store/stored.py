"""What earlier versions stored (`tests/fixtures/stored`), and how each kind is read by those who use it."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from authlib.oauth2.rfc6749 import InvalidClientError
from starlette.requests import Request
from tests.server.auth.oauth.website import URL
from tests.server.store.examples import ACCOUNT, PRODUCTS, SECRET, TELNYX_ACCOUNT, linking, now

from telnyx_remote_mcp.auth.authorization_server.client_documents import ClientDocuments
from telnyx_remote_mcp.auth.authorization_server.clients import Client, Clients
from telnyx_remote_mcp.auth.authorization_server.codes import Codes
from telnyx_remote_mcp.auth.authorization_server.keys import SigningKeys
from telnyx_remote_mcp.auth.authorization_server.pending import PendingRequests
from telnyx_remote_mcp.auth.authorization_server.public_fetch import FetchError, PublicFetch
from telnyx_remote_mcp.auth.authorization_server.refresh_tokens import RefreshTokens, Reused
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.links import LinkLost
from telnyx_remote_mcp.auth.telnyx_accounts import TelnyxAccounts
from telnyx_remote_mcp.auth.upkeep import Upkeep
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.web.linking.browser import Browser
from telnyx_remote_mcp.web.linking.round_trip import Journey, RoundTrip
from telnyx_remote_mcp.web.linking.sessions import Sessions
from telnyx_tools.api.credential import Credential

DIRECTORY = Path(__file__).parents[2] / "fixtures" / "stored"
VERSIONS = sorted(path.parent.name for path in DIRECTORY.glob("*/state.db"))


@dataclass(frozen=True)
class Entry:
    kind: str
    key: str
    value: bytes


@dataclass(frozen=True)
class Stored:
    """The examples that one version wrote."""

    version: str

    @property
    def file(self) -> Path:
        return DIRECTORY / self.version / "state.db"

    @cached_property
    def held(self) -> dict[str, str]:
        """What clients, browsers and tokens hold: ids, codes, the cookie."""
        return self._read("held")

    @cached_property
    def derived(self) -> dict:
        return self._read("derived")

    @cached_property
    def entries(self) -> list[Entry]:
        return [
            Entry(each["kind"], each["key"], bytes.fromhex(each["hex"]) if "hex" in each else each["text"].encode())
            for each in self._read("entries")
        ]

    async def fill(self, store: Store) -> None:
        for entry in self.entries:
            await store.put(entry.kind, entry.key, entry.value)

    def _read(self, name: str) -> dict:
        return json.loads((DIRECTORY / self.version / f"{name}.json").read_text())


async def nowhere(host: str, port: int) -> list[tuple[str, int]]:
    raise FetchError("its host is not known")


class Readers:
    """Today's code over a store; each reader gives what it read, or None where that is refused as documented."""

    def __init__(self, store: Store, held: dict[str, str]) -> None:
        self.held = held
        # The keys of what clients and browsers present are hashes of it.
        self._presented = {hashlib.sha256(value.encode()).hexdigest(): value for value in held.values()}
        secret = Secret(SECRET)
        vault = Vault(secret)
        self.grants = Grants(store, secret, products=lambda: PRODUCTS, clock=now)
        self.clients = Clients(store, vault, ClientDocuments(store, vault, PublicFetch(nowhere), clock=now))
        self.codes = Codes(store, vault)
        self.refresh_tokens = RefreshTokens(store, vault, clock=now)
        self.pending = PendingRequests(store, vault, clock=now)
        self.keys = SigningKeys(store, vault, clock=now)
        self.accounts = TelnyxAccounts(store, vault, secret)
        self.linking = linking(store)
        self.sessions = Sessions(store, vault, self.linking.browsers)

        self._upkeep = Upkeep(store, vault, self.grants, self.refresh_tokens, self.clients, self.accounts, self.keys)

    async def begin(self) -> None:
        """What today's code does when it starts on the store."""
        await self._upkeep.ensure()

    async def read(self, kind: str, key: str) -> object:
        """What today's code makes of the entry."""
        reader: Callable[[str], Awaitable[object]] = getattr(self, "_" + re.sub(r"\W", "_", kind))
        return await reader(self._presented.get(key, key))

    async def credential(self, grant_id: str) -> Credential | None:
        grant = await self.grants.get(grant_id)
        try:
            return None if grant is None else await self.grants.credential(grant)
        except LinkLost:
            return None

    async def refreshed(self, token: str) -> str | None:
        presented = await self.refresh_tokens.find(token)
        try:
            return None if presented is None else await self.refresh_tokens.rotate(presented)
        except Reused:
            return None

    async def client(self, client_id: str) -> Client | None:
        try:
            return await self.clients.find(client_id)
        except InvalidClientError:
            return None

    async def journey(self, state: str) -> Journey | None:
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": f"state={state}".encode(), "headers": []}
        return await RoundTrip(self.linking).arrive(Request(scope), self.browser)

    @property
    def browser(self) -> Browser:
        return Browser(self.held["cookie"], False)

    async def _account(self, key: str) -> object:
        return await self.grants.of_account(ACCOUNT)

    async def _authorization_request(self, request_id: str) -> object:
        return await self.pending.get(request_id)

    async def _browser_session(self, cookie: str) -> object:
        return await self.sessions.account(self.browser)

    async def _client(self, client_id: str) -> object:
        return await self.client(client_id)

    async def _client_document(self, url: str) -> object:
        return await self.client(URL)

    async def _code(self, value: str) -> object:
        presented = await self.codes.find(value)
        return presented.code if presented is not None else None

    async def _grant(self, grant_id: str) -> object:
        await self.grants.of_account(ACCOUNT)
        return await self.grants.get(grant_id)

    async def _link(self, grant_id: str) -> object:
        return await self.credential(grant_id)

    async def _refresh_token(self, value: str) -> object:
        presented = await self.refresh_tokens.find(value)
        await self.refreshed(value)
        return presented.token if presented is not None else None

    async def _sign_in(self, state: str) -> object:
        return await self.journey(state)

    async def _signing_key(self, key_id: str) -> object:
        await self.keys.published()
        return await self.keys.find(key_id)

    async def _telnyx_account(self, key: str) -> object:
        return await self.accounts.principal(TELNYX_ACCOUNT)
