"""The grants of all accounts in the store, with the credentials behind them."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter

from telnyx_remote_mcp.auth.grant import Ending, FirstGrant, Grant
from telnyx_remote_mcp.auth.links import ApiKeyLink, Linked, LinkLost, Links, LinkUnreadable, Refresh
from telnyx_remote_mcp.auth.recent import Recent
from telnyx_remote_mcp.auth.telnyx_sign_in import SignInFailed
from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.record import Record
from telnyx_remote_mcp.store.records import every_key
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.owner_rules import NO_RULES, OwnerRules
from telnyx_remote_mcp.surface.permission import Permission
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.errors import TelnyxError

RECENT_SECS: Final = 4.0
"""How long a grant is cached: a revoked one stops within 5 seconds on every replica."""
STALE_SECS: Final = 60.0
"""How long the cached grant counts where the store does not answer."""
MAX_RECENT: Final = 10_000
TOUCH_EVERY_SECS: Final = 60
DRAFT_SECS: Final = 120
"""How long a grant waits for its code to be redeemed. Then it is dropped, so that no unused credential is kept."""
EXTEND_EVERY_SECS: Final = 86_400
_KIND, _INDEX = "grant", "account"
_GRANT: Final[Record[Grant | FirstGrant]] = Record(_KIND, TypeAdapter(Grant | FirstGrant))


class Grants:
    """The grants of all accounts, encrypted in the store, and the credentials behind them.

    A grant is cached for 4 seconds, and for a minute where the store does not answer.
    `refresh` gets new tokens for accounts linked at Telnyx. `products` are those of this server: a grant of the first
    version that names none means all of them.
    Methods raise StoreUnavailable where the store does not answer.
    """

    def __init__(
        self,
        store: Store,
        secret: Secret,
        *,
        refresh: Refresh | None = None,
        products: Callable[[], Iterable[str]] = tuple,
        clock: Clock = time.time,
        monotonic: Clock = time.monotonic,
    ) -> None:
        self._store = store
        self._vault = Vault(secret)
        self._secret = secret
        self._products = products
        self._clock = clock
        self._recent: Recent[Grant | None] = Recent(RECENT_SECS, MAX_RECENT, stale_secs=STALE_SECS, clock=monotonic)
        links: Recent[Linked] = Recent(RECENT_SECS, MAX_RECENT, stale_secs=STALE_SECS, clock=monotonic)
        self._links = Links(store, self._vault, refresh, links, clock=clock)

    async def create(
        self,
        *,
        client_id: str,
        client_name: str,
        account: str,
        linked: Linked,
        permission: Permission,
        scopes: frozenset[str],
        given: frozenset[str] | None = None,
        expires_at: int | None = None,
        replaces: str | None = None,
        rules: OwnerRules = NO_RULES,
    ) -> Grant:
        """Store a new grant and the credential that was linked for it. It is a draft until `begin`.

        Raises ValueError for a past end.
        """
        now = int(self._clock())
        if expires_at is not None and expires_at <= now:
            raise ValueError("A grant must end in the future.")
        grant = Grant(
            id=secrets.token_hex(16),
            client_id=client_id,
            client_name=client_name,
            account=account,
            lane="key" if isinstance(linked, ApiKeyLink) else "telnyx",
            permission=permission,
            scopes=scopes,
            given=given,
            created_at=now,
            expires_at=expires_at,
            last_used_at=now,
            begun=False,
            kept_until=now + DRAFT_SECS,
            replaces=replaces,
            rules=rules,
        )
        # The link first, so that every grant that can be read has a credential.
        await self._links.keep(grant, linked)
        await self._store.put(_KIND, grant.id, self._seal(grant), grant.shown_secs(now))
        return grant

    async def begin(self, grant_id: str, secs: float) -> Grant | None:
        """The code was redeemed: the grant lasts for `secs`. Revokes the grant of the same client that it replaces, and
        those of the client that have ended.

        None where the draft has ended meanwhile.
        """
        grant = await self._changed(grant_id, lambda draft: replace(draft, begun=True, kept_until=self._after(secs)))
        if grant is None or not await self._links.extend(grant):
            return None
        await self._list(grant)
        replaced = [other for other in await self.of_account(grant.account) if other.id == grant.replaces]
        for other in [*replaced, *await self.past_of_account(grant.account)]:
            if other.client_id == grant.client_id:
                await self.revoke(other.id)
        return grant

    async def change(
        self,
        grant_id: str,
        permission: Permission,
        scopes: frozenset[str],
        expires_at: int | None,
        rules: OwnerRules | None = None,
    ) -> None:
        """Change what the client may do; without `rules` those of before stay. Every replica follows within 5 seconds.

        Raises ValueError for a past end.
        """
        if expires_at is not None and expires_at <= self._clock():
            raise ValueError("A grant must end in the future.")
        changed = await self._changed(
            grant_id,
            lambda kept: replace(
                kept, permission=permission, scopes=scopes, expires_at=expires_at, rules=rules or kept.rules
            ),
        )
        if changed is not None:
            await self._links.extend(changed)
            await self._list(changed)

    async def extend(self, grant_id: str, secs: float) -> None:
        """The tokens were refreshed: the grant lasts for `secs` from now. Written at most once a day."""
        grant = await self.get(grant_id)
        if grant is None or (grant.kept_until or 0) > self._after(secs) - EXTEND_EVERY_SECS:
            return
        extended = await self._changed(grant_id, lambda kept: replace(kept, kept_until=self._after(secs)))
        if extended is not None:
            await self._links.extend(extended)
            await self._list(extended)

    async def disconnect(self, grant_id: str, why: Ending) -> None:
        """End a grant and store why. Deletes its credential, except where its tokens were reused: then the person can
        connect again without entering it."""
        now = int(self._clock())
        grant = await self._changed(grant_id, lambda kept: replace(kept, ended=why, ended_at=now))
        if grant is not None and why != "reused":
            await self._links.delete(grant_id)

    async def get(self, grant_id: str) -> Grant | None:
        """The grant; None where it was revoked (more than 4 seconds ago), has ended, or never existed."""
        grant = await self._recent.get(grant_id, lambda: self._read(grant_id))
        return grant if grant is not None and grant.lives(self._clock()) else None

    async def credential(self, grant: Grant, dead: Credential | None = None) -> Credential:
        """Return the Telnyx credential of the grant. Tokens are refreshed, once for all replicas, where they are about
        to expire or are `dead`, the credential that Telnyx rejected.

        Raises LinkLost, after ending the grant, where Telnyx does not accept the link any more; LinkUnreadable where
        this version cannot read it; TimeoutError and whatever `refresh` raises where Telnyx could not be asked.
        """
        try:
            return await self._links.credential(grant, dead)
        except LinkUnreadable:
            raise  # the grant stays: another version that runs beside this one may be able to read the link
        except LinkLost:
            if grant.ended is None:
                await self.disconnect(grant.id, "rejected")
            raise

    async def any_credential(self, account: str) -> Credential | None:
        """A credential that acts for a principal: that of the first grant which has one, else None."""
        for grant in await self.of_account(account):
            with suppress(LinkLost, SignInFailed, TelnyxError, TimeoutError):
                return await self.credential(grant)
        return None

    async def of_account(self, account: str) -> list[Grant]:
        """The grants of a principal that give access, newest first, read from the store."""
        now = self._clock()
        return [grant for grant in await self._all_of(account) if grant.lives(now)]

    async def past_of_account(self, account: str) -> list[Grant]:
        """The grants of a principal that ended by themselves in the last 30 days, newest first."""
        now = self._clock()
        return [grant for grant in await self._all_of(account) if not grant.lives(now)]

    async def _all_of(self, account: str) -> list[Grant]:
        ids = [
            key.partition(".")[2]
            for index_key in self._secret.name_keys("store")
            for key in await self._store.keys(_INDEX, _index(index_key, account, ""))
        ]
        grants = [await self._read(grant_id) for grant_id in dict.fromkeys(ids)]
        mine = [grant for grant in grants if grant is not None and grant.account == account and grant.begun]
        return sorted(mine, key=lambda grant: grant.created_at, reverse=True)

    async def revoke(self, grant_id: str) -> None:
        """End a grant and forget its credential; every replica stops within 5 seconds."""
        grant = await self._read(grant_id)
        # The grant first, because it decides about access: if a later step fails, what is left cannot be used.
        await self._store.delete(_KIND, grant_id)
        self._recent.put(grant_id, None)
        await self._links.delete(grant_id)
        if grant is not None:
            for index_key in self._secret.name_keys("store"):
                await self._store.delete(_INDEX, _index(index_key, grant.account, grant_id))

    async def touch(self, grant_id: str) -> None:
        """Note that the grant was used just now, at most once a minute."""
        now = int(self._clock())
        grant = await self.get(grant_id)
        if grant is not None and now - grant.last_used_at >= TOUCH_EVERY_SECS:
            await self._changed(grant_id, lambda kept: replace(kept, last_used_at=now))

    async def listed(self, grant_id: str) -> None:
        """Note that the client listed the tools just now, at most once a minute."""
        now = int(self._clock())
        grant = await self.get(grant_id)
        if grant is not None and now - (grant.last_listed_at or 0) >= TOUCH_EVERY_SECS:
            await self._changed(grant_id, lambda kept: replace(kept, last_listed_at=now))

    async def renew(self) -> list[Grant]:
        """Seal all grants and links by the first value of the secret. Returns the grants in the form of the first
        version."""
        first = []
        async for grant_id in every_key(self._store, _KIND):
            sealed = await self._store.get(_KIND, grant_id)
            grant = self._opened(grant_id, sealed) if sealed is not None else None
            if sealed is None or grant is None:
                continue
            if self._vault.outdated(sealed):
                await self._reseal(sealed, grant)
            await self._links.renew(grant)
            if grant.kept_until is None:
                first.append(grant)
        return first

    async def settle(self, grant: Grant, secs: float) -> None:
        """Give a grant of the first version an end, which marks it as brought into this version's form."""
        settled = await self._changed(grant.id, lambda kept: replace(kept, kept_until=self._after(secs)))
        if settled is not None:
            await self._links.extend(settled)
            await self._list(settled)

    async def _read(self, grant_id: str) -> Grant | None:
        sealed = await self._store.get(_KIND, grant_id)
        return self._opened(grant_id, sealed) if sealed is not None else None

    async def _reseal(self, sealed: bytes, grant: Grant) -> None:
        # The index first: once the grant is sealed anew, this is never run again.
        if grant.begun:
            await self._list(grant)
        await self._swap(sealed, grant)

    async def _changed(self, grant_id: str, change: Callable[[Grant], Grant]) -> Grant | None:
        """Store the grant as `change` makes it, and return it; None where it has ended. Retried after a concurrent
        change."""
        while (sealed := await self._store.get(_KIND, grant_id)) is not None:
            grant = self._opened(grant_id, sealed)
            if grant is None or not grant.lives(self._clock()):
                return None
            changed = change(grant)
            if await self._swap(sealed, changed):
                return changed
        return None

    async def _swap(self, old: bytes, grant: Grant) -> bool:
        """Store a new state of a grant; False where it was changed or revoked meanwhile."""
        ttl_secs = grant.shown_secs(self._clock())
        if swapped := await self._store.swap(_KIND, grant.id, old, self._seal(grant), ttl_secs):
            self._recent.put(grant.id, grant)
        return swapped

    def _after(self, secs: float) -> int:
        return int(self._clock() + secs)

    async def _list(self, grant: Grant) -> None:
        """Put the grant into the index of its account."""
        key = _index(self._secret.name_key("store"), grant.account, grant.id)
        await self._store.put(_INDEX, key, b"", grant.shown_secs(self._clock()))

    def _seal(self, grant: Grant) -> bytes:
        return _GRANT.seal(grant, self._vault, f"{_KIND}/{grant.id}")

    def _opened(self, grant_id: str, sealed: bytes) -> Grant | None:
        """Return the grant in a record; None if it cannot be read, and so cannot be used any more."""
        grant = _GRANT.open(sealed, self._vault, f"{_KIND}/{grant_id}")
        return grant.read(self._products()) if isinstance(grant, FirstGrant) else grant


def _index(key: bytes, account: str, grant_id: str) -> str:
    """The index entry of a grant. It holds an HMAC of the account, so that the store does not reveal the account."""
    return f"{hmac.digest(key, account.encode(), 'sha256').hex()}.{grant_id}"
