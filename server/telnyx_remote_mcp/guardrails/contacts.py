"""Contacts: whom and which countries an account has reached from here before, as far as a digest tells."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable
from typing import Final

from telnyx_remote_mcp.guardrails.phone_numbers import country
from telnyx_remote_mcp.guardrails.recipients import Recipient
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret

MET_SECS: Final = 365 * 86_400
RECENT_SECS: Final = 600

_MET, _COUNTRY, _RECENT = "met", "met-country", "met-lately"


class Contacts:
    """Remembers digests, which nobody without the secret can turn back. Methods raise StoreUnavailable."""

    def __init__(self, store: Store, secret: Secret) -> None:
        self._store = store
        self._key = secret.derive("contacts")

    async def met(self, principal: str, address: str) -> bool:
        """Whether a call from here reached this address in the last year."""
        return await self._store.get(_MET, self._digest(principal, address)) is not None

    async def met_country(self, principal: str, code: str) -> bool:
        """Whether a call from here reached a number of this country in the last year."""
        return await self._store.get(_COUNTRY, self._digest(principal, code)) is not None

    async def note(self, principal: str, reached: Iterable[Recipient]) -> None:
        """Remember whom a call reached."""
        for recipient in reached:
            await self._store.put(_MET, self._digest(principal, recipient.value), b"1", MET_SECS)
            if recipient.kind == "phone" and (code := country(recipient.value)) is not None:
                await self._store.put(_COUNTRY, self._digest(principal, code), b"1", MET_SECS)

    async def lately(self, principal: str, reached: Iterable[Recipient]) -> int:
        """How many different recipients there were within ten minutes, these included."""
        new = 0
        for recipient in reached:
            key = self._digest(principal, recipient.value)
            new += await self._store.add(_RECENT, key, b"1", RECENT_SECS)
        counted = await self._store.counters.add(_RECENT, self._digest(principal), new, RECENT_SECS)
        return int(counted)

    def _digest(self, *parts: str) -> str:
        digest = hmac.digest(self._key, json.dumps(parts).encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:24]).decode()
