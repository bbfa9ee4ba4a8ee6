"""Migration of the store, run once after the first version, which sealed less; and sealing again by a new secret."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

import anyio
from pydantic import TypeAdapter, ValidationError

from telnyx_remote_mcp.auth.authorization_server.clients import Clients
from telnyx_remote_mcp.auth.authorization_server.flows import LASTING_SECS
from telnyx_remote_mcp.auth.authorization_server.keys import SigningKeys
from telnyx_remote_mcp.auth.authorization_server.refresh_tokens import RefreshToken, RefreshTokens
from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.telnyx_accounts import TelnyxAccounts
from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.vault import Vault, VaultError

_KIND, _KEY = "upkeep", "state"
_MAX_SECS: Final = 600.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """A mark that the store is in this version's form."""

    form: int = 2


@dataclass(frozen=True, slots=True)
class _FirstToken:
    """A refresh token as the first version stored it: unsealed, except for its successor, which is sealed, in hex."""

    grant_id: str
    client_id: str
    scope: str
    resource: str
    rotated_at: float | None = None
    successor: str | None = None


_FIRST_TOKEN: Final[TypeAdapter[_FirstToken]] = TypeAdapter(_FirstToken)


class Upkeep:
    """Seals once what the first version stored unsealed, and seals again everything that gives access by a new secret.

    Anybody who can write to the store could have made an unsealed row. So such rows are accepted only in the one run
    after the first version, and only where they belong to a grant in that version's form, which was sealed even then; a
    refresh token must also belong to the grant's client. The same run brings each such grant into this version's form.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        grants: Grants,
        tokens: RefreshTokens,
        clients: Clients,
        accounts: TelnyxAccounts,
        keys: SigningKeys,
    ) -> None:
        self._store = store
        self._vault = vault
        self._state = Records(store, vault, _KIND, State)
        self._grants = grants
        self._tokens = tokens
        self._clients = clients
        self._accounts = accounts
        self._keys = keys
        self._running = anyio.Lock()
        self._done = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        await self.begin()
        yield

    async def begin(self) -> None:
        """Run at start-up. Where the store does not answer then, `ensure` runs before the first token is issued."""
        try:
            await self.ensure()
        except StoreUnavailable as error:
            logger.warning("The store does not answer yet: %s", error)

    async def ensure(self) -> None:
        """Migrate the store where that is due; once per process. Raises StoreUnavailable."""
        if self._done:
            return
        async with self._running:
            if not self._done:
                await self._bring_up_to_date()
                self._done = True

    async def _bring_up_to_date(self) -> None:
        if await self._state.get(_KEY) is not None:
            return
        async with self._store.locked(_KIND, _MAX_SECS):
            if await self._state.get(_KEY) is None:
                await self._renew(believe_plain=True)
                await self._state.put(_KEY, State(), None)

    async def renew(self) -> None:
        """Seal again what another value of the secret sealed than the first. Raises StoreUnavailable."""
        await self._renew(believe_plain=False)
        await self._state.renew(lambda _: None)

    async def _renew(self, *, believe_plain: bool) -> None:
        first = {grant.id: grant for grant in await self._grants.renew()}
        await self._tokens.records.renew(
            lambda token: max(token.ends_at - self._tokens.now(), 1),
            (lambda key, raw: self._believed(key, raw, first)) if believe_plain else None,
        )
        await self._clients.renew(believe_plain=believe_plain)
        await self._accounts.renew({grant.account for grant in first.values()} if believe_plain else None)
        for grant in first.values():
            await self._grants.settle(grant, LASTING_SECS)
        await self._keys.current()

    def _believed(self, key: str, raw: bytes, first: dict[str, Grant]) -> RefreshToken | None:
        try:
            plain = _FIRST_TOKEN.validate_json(raw)
        except ValidationError:
            return None
        grant = first.get(plain.grant_id)
        if grant is None or grant.client_id != plain.client_id:
            return None
        token = RefreshToken(plain.grant_id, plain.client_id, plain.scope, plain.resource)
        return replace(self._tokens.lasting(token), successor=self._successor(key, plain.successor))

    def _successor(self, key: str, sealed: str | None) -> str | None:
        """The successor in plain; "" for one that cannot be opened, which makes the token unusable."""
        if sealed is None:
            return None
        try:
            return self._vault.open(bytes.fromhex(sealed), f"refresh_token/{key}").decode()
        except (VaultError, ValueError):
            return ""
