"""Re-sealing of the store by the first value of the secret, so that the other values can be dropped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import anyio

from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_tools.tasks import CLEANUP_SECS, end

logger = logging.getLogger(__name__)

KIND: Final = "resealing"
EVERY_SECS: Final = 3_600.0
LOOK_SECS: Final = 600.0


class Resealing:
    """Calls all `parts`, which re-seal what they store, every hour while the secret has several values.

    Once would not do: replicas that still have the values in another order seal by another one until they end. One
    process does it for all that have the same first value.
    """

    def __init__(self, store: Store, secret: Secret, parts: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self._store = store
        self._vault = Vault(secret)
        self._parts = parts

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Re-seal in a task beside the requests: at the start, then every hour."""
        task = asyncio.create_task(self._go_on()) if self._vault.has_several else None
        try:
            yield
        finally:
            if task is not None:
                await end([task], CLEANUP_SECS)

    async def take_turn(self) -> None:
        """Re-seal, unless a process with the same first value did within the last hour. Raises StoreUnavailable."""
        if not await self._store.add(KIND, self._vault.current, b"", EVERY_SECS):
            return
        try:
            for renew in self._parts:
                await renew()
        except BaseException:
            with anyio.CancelScope(shield=True), suppress(StoreUnavailable):
                await self._store.delete(KIND, self._vault.current)
            raise
        logger.info("The store is sealed by the first value of TELNYX_MCP_SECRET.")

    async def _go_on(self) -> None:
        while True:
            try:
                await self.take_turn()
            except (StoreUnavailable, TimeoutError) as error:
                logger.warning("The store could not be re-sealed; trying again in ten minutes: %s", error)
            await asyncio.sleep(LOOK_SECS)
