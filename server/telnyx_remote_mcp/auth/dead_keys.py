"""The API keys that one replica found dead, for the others to hear of."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from telnyx_remote_mcp.store.base import Store, StoreUnavailable

KEPT_SECS: Final = 360.0
"""Longer than a good verdict counts without a question to Telnyx."""
KIND: Final = "dead_key"


class DeadKeys:
    """Marks of dead keys in the store, by principal, which is an HMAC of the key.

    A key that Telnyx takes has none: whoever finds it genuine again takes the mark away.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._telling: set[asyncio.Task[None]] = set()

    async def of(self, principal: str) -> bool:
        """Whether somebody found the key dead lately. Raises StoreUnavailable."""
        return await self._store.get(KIND, principal) is not None

    def tell(self, principal: str, *, died: bool = True) -> None:
        """Begin to let the others know; who finds the store away finds the key dead by themselves, at the next call."""
        task = asyncio.ensure_future(self._tell(principal, died))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, principal: str, died: bool) -> None:
        with suppress(StoreUnavailable):
            if died:
                await self._store.put(KIND, principal, b"1", KEPT_SECS)
            else:
                await self._store.delete(KIND, principal)
