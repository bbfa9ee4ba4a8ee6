"""The step that remembers what strangers wrote, before an agent reads it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_tools.results.foreign import foreign_texts
from telnyx_tools.results.result import Result


@dataclass(frozen=True, slots=True)
class StrangersGuard:
    """Notes the addresses in strangers' texts that a result holds."""

    shared: Shared

    async def __call__(self, call: Call, proceed: Next) -> Result:
        result = await proceed(call)
        with suppress(StoreUnavailable):  # this process remembers; what spends is refused while the store is away
            await self.shared.strangers.note(call.caller.principal, foreign_texts(result.wire()))
        return result
