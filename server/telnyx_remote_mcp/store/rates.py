"""Rate limits with keys that identify somebody, such as an address: the store only sees an HMAC of each key."""

from __future__ import annotations

import hmac

from telnyx_remote_mcp.buckets import Rate
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret


class Rates:
    """The rate limits of a deployment, by name."""

    def __init__(self, store: Store, secret: Secret) -> None:
        self._store = store
        self._key = secret.derive("rates")

    def __call__(self, name: str, per_minute: int) -> Rate:
        return _Hidden(self._store.rate(name, per_minute), self._key)


class _Hidden:
    def __init__(self, rate: Rate, key: bytes) -> None:
        self._rate = rate
        self._key = key

    async def wait(self, key: str) -> float:
        return await self._rate.wait(self._hidden(key))

    async def take(self, key: str) -> float:
        return await self._rate.take(self._hidden(key))

    def _hidden(self, key: str) -> str:
        return hmac.digest(self._key, key.encode(), "sha256").hex()[:32]
