"""Contacts: which recipients and countries an account has reached through this server, stored as keyed digests."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from cachetools import LRUCache, TTLCache

from telnyx_remote_mcp.guardrails.phone_numbers import country
from telnyx_remote_mcp.guardrails.recipients import Recipient
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret

MET_SECS: Final = 365 * 86_400
RECENT_SECS: Final = 600
MOST_KNOWN: Final = 10_000

_MET, _COUNTRY, _RECENT = "met", "met-country", "met-lately"


class Contacts:
    """Stores keyed digests, which cannot be reversed without the secret. Methods raise StoreUnavailable.

    A cache in the process saves looking up the same recipients again and again.
    """

    def __init__(self, store: Store, secret: Secret) -> None:
        self._store = store
        self._secret = secret
        self._known: LRUCache[tuple[str, str], bool] = LRUCache(MOST_KNOWN)
        self._counted: TTLCache[str, bool] = TTLCache(MOST_KNOWN, RECENT_SECS)
        self._digest = lru_cache(MOST_KNOWN)(self._digested)

    async def met(self, principal: str, address: str) -> bool:
        """Whether a call through this server reached this address in the last year."""
        return await self._knows(_MET, self._digest(principal, address))

    async def met_country(self, principal: str, code: str) -> bool:
        """Whether a call through this server reached a number in this country in the last year."""
        return await self._knows(_COUNTRY, self._digest(principal, code))

    async def note(self, principal: str, reached: Iterable[Recipient]) -> None:
        """Store the recipients that a call reached, and their countries."""
        for recipient in reached:
            await self._learn(_MET, self._digest(principal, recipient.value))
            if recipient.kind == "phone" and (code := country(recipient.value)) is not None:
                await self._learn(_COUNTRY, self._digest(principal, code))

    async def count_recent(self, principal: str, reached: Iterable[Recipient]) -> int:
        """The number of different recipients within ten minutes, with these; 0 if none of these is new."""
        keys = [self._digest(principal, recipient.value) for recipient in reached]
        new = [
            key for key in keys if key not in self._counted and await self._store.add(_RECENT, key, b"1", RECENT_SECS)
        ]
        self._counted.update(dict.fromkeys(keys, True))
        if not new:
            return 0
        return int(await self._store.counters.add(_RECENT, self._digest(principal), len(new), RECENT_SECS))

    async def _knows(self, kind: str, key: str) -> bool:
        if (kind, key) not in self._known and await self._store.get(kind, key) is not None:
            self._known[kind, key] = True
        return (kind, key) in self._known

    async def _learn(self, kind: str, key: str) -> None:
        if (kind, key) not in self._known:
            await self._store.put(kind, key, b"1", MET_SECS)
            self._known[kind, key] = True

    def _digested(self, *parts: str) -> str:
        digest = hmac.digest(self._secret.name_key("contacts"), json.dumps(parts).encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:24]).decode()
