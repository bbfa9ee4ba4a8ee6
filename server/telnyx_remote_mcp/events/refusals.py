"""Counters of refused webhooks, one for each inbox, so that its owner sees what goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Final

from telnyx_remote_mcp.store.base import Store, StoreUnavailable

KIND: Final = "webhooks_refused"
DAY_SECS: Final = 24 * 3_600
FLUSH_SECS: Final = 1.0
"""The pause between two writes: a flood of forged webhooks costs one write a second."""

logger = logging.getLogger(__name__)


class Refusals:
    """Counts refused webhooks in memory, and adds them to the store from time to time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counted: Counter[str] = Counter()
        self._flushing: asyncio.Task[None] | None = None

    def count(self, inbox: str) -> None:
        """Count one more for the inbox with this store key."""
        self._counted[inbox] += 1
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush_later())

    async def within_a_day(self, inbox: str) -> int:
        """How many webhooks of the inbox were refused within about a day. Raises StoreUnavailable."""
        await self.flush()
        return int(await self._store.counters.get(KIND, inbox))

    async def flush(self) -> None:
        """Add the counts of this process to the shared counters in the store. Raises StoreUnavailable."""
        counted, self._counted = self._counted, Counter()
        for inbox, count in counted.items():
            await self._store.counters.add(KIND, inbox, count, DAY_SECS)

    async def _flush_later(self) -> None:
        await asyncio.sleep(FLUSH_SECS)
        total = self._counted.total()
        logger.warning("%d webhooks were refused: not signed by the account of their inbox, or late", total)
        try:
            await self.flush()
        except StoreUnavailable as error:
            logger.warning("Refused webhooks are not counted: %s", error)

    def close(self) -> None:
        """Stop counting."""
        if self._flushing is not None:
            self._flushing.cancel()
