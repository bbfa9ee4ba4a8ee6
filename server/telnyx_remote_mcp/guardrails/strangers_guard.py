"""The step that remembers what strangers wrote, before an agent reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from pydantic import BaseModel

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_tools.results.foreign import foreign_texts
from telnyx_tools.results.result import Result


@dataclass(frozen=True, slots=True)
class StrangersGuard:
    """Notes the addresses in strangers' texts that a result holds. What the agent itself gave is no stranger's."""

    shared: Shared

    async def __call__(self, call: Call, proceed: Next) -> Result:
        result = await proceed(call)
        if call.preview:
            return result
        texts = list(foreign_texts(result.wire()))
        if texts:
            own = set(_texts(call.arguments))
            with suppress(StoreUnavailable):  # this process remembers; nothing is spent while the store is away
                await self.shared.strangers.note(call.caller.principal, [text for text in texts if text not in own])
        return result


def _texts(value: object) -> Iterator[str]:
    """Every text inside arguments."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | BaseModel):
        for item in dict(value).values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
