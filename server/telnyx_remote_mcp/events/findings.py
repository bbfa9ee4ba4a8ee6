"""Findings: facts about accounts, cached for two minutes in the memory of one process."""

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
    """One fact about an account. One request looks it up, and others that need it wait for the result."""

    def __init__(self) -> None:
        self.asking = asyncio.Lock()
        self.is_known = False
        self.what: str | None = None


class Findings:
    """A cache of facts by account and name.

    All facts of an account expire two minutes after the first lookup, or when the account changes something here. A
    lookup that runs at that moment is not cached.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._accounts: TTLCache[str, LRUCache[str, _Finding]] = TTLCache(ACCOUNTS, KEPT_SECS, clock)

    async def of(self, principal: str, name: str, find: Find) -> str | None:
        """The fact of that name: cached, or looked up with `find`."""
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
        """Drop all facts about the account, so that they are looked up again."""
        self._accounts.pop(principal, None)
