"""The step that lets only reads through while the store cannot be reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.guardrails.unavailable import needing_store
from telnyx_remote_mcp.store.base import Store
from telnyx_tools.results.result import Result
from telnyx_tools.tool.effect import Effect

KIND: Final = "outage"


@dataclass(frozen=True, slots=True)
class OutageGuard:
    """Refuses changes while the store does not answer: CannotRemember. It asks the store itself, so that this does not
    depend on which of the guards behind it are on.

    `asked` are the effects for which another guard asks the store in any case.
    """

    store: Store
    asked: frozenset[Effect] = frozenset()

    async def __call__(self, call: Call, proceed: Next) -> Result:
        if call.action.effect not in {Effect.READ, *self.asked} and not call.preview:
            with needing_store():
                await self.store.get(KIND, KIND)
        return await proceed(call)
