"""The step that remembers what strangers wrote, before an agent reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_tools.results.foreign import foreign_texts, is_foreign
from telnyx_tools.results.result import Result
from telnyx_tools.tool.tool import Tool


@dataclass(frozen=True, slots=True)
class StrangersGuard:
    """Notes the addresses in strangers' texts that a result holds. What the agent itself gave is no stranger's."""

    shared: Shared

    async def __call__(self, call: Call, proceed: Next) -> Result:
        result = await proceed(call)
        if call.preview or not _may_tell(call):
            return result
        texts = list(foreign_texts(result.wire()))
        if texts:
            own = set(_texts(call.arguments))
            with suppress(StoreUnavailable):  # this process remembers; nothing is spent while the store is away
                await self.shared.strangers.note(call.caller.principal, [text for text in texts if text not in own])
        return result


def _may_tell(call: Call) -> bool:
    """Whether the result may hold what strangers wrote: a tool tells by its fields, unless all fields are shown."""
    if not isinstance(call.action, Tool) or call.arguments.get("detail") == "full":
        return True
    return has_foreign_fields(call.action)


@lru_cache(maxsize=1024)
def has_foreign_fields(tool: Tool) -> bool:
    """Whether a field of its result, by its name or for want of a type, may hold what strangers wrote."""
    return any(is_foreign(name) or _is_open(part) for name, part in _fields(tool.output_schema))


def _is_open(part: Any) -> bool:
    """Whether the schema of a field says nothing of what is inside."""
    if not isinstance(part, dict):
        return True
    if part.get("type") == "array":
        return _is_open(part.get("items"))
    if "anyOf" in part:
        return any(map(_is_open, part["anyOf"]))
    return not part.keys() & {"type", "$ref", "enum"} or (part.get("type") == "object" and not part.get("properties"))


def _fields(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every field in a schema, at any depth, but for the one that warns of a shape."""
    if isinstance(schema, dict):
        fields = schema.get("properties", {})
        yield from ((name, part) for name, part in fields.items() if name != "shape_warning")
        for part in schema.values():
            yield from _fields(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _fields(part)


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
