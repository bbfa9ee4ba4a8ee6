"""Refresh tokens: each is used once and gives way to its successor; a stolen one gives itself away.

All tokens that come from one grant are a family. A client that refreshes twice at the same time presents one
token twice: for 30 seconds, and as long as the successor is unused, it gets that same successor again. Any other
reuse means that two parties hold the token, and ends the grant.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass, replace
from typing import Final

from pydantic import TypeAdapter

from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.record import Record
from telnyx_remote_mcp.store.vault import Vault, VaultError

REFRESH_SECS: Final = 30 * 86_400.0
"""How long a client may stay away."""
TOLERATED_SECS: Final = 30.0
_KIND: Final = "refresh_token"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a token stands for; once rotated, when and (sealed, in hex) into which."""

    grant_id: str
    client_id: str
    scope: str
    resource: str
    rotated_at: float | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class Presented:
    """A token that was found, and the bytes that were kept for it."""

    key: str
    kept: bytes
    token: RefreshToken

    def check_client(self, client: object) -> bool:
        return getattr(client, "client_id", None) == self.token.client_id

    def get_scope(self) -> str:
        return self.token.scope


class Reused(Exception):
    """The token was used before, and not just by the same client at the same time."""


_TOKEN: Final = Record(_KIND, TypeAdapter(RefreshToken))


class RefreshTokens:
    """The refresh tokens of all replicas; only their hashes are kept."""

    def __init__(self, store: Store, vault: Vault, *, clock: Clock = time.time) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    async def issue(self, token: RefreshToken) -> str:
        value = secrets.token_urlsafe(32)
        await self._store.put(_KIND, _key(value), _TOKEN.dump(token), REFRESH_SECS)
        return value

    async def find(self, value: str) -> Presented | None:
        return await self._find(_key(value))

    async def rotate(self, presented: Presented) -> str:
        """The successor of a token, which cannot be used any more then. Raises Reused."""
        if presented.token.rotated_at is not None:
            return await self._again(presented)
        successor = await self.issue(presented.token)
        sealed = self._vault.seal(successor.encode(), _place(presented.key))
        rotated = replace(presented.token, rotated_at=self._clock(), successor=sealed.hex())
        if await self._store.swap(_KIND, presented.key, presented.kept, _TOKEN.dump(rotated), REFRESH_SECS):
            return successor
        await self._store.delete(_KIND, _key(successor))
        winner = await self._find(presented.key)
        if winner is None:
            raise Reused
        return await self._again(winner)

    async def _again(self, presented: Presented) -> str:
        """The successor that a rotated token already has, as long as that is tolerated."""
        token = presented.token
        if token.rotated_at is None or token.successor is None or self._clock() - token.rotated_at > TOLERATED_SECS:
            raise Reused
        try:
            value = self._vault.open(bytes.fromhex(token.successor), _place(presented.key)).decode()
        except (VaultError, ValueError):
            raise Reused from None
        successor = await self.find(value)
        if successor is None or successor.token.rotated_at is not None:
            raise Reused
        return value

    async def _find(self, key: str) -> Presented | None:
        kept = await self._store.get(_KIND, key)
        token = _TOKEN.load(kept) if kept is not None else None
        return Presented(key, kept, token) if kept is not None and token is not None else None


def _key(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def _place(key: str) -> str:
    return f"{_KIND}/{key}"
