"""Authorization codes: each is valid for one exchange, within a minute."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from typing import Final

from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Kept, Records
from telnyx_remote_mcp.store.vault import Vault

CODE_SECS: Final = 60.0
_KIND: Final = "code"


@dataclass(frozen=True, slots=True)
class Code:
    """The grant and the request behind a code. `redirect_uri` is None where the request named none."""

    grant_id: str
    client_id: str
    redirect_uri: str | None
    scope: str
    resource: str
    code_challenge: str
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Presented:
    """A code that a client presented and that was found, with the members that Authlib needs."""

    key: str
    kept: Kept[Code]

    @property
    def code(self) -> Code:
        return self.kept.value

    @property
    def code_challenge(self) -> str:
        return self.code.code_challenge

    @property
    def code_challenge_method(self) -> str:
        return "S256"

    def get_redirect_uri(self) -> str | None:
        return self.code.redirect_uri

    def get_scope(self) -> str:
        return self.code.scope


class Codes:
    """The codes of all replicas. A spent code is stored for another minute, so that a replay is noticed."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._records = Records(store, vault, _KIND, Code)

    async def issue(self, code: Code) -> str:
        value = secrets.token_urlsafe(32)
        await self._records.put(_key(value), code, CODE_SECS)
        return value

    async def find(self, value: str) -> Presented | None:
        kept = await self._records.read(_key(value))
        return Presented(_key(value), kept) if kept is not None else None

    async def spend(self, presented: Presented) -> bool:
        """Spend the code; returns False if it was spent already. Of concurrent exchanges, one gets it."""
        if presented.code.spent:
            return False
        spent = replace(presented.code, spent=True)
        return await self._records.swap(presented.key, presented.kept, spent, CODE_SECS) is not None


def _key(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
