"""The keys that sign access tokens: encrypted in the store, rotated every month, published as a JWKS."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from pydantic import TypeAdapter

from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.record import Record
from telnyx_remote_mcp.store.vault import Vault

ALGORITHM: Final = "ES256"
SIGNS_SECS: Final = 30 * 86_400
VERIFIES_SECS: Final = SIGNS_SECS + 86_400
"""A key is published for a day after it last signed, which is the longest lifetime of a token."""

_RELOAD_SECS: Final = 60.0
_MISSED_SECS: Final = 1.0
"""How often unknown key ids cause a read of the store, so that tokens with made-up ids do not load it."""
_KIND: Final = "signing_key"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key. It is `outdated` where another value of the secret sealed it than the first."""

    created_at: int
    key: ECKey
    outdated: bool = False

    @property
    def id(self) -> str:
        return str(self.key.kid)


@dataclass(frozen=True, slots=True)
class _Kept:
    created_at: int
    jwk: dict[str, str]


_KEPT: Final = Record(_KIND, TypeAdapter(_Kept))


class SigningKeys:
    """The keys of all replicas. Of those sealed by the first value of the secret, the newest signs.

    All keys that can be decrypted verify: while the secret is changed, replicas have its values in different orders,
    and so sign by different keys. A key that can no longer be decrypted is ignored.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        *,
        clock: Clock = time.time,
        monotonic: Clock = time.monotonic,
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._monotonic = monotonic
        self._keys: dict[str, SigningKey] = {}
        self._loaded_at = float("-inf")

    async def current(self) -> SigningKey:
        """The key to sign with; a new one where there is none, or where the newest is a month old."""
        await self._load(_RELOAD_SECS)
        if (key := self._newest()) is not None:
            return key
        async with self._store.locked(_KIND):
            await self._load(0)
            return self._newest() or await self._create()

    async def find(self, key_id: str) -> ECKey | None:
        """The key with this id, if it still verifies tokens."""
        if key_id not in self._keys:
            await self._load(_MISSED_SECS)
        key = self._keys.get(key_id)
        return key.key if key is not None and self._verifies(key) else None

    async def published(self) -> KeySet:
        """The keys that still verify tokens; their public halves are to be published."""
        await self.current()
        return KeySet([key.key for key in self._keys.values() if self._verifies(key)])

    def _newest(self) -> SigningKey | None:
        sealed_lately = (key for key in self._keys.values() if not key.outdated)
        newest = max(sealed_lately, key=lambda key: key.created_at, default=None)
        return newest if newest is not None and self._age(newest) < SIGNS_SECS else None

    def _verifies(self, key: SigningKey) -> bool:
        return self._age(key) < VERIFIES_SECS

    def _age(self, key: SigningKey) -> float:
        return self._clock() - key.created_at

    async def _create(self) -> SigningKey:
        key = SigningKey(int(self._clock()), ECKey.generate_key("P-256", {"kid": secrets.token_hex(8)}))
        kept = _Kept(key.created_at, {name: str(value) for name, value in key.key.as_dict(private=True).items()})
        sealed = _KEPT.seal(kept, self._vault, f"{_KIND}/{key.id}")
        await self._store.put(_KIND, key.id, sealed, VERIFIES_SECS)
        self._keys[key.id] = key
        return key

    async def _load(self, unless_within_secs: float) -> None:
        now = self._monotonic()
        if now - self._loaded_at < unless_within_secs:
            return
        keys = {key_id: await self._read(key_id) for key_id in await self._store.keys(_KIND)}
        self._keys = {key_id: key for key_id, key in keys.items() if key is not None}
        self._loaded_at = now

    async def _read(self, key_id: str) -> SigningKey | None:
        sealed = await self._store.get(_KIND, key_id)
        if sealed is None:
            return None
        kept = _KEPT.open(sealed, self._vault, f"{_KIND}/{key_id}")
        return _signing_key(kept, outdated=self._vault.outdated(sealed)) if kept is not None else None


def _signing_key(kept: _Kept, *, outdated: bool) -> SigningKey | None:
    """Return the signing key in a JWK; None if that does not hold one."""
    try:
        key = ECKey.import_key(dict(kept.jwk))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return SigningKey(kept.created_at, key, outdated)
