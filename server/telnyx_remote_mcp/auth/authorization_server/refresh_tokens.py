"""Refresh tokens: each is used once and replaced by its successor, so that the use of a stolen one is noticed.

All tokens of one grant are a family. A client may present a token again because an answer was lost, or because it runs
in several processes: as long as the successor is unused, it gets that same successor, however late. A token whose
successor was used must be in two hands; presenting it ends the family.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass, field, replace
from typing import Final

from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Kept, Records
from telnyx_remote_mcp.store.vault import Vault

REFRESH_SECS: Final = 30 * 86_400.0
"""How long a token is valid: a client may stay away this long."""
_KIND: Final = "refresh_token"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token: its grant and, once it is rotated, its successor. Times are Unix seconds."""

    grant_id: str
    client_id: str
    scope: str
    resource: str
    ends_at: float = 0.0
    successor: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Presented:
    """A token that a client presented and that was found, with the members that Authlib needs."""

    key: str
    kept: Kept[RefreshToken]

    @property
    def token(self) -> RefreshToken:
        return self.kept.value

    def check_client(self, client: object) -> bool:
        return getattr(client, "client_id", None) == self.token.client_id

    def get_scope(self) -> str:
        return self.token.scope


class Reused(Exception):
    """The token was used before, and so was its successor."""


class RefreshTokens:
    """The refresh tokens of all replicas, stored under their hashes."""

    def __init__(self, store: Store, vault: Vault, *, clock: Clock = time.time) -> None:
        self.records = Records(store, vault, _KIND, RefreshToken)
        self._clock = clock

    async def issue(self, token: RefreshToken) -> str:
        value = secrets.token_urlsafe(32)
        await self.records.put(_key(value), self.lasting(token), REFRESH_SECS)
        return value

    async def find(self, value: str) -> Presented | None:
        return await self._find(_key(value))

    async def rotate(self, presented: Presented) -> str:
        """Return the token's successor, made at the first call. Once the successor was used, raises Reused."""
        if presented.token.successor is not None:
            return await self._again(presented.token.successor)
        successor = await self.issue(presented.token)
        rotated = replace(self.lasting(presented.token), successor=successor)
        if await self.records.swap(presented.key, presented.kept, rotated, REFRESH_SECS):
            return successor
        await self.records.delete(_key(successor))
        winner = await self._find(presented.key)
        if winner is None or winner.token.successor is None:
            raise Reused
        return await self._again(winner.token.successor)

    def now(self) -> float:
        return self._clock()

    def lasting(self, token: RefreshToken) -> RefreshToken:
        """The token, valid for another 30 days."""
        return replace(token, ends_at=self._clock() + REFRESH_SECS)

    async def _again(self, value: str) -> str:
        """The successor that a token already has, unless it was used."""
        successor = await self.find(value)
        if successor is None or successor.token.successor is not None:
            raise Reused
        return value

    async def _find(self, key: str) -> Presented | None:
        kept = await self.records.read(key)
        return Presented(key, kept) if kept is not None else None


def _key(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
