"""Grants: what a person allowed a client to do with a linked Telnyx account."""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter

from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.links import ApiKeyLink, Linked, LinkLost, Links, LinkUnreadable, Refresh
from telnyx_remote_mcp.auth.recent import Recent
from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.record import Record
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_tools.api.credential import Credential

RECENT_SECS: Final = 4.0
"""How long a grant that was read is believed: one that is revoked stops within 5 seconds on every replica."""
MAX_RECENT: Final = 10_000
TOUCH_EVERY_SECS: Final = 60
_KIND, _INDEX = "grant", "account"
_GRANT: Final = Record(_KIND, TypeAdapter(Grant))


class Grants:
    """The grants of all accounts, encrypted in the store, and the credentials behind them.

    What a grant allows is believed for 4 seconds after it was read. `refresh` gets new tokens for accounts
    linked at Telnyx. Methods raise StoreUnavailable where the store does not answer.
    """

    def __init__(
        self,
        store: Store,
        secret: Secret,
        *,
        refresh: Refresh | None = None,
        clock: Clock = time.time,
        monotonic: Clock = time.monotonic,
    ) -> None:
        self._store = store
        self._vault = Vault(secret)
        self._index_keys = secret.derive_all("store")
        self._clock = clock
        self._recent: Recent[Grant | None] = Recent(RECENT_SECS, MAX_RECENT, clock=monotonic)
        links: Recent[Linked] = Recent(RECENT_SECS, MAX_RECENT, clock=monotonic)
        self._links = Links(store, self._vault, refresh, links, clock=clock)

    async def create(
        self,
        *,
        client_id: str,
        client_name: str,
        account: str,
        linked: Linked,
        scopes: frozenset[str],
        groups: tuple[str, ...] = (),
        read_only: bool = False,
        expires_at: int | None = None,
    ) -> Grant:
        """A new grant, with the credential that was linked for it. Raises ValueError for an end that is past."""
        now = int(self._clock())
        if expires_at is not None and expires_at <= now:
            raise ValueError("A grant must end in the future.")
        grant = Grant(
            id=secrets.token_hex(16),
            client_id=client_id,
            client_name=client_name,
            account=account,
            lane="key" if isinstance(linked, ApiKeyLink) else "telnyx",
            scopes=scopes,
            groups=groups,
            read_only=read_only,
            created_at=now,
            expires_at=expires_at,
            last_used_at=now,
        )
        await self._links.keep(grant, linked)
        await self._list(grant)
        await self._store.put(_KIND, grant.id, self._seal(grant), grant.ttl_secs(self._clock()))
        return grant

    async def get(self, grant_id: str) -> Grant | None:
        """The grant, unless it was revoked (more than 4 seconds ago), has ended, or never was."""
        grant = await self._recent.get(grant_id, lambda: self._read(grant_id))
        return grant if grant is not None and _lives(grant, self._clock()) else None

    async def credential(self, grant: Grant) -> Credential:
        """What acts for the grant at Telnyx; tokens that are about to end are refreshed, once for all replicas.

        Raises LinkLost, after revoking the grant, where Telnyx does not honour the link any more; LinkUnreadable where
        this version cannot read it; TimeoutError and whatever `refresh` raises where Telnyx could not be asked.
        """
        try:
            return await self._links.credential(grant)
        except LinkUnreadable:
            raise  # another version, which may run beside this one, can read it: it stays
        except LinkLost:
            await self.revoke(grant.id)
            raise

    async def of_account(self, account: str) -> list[Grant]:
        """The grants of a principal, newest first, as they are now."""
        ids = [
            key.partition(".")[2]
            for index_key in self._index_keys
            for key in await self._store.keys(_INDEX, _index(index_key, account, ""))
        ]
        grants = [await self._read(grant_id) for grant_id in dict.fromkeys(ids)]
        now = self._clock()
        mine = [grant for grant in grants if grant is not None and grant.account == account and _lives(grant, now)]
        return sorted(mine, key=lambda grant: grant.created_at, reverse=True)

    async def revoke(self, grant_id: str) -> None:
        """End a grant and forget its credential; every replica stops within 5 seconds."""
        grant = await self._read(grant_id)
        await self._store.delete(_KIND, grant_id)
        self._recent.put(grant_id, None)
        await self._links.delete(grant_id)
        if grant is not None:
            for index_key in self._index_keys:
                await self._store.delete(_INDEX, _index(index_key, grant.account, grant_id))

    async def touch(self, grant_id: str) -> None:
        """Note that the grant was used just now, at most once a minute."""
        now = int(self._clock())
        grant = await self.get(grant_id)
        if grant is None or now - grant.last_used_at < TOUCH_EVERY_SECS:
            return
        sealed = await self._store.get(_KIND, grant_id)
        if sealed is not None and (current := self._opened(grant_id, sealed)) is not None:
            await self._swap(sealed, replace(current, last_used_at=now))

    async def replace_link(self, grant: Grant, linked: Linked) -> bool:
        """Put another credential behind the grant; False where the grant has ended meanwhile."""
        return await self._links.replace(grant, linked)

    async def _read(self, grant_id: str) -> Grant | None:
        sealed = await self._store.get(_KIND, grant_id)
        grant = self._opened(grant_id, sealed) if sealed is not None else None
        if sealed is not None and grant is not None and self._vault.outdated(sealed):
            await self._list(grant)
            await self._swap(sealed, grant)
        return grant

    async def _swap(self, old: bytes, grant: Grant) -> None:
        """Keep another state of a grant, unless it was changed or revoked meanwhile."""
        if await self._store.swap(_KIND, grant.id, old, self._seal(grant), grant.ttl_secs(self._clock())):
            self._recent.put(grant.id, grant)

    async def _list(self, grant: Grant) -> None:
        """Enter the grant in the index of its account."""
        key = _index(self._index_keys[0], grant.account, grant.id)
        await self._store.put(_INDEX, key, b"", grant.ttl_secs(self._clock()))

    def _seal(self, grant: Grant) -> bytes:
        return _GRANT.seal(grant, self._vault, f"{_KIND}/{grant.id}")

    def _opened(self, grant_id: str, sealed: bytes) -> Grant | None:
        """None for a grant that cannot be read: nobody can use it any more."""
        return _GRANT.open(sealed, self._vault, f"{_KIND}/{grant_id}")


def _lives(grant: Grant, now: float) -> bool:
    return grant.expires_at is None or now < grant.expires_at


def _index(key: bytes, account: str, grant_id: str) -> str:
    """The index entry of a grant; the account is an HMAC, so that the store does not tell who is in it."""
    return f"{hmac.digest(key, account.encode(), 'sha256').hex()}.{grant_id}"
