"""Claims: the right of one process to make a call. Another process may take it over until the effect may have begun."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from telnyx_remote_mcp.guardrails.repeats import Attempt
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.records import Kept, Records

UNKNOWN_SECS = 86_400.0
"""How long a call with an unknown outcome is not made again."""


class Claim:
    """The claim to a call that this process makes, and how far the call came. Methods raise StoreUnavailable."""

    def __init__(self, attempts: Records[Attempt], key: str, kept: Kept[Attempt]) -> None:
        self._attempts = attempts
        self._key = key
        self._kept = kept
        self._changing = asyncio.Lock()
        self._is_sure = True
        """Whether `_kept` is the stored value, unless somebody took the claim over."""
        self.begun = False

    @classmethod
    async def of(cls, attempts: Records[Attempt], key: str, request_id: str) -> Claim | None:
        """A new claim to the call; None if there is already a record of the call."""
        ours = Attempt(state="running", request_id=request_id, begun=False, claim=secrets.token_hex(8))
        kept = await attempts.add(key, ours, UNKNOWN_SECS)
        return cls(attempts, key, kept) if kept is not None else None

    async def begin(self) -> bool:
        """Record that the effect may begin now; False if somebody took the call over, and so may be making it."""
        self.begun = await self._change(lambda ours: replace(ours, begun=True))
        return self.begun

    async def heartbeat(self, beat: int) -> None:
        """Renew the lease: show that the holder of the claim is alive."""
        with suppress(StoreUnavailable):
            await self._change(lambda ours: replace(ours, beat=beat))

    async def end(self, attempt: Attempt | None, keep_secs: float) -> None:
        """Store the outcome of the call; None deletes the record, so that the call can be made again."""
        if attempt is not None:
            await self._attempts.put(self._key, attempt, keep_secs)
        elif self.begun:
            await self._attempts.delete(self._key)
        elif (kept := self._kept if self._is_sure else await self._ours()) is not None:
            await self._attempts.delete(self._key, only=kept)

    async def _change(self, change: Callable[[Attempt], Attempt]) -> bool:
        """Change the stored record; False if the claim is no longer ours."""
        async with self._changing:
            for _ in range(2):
                self._is_sure = False
                changed = await self._attempts.swap(self._key, self._kept, change(self._kept.value), UNKNOWN_SECS)
                self._is_sure = True
                if changed is not None:
                    self._kept = changed
                    return True
                if (kept := await self._ours()) is None:
                    return False
                self._kept = kept
            return False

    async def _ours(self) -> Kept[Attempt] | None:
        """The stored record if it is ours. It can be newer than `_kept`, if the reply to a change was lost."""
        found = await self._attempts.read(self._key)
        return found if found is not None and found.value.claim == self._kept.value.claim else None
