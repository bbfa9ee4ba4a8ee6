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


class _Finding:
    """One thing about an account. One request at a time finds it out, and those that want to know it wait."""

    def __init__(self) -> None:
        self.asking = asyncio.Lock()
        self.is_known = False
        self.what: str | None = None


class Findings:
    """Of an account all is forgotten two minutes after the first of it was found out, or when the account changes
    something here; what is being asked for just then is not kept."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._accounts: TTLCache[str, LRUCache[str, _Finding]] = TTLCache(ACCOUNTS, KEPT_SECS, clock)

    async def of(self, principal: str, name: str, find: Find) -> str | None:
        """What `find` found out of that name, now or before."""
        account = self._accounts.get(principal)
        if account is None:
            account = self._accounts[principal] = LRUCache(PER_ACCOUNT)
        finding = account.get(name)
        if finding is None:
            finding = account[name] = _Finding()
        async with finding.asking:
            if not finding.is_known:
                finding.what, finding.is_known = await find(), True
            return finding.what

    def forget(self, principal: str) -> None:
        """Find everything about the account out anew."""
        self._accounts.pop(principal, None)
