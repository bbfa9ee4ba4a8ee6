"""The rules that owners set for their whole accounts. They hold for every caller, with a token or with an API key."""

from __future__ import annotations

import time
from typing import Final

from pydantic import TypeAdapter

from telnyx_remote_mcp.auth.api_keys import principal_of
from telnyx_remote_mcp.auth.recent import Recent
from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.record import Record
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.owner_rules import NO_RULES, OwnerRules
from telnyx_tools.api.credential import Credential

RECENT_SECS: Final = 2.0
"""How long rules are cached: every replica follows new ones within that time."""
MAX_RECENT: Final = 10_000
KIND: Final = "account-rules"


class RulesUnreadable(Exception):
    """An account has rules that this server cannot read, so nobody knows what they forbid."""


class AccountRules:
    """The rules of accounts by principal, sealed in the store. An account here is one API key, or one account at Telnyx
    that was linked by signing in.

    Methods raise StoreUnavailable.
    """

    def __init__(self, store: Store, secret: Secret, *, monotonic: Clock = time.monotonic) -> None:
        self._store = store
        self._vault = Vault(secret)
        self._secret = secret
        self._form: Record[OwnerRules] = Record(KIND, TypeAdapter(OwnerRules))
        self._recent: Recent[OwnerRules] = Recent(RECENT_SECS, MAX_RECENT, clock=monotonic)

    async def of(self, principal: str, credential: Credential | None = None) -> OwnerRules:
        """The rules of an account, NO_RULES where it has none. Raises RulesUnreadable.

        With the credential, rules from under an older value of the secret are found as well: the same API key had
        another principal then.
        """
        return await self._recent.get(principal, lambda: self._read(principal, credential))

    async def save(self, principal: str, rules: OwnerRules) -> None:
        """Store the rules of the account, in place of earlier ones."""
        await self._store.put(KIND, _key(principal), self._seal(principal, rules))
        self._recent.put(principal, rules)

    async def renew(self) -> None:
        """Seal again what another value of the secret sealed."""
        await Records(self._store, self._vault, KIND, OwnerRules).renew(lambda _: None)

    async def _read(self, principal: str, credential: Credential | None) -> OwnerRules:
        for name in (principal, *self._older(principal, credential)):
            sealed = await self._store.get(KIND, _key(name))
            if sealed is None:
                continue
            rules = self._form.open(sealed, self._vault, _place(name))
            if rules is None:
                raise RulesUnreadable
            if name != principal:
                await self._store.add(KIND, _key(principal), self._seal(principal, rules))
            return rules
        return NO_RULES

    def _seal(self, principal: str, rules: OwnerRules) -> bytes:
        return self._form.seal(rules, self._vault, _place(principal))

    def _older(self, principal: str, credential: Credential | None) -> list[str]:
        if credential is None or not principal.startswith("key:"):
            return []
        return [principal_of(credential.secret, pepper) for pepper in self._secret.name_keys("pepper")[1:]]


def _key(principal: str) -> str:
    """The key of an account in the store. A principal is an HMAC or a random number, so it reveals no owner."""
    return principal.replace(":", "-")


def _place(principal: str) -> str:
    return f"{KIND}/{_key(principal)}"
