"""Findings about accounts, kept for minutes in the memory of one process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from cachetools import LRUCache, TTLCache

from telnyx_remote_mcp.clock import Clock

KEPT_SECS: Final = 120
ACCOUNTS: Final = 10_000
PER_ACCOUNT: Final = 100

Find = Callable[[], Awaitable[str | None]]


class _Account:
    """What was found out about one account, and is by one asking at a time."""

    def __init__(self) -> None:
        self.found: LRUCache[str, str | None] = LRUCache(PER_ACCOUNT)
        self.asking = asyncio.Lock()


class Findings:
    """Of an account all is forgotten two minutes after the first of it was found out, or when the account changes
    something here; what is being asked for just then is not kept."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._accounts: TTLCache[str, _Account] = TTLCache(ACCOUNTS, KEPT_SECS, clock)

    async def of(self, principal: str, name: str, find: Find) -> str | None:
        """What `find` found out of that name, now or before."""
        account = self._accounts.get(principal)
        if account is None:
            account = self._accounts[principal] = _Account()
        async with account.asking:
            if name not in account.found:
                account.found[name] = await find()
            return account.found[name]

    def forget(self, principal: str) -> None:
        """Find everything about the account out anew."""
        self._accounts.pop(principal, None)
