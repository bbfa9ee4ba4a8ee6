"""The API keys that a replica or worker found dead, in the store, where the others read them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from telnyx_remote_mcp.store.base import Store, StoreUnavailable

KEPT_SECS: Final = 360.0
"""How long a mark is kept: longer than a genuine verdict is cached."""
KIND: Final = "dead_key"


class DeadKeys:
    """Marks of dead keys in the store, by principal, which is an HMAC of the key.

    The replica that finds a key genuine again deletes its mark.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._telling: set[asyncio.Task[None]] = set()

    async def of(self, principal: str) -> bool:
        """Whether a replica found the key dead in the last KEPT_SECS. Raises StoreUnavailable."""
        return await self._store.get(KIND, principal) is not None

    def tell(self, principal: str, *, died: bool = True) -> None:
        """Set the mark of a key, or delete it, in the background.

        Nothing is done where the store does not answer: another replica then finds the key dead at its own next call.
        """
        task = asyncio.ensure_future(self._tell(principal, died))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, principal: str, died: bool) -> None:
        with suppress(StoreUnavailable):
            if died:
                await self._store.put(KIND, principal, b"1", KEPT_SECS)
            else:
                await self._store.delete(KIND, principal)
