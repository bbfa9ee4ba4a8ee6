"""Claims: the right of one process to make a call, which others may take over until its effect may have begun."""

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
"""How long a call whose outcome is unknown is not made again."""


class Claim:
    """A call that is ours to make, and how far it came. Methods raise StoreUnavailable."""

    def __init__(self, attempts: Records[Attempt], key: str, kept: Kept[Attempt]) -> None:
        self._attempts = attempts
        self._key = key
        self._kept = kept
        self._changing = asyncio.Lock()
        self._is_sure = True
        """Whether `_kept` is what stands there, as long as nobody took it over."""
        self.begun = False

    @classmethod
    async def of(cls, attempts: Records[Attempt], key: str, request_id: str) -> Claim | None:
        """A claim to the call, where nobody else has one, or had one and made it."""
        ours = Attempt(state="running", request_id=request_id, begun=False, claim=secrets.token_hex(8))
        kept = await attempts.add(key, ours, UNKNOWN_SECS)
        return cls(attempts, key, kept) if kept is not None else None

    async def begin(self) -> bool:
        """Note that the effect may begin now; False where somebody took the call over, and so may be making it."""
        self.begun = await self._change(lambda ours: replace(ours, begun=True))
        return self.begun

    async def heartbeat(self, beat: int) -> None:
        """Show that whoever has the claim lives."""
        with suppress(StoreUnavailable):
            await self._change(lambda ours: replace(ours, beat=beat))

    async def end(self, attempt: Attempt | None, keep_secs: float) -> None:
        """Keep what came of the call; None for nothing, so that it can be made again."""
        if attempt is not None:
            await self._attempts.put(self._key, attempt, keep_secs)
        elif self.begun:
            await self._attempts.delete(self._key)
        elif (kept := self._kept if self._is_sure else await self._ours()) is not None:
            await self._attempts.delete(self._key, only=kept)

    async def _change(self, change: Callable[[Attempt], Attempt]) -> bool:
        """Whether the claim was still ours."""
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
        """What stands there of ours: it is not the last that we know of where the answer to a change was lost."""
        found = await self._attempts.read(self._key)
        return found if found is not None and found.value.claim == self._kept.value.claim else None
