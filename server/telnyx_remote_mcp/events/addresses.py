"""Inbox addresses: the unguessable id in each account's webhook URL, and the public keys that verify its webhooks."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from cachetools import TTLCache

from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Kept, Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault

ID_BYTES: Final = 32
LONGEST_ID: Final = 64
KEYS: Final = 2
"""How many public keys of an account are trusted: the current one and the one before."""
FRESH_SECS: Final = 3_600
REMEMBERED_SECS: Final = 30
REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Address:
    """The account of an inbox and its trusted public keys, in base64 and newest first."""

    principal: str
    public_keys: tuple[str, ...] = ()
    checked_at: float = 0.0


@dataclass(frozen=True, slots=True)
class _InboxId:
    """The id of an account's inbox."""

    id: str = field(repr=False)


class Addresses:
    """The inbox addresses of all accounts. Methods raise StoreUnavailable.

    Inbox ids are stored encrypted only: reading the store reveals no webhook URL, and writing to it cannot forge one.
    """

    def __init__(self, store: Store, secret: Callable[[], Secret], *, clock: Clock = time.time) -> None:
        self._store = store
        self._secret = secret
        self._clock = clock
        self._recent: TTLCache[str, Address] = TTLCache(REMEMBERED, REMEMBERED_SECS)

    @cached_property
    def _addresses(self) -> Records[Address]:
        return Records(self._store, Vault(self._secret()), "inbox", Address)

    @cached_property
    def _ids(self) -> Records[_InboxId]:
        return Records(self._store, Vault(self._secret()), "inbox_of", _InboxId)

    async def find(self, inbox_id: str) -> Address | None:
        """The inbox with this id, as it was stored 30 seconds ago at most."""
        if len(inbox_id) > LONGEST_ID:
            return None
        key = key_of(inbox_id)
        address = self._recent.get(key)
        if address is None and (address := await self._addresses.get(key)) is not None:
            self._recent[key] = address
        return address

    async def of(self, principal: str) -> str:
        """The id of the account's inbox; the first call creates it."""
        mine = await self._ids.get(principal)
        if mine is None:
            fresh = _InboxId(secrets.token_urlsafe(ID_BYTES))
            # Store the address first: then an id that was handed out has one, even if the process ends in between.
            await self._addresses.put(key_of(fresh.id), Address(principal), None)
            mine = fresh if await self._ids.add(principal, fresh, None) else await self._ids.get(principal)
        return mine.id if mine is not None else await self._anew(principal)

    async def _anew(self, principal: str) -> str:
        """A new id in place of one that can no longer be decrypted, because its secret is gone."""
        await self._ids.delete(principal)
        return await self.of(principal)

    async def needs_key(self, inbox_id: str) -> bool:
        """Whether to ask Telnyx for the account's public key: it was never fetched, or more than an hour ago."""
        kept = await self._addresses.get(key_of(inbox_id))
        return kept is None or not kept.public_keys or kept.checked_at < self._clock() - FRESH_SECS

    async def trust(self, inbox_id: str, principal: str, public_key: str) -> None:
        """Trust webhooks that are signed with this key from now on, and still those with the key before it."""
        key = key_of(inbox_id)
        kept: Kept[Address] | None = await self._addresses.read(key)
        before = kept.value if kept is not None else Address(principal)
        keys = (public_key, *(each for each in before.public_keys if each != public_key))[:KEYS]
        after = replace(before, public_keys=keys, checked_at=self._clock())
        if kept is None:
            await self._addresses.put(key, after, None)
        elif not await self._addresses.swap(key, kept, after, None):
            await self.trust(inbox_id, principal, public_key)
        self._recent.pop(key, None)

    async def renew(self) -> None:
        """Re-encrypt with the current secret what an older one encrypted."""
        await self._addresses.renew(lambda _: None)
        await self._ids.renew(lambda _: None)


def key_of(inbox_id: str) -> str:
    """The store key of an inbox: a hash that does not reveal the id."""
    return hashlib.sha256(inbox_id.encode()).hexdigest()
