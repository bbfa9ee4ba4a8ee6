"""Links: the Telnyx credential behind each grant, encrypted, and refreshed when it is about to expire."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from typing import Final, TypeGuard

from pydantic import TypeAdapter

from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.recent import Recent
from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.record import Record
from telnyx_remote_mcp.store.vault import Vault
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.errors import InvalidArgument

REFRESH_BEFORE_SECS: Final = 60
_KIND: Final = "link"
_RETRY_SECS: Final = 0.5


class LinkLost(Exception):
    """Telnyx no longer accepts the credential, or it is gone: the person has to connect again."""


class LinkUnreadable(LinkLost):
    """The stored link cannot be read: this version does not know its form, or the secret that sealed it is gone."""


@dataclass(frozen=True, slots=True)
class ApiKeyLink:
    """An API key that the person entered."""

    key: str = field(repr=False)

    @property
    def credential(self) -> Credential:
        return Credential(self.key)


@dataclass(frozen=True, slots=True)
class TelnyxLink:
    """Tokens from signing in at Telnyx; `expires_at` is that of the access token, in Unix seconds."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: int
    account_id: str = field(repr=False)

    @property
    def credential(self) -> Credential:
        return Credential(self.access_token)


Linked = ApiKeyLink | TelnyxLink
Refresh = Callable[[TelnyxLink], Awaitable[TelnyxLink]]
"""Gets new tokens from Telnyx. Raises LinkLost where Telnyx refuses the refresh token for good."""

_LINKED: Final[Record[Linked]] = Record(_KIND, TypeAdapter(Linked))


class Links:
    """The credentials of grants, each sealed for its grant and account. Without `refresh`, tokens are not renewed."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        refresh: Refresh | None,
        recent: Recent[Linked],
        *,
        clock: Clock = time.time,
    ) -> None:
        self._store = store
        self._vault = vault
        self._refresh = refresh
        self._recent = recent
        self._clock = clock
        self._tasks: dict[str, asyncio.Task[Linked]] = {}

    async def keep(self, grant: Grant, linked: Linked) -> None:
        """Store the credential of a new grant, for as long as the grant lasts."""
        await self._store.put(_KIND, grant.id, self._seal(grant, linked), grant.ttl_secs(self._clock()))

    async def credential(self, grant: Grant, dead: Credential | None = None) -> Credential:
        """Return the Telnyx credential of the grant, refreshed where it is about to expire or is `dead`, the one that
        Telnyx rejected. Raises LinkLost or LinkUnreadable."""
        linked = await self._recent.get(grant.id, lambda: self._linked(grant))
        if self._is_to_be_refreshed(linked, dead):
            linked = await asyncio.shield(self._refreshing(grant, dead))
        if linked.credential == dead:
            raise LinkLost
        return linked.credential

    async def extend(self, grant: Grant) -> bool:
        """Keep the credential until the grant's present end; False where it is gone."""
        async with self._lock(grant):
            sealed = await self._store.get(_KIND, grant.id)
            if sealed is None:
                return False
            try:
                return await self._swap(grant, sealed, self._opened(grant, sealed))
            except LinkLost:
                return False

    async def renew(self, grant: Grant) -> None:
        """Seal the credential by the first value of the secret."""
        sealed = await self._store.get(_KIND, grant.id)
        if sealed is not None and self._vault.outdated(sealed):
            await self.extend(grant)

    async def delete(self, grant_id: str) -> None:
        self._recent.forget(grant_id)
        await self._store.delete(_KIND, grant_id)

    def _refreshing(self, grant: Grant, dead: Credential | None) -> asyncio.Task[Linked]:
        """The task that refreshes the tokens of a grant. A caller that is cancelled must not cancel it, since the only
        copy of the new tokens would be lost."""
        task = self._tasks.get(grant.id)
        if task is None:
            task = self._tasks[grant.id] = asyncio.create_task(self._refreshed(grant, dead))
            task.add_done_callback(lambda done: self._finish(grant.id, done))
        return task

    def _finish(self, grant_id: str, task: asyncio.Task[Linked]) -> None:
        del self._tasks[grant_id]
        if not task.cancelled():
            task.exception()  # retrieved, or asyncio logs it where no caller is left to receive it

    async def _refreshed(self, grant: Grant, dead: Credential | None) -> Linked:
        """Refresh the tokens under a lock, so that one process does it for all: a refresh token works once."""
        async with self._lock(grant):
            sealed = await self._sealed(grant)
            linked = self._opened(grant, sealed)
            if not self._is_to_be_refreshed(linked, dead):
                self._recent.put(grant.id, linked)
                return linked
            if self._refresh is None or linked.refresh_token is None:
                return linked  # Telnyx decides whether it has expired: this clock may be wrong
            fresh = await self._refresh(linked)
            await self._store_fresh(grant, sealed, fresh)
            return fresh

    async def _store_fresh(self, grant: Grant, old: bytes, fresh: TelnyxLink) -> None:
        """Replace the stored link by the only copy of the new tokens. While the store does not answer, try again, for
        as long as the lock is held. Raises LinkLost where somebody else has changed the link."""
        while True:
            with suppress(StoreUnavailable):
                # What looks like a change by somebody else may be our own one, to which the reply was lost.
                if not await self._swap(grant, old, fresh) and await self._linked(grant) != fresh:
                    raise LinkLost
                return
            await asyncio.sleep(_RETRY_SECS)

    async def _linked(self, grant: Grant) -> Linked:
        return self._opened(grant, await self._sealed(grant))

    async def _sealed(self, grant: Grant) -> bytes:
        sealed = await self._store.get(_KIND, grant.id)
        if sealed is None:
            raise LinkLost
        return sealed

    async def _swap(self, grant: Grant, old: bytes, linked: Linked) -> bool:
        new = self._seal(grant, linked)
        swapped = await self._store.swap(_KIND, grant.id, old, new, grant.ttl_secs(self._clock()))
        if swapped:
            self._recent.put(grant.id, linked)
        return swapped

    def _seal(self, grant: Grant, linked: Linked) -> bytes:
        return _LINKED.seal(linked, self._vault, _place(grant))

    def _opened(self, grant: Grant, sealed: bytes) -> Linked:
        linked = _LINKED.open(sealed, self._vault, _place(grant))
        if linked is None or not _can_be_sent(linked):
            raise LinkUnreadable
        return linked

    def _is_to_be_refreshed(self, linked: Linked, dead: Credential | None) -> TypeGuard[TelnyxLink]:
        if not isinstance(linked, TelnyxLink):
            return False
        return linked.credential == dead or linked.expires_at - self._clock() < REFRESH_BEFORE_SECS

    def _lock(self, grant: Grant) -> AbstractAsyncContextManager[None]:
        return self._store.locked(f"{_KIND}/{grant.id}")


def _can_be_sent(linked: Linked) -> bool:
    try:
        return bool(linked.credential.secret)
    except InvalidArgument:
        return False


def _place(grant: Grant) -> str:
    return f"{_KIND}/{grant.id}/{grant.account}"
