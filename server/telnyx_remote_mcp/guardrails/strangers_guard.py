"""The step that cleans and marks what strangers wrote, and stores the addresses in it, before an agent reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from pydantic import BaseModel

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.guardrails.recipients import addresses
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.guardrails.strangers import reader
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.surface.deeds import deeds_of
from telnyx_tools.results.outside import MARK, Found, Sieve, tells_of_others
from telnyx_tools.results.result import AttachedResult, Result, result_type
from telnyx_tools.tool.tool import Tool

WORDS_OF_OTHERS: Final = frozenset({"read-texts", "read-emails", "read-conversations", "search-the-web"})
"""Deeds whose answers hold what others wrote or said. In such an operation's answer, every text counts as theirs."""

LEAST: Final = 7
"""The fewest characters that can name an address; fewer are a pressed digit, or a yes."""
LONGEST: Final = 320
"""The most characters of an argument that is an address."""
MOST_NAMED: Final = 50
"""The most arguments of a call that are searched for addresses."""


@dataclass(frozen=True, slots=True)
class StrangersGuard:
    """Cleans the texts of strangers in a result, lists them in `from_outside`, and stores the addresses in them.

    Texts that the agent itself gave in the call do not count as strangers', and do not show where an address is from.
    """

    shared: Shared

    async def __call__(self, call: Call, proceed: Next) -> Result:
        result = await proceed(call)
        if call.preview or not _may_tell(call, result):
            return result
        wire = result.wire()
        sieve = _sieve(call, result)
        sieve.members(wire, "", (_model(call.action),) if isinstance(call.action, Tool) else ())
        attached = list(_attached(result))
        sieve.found.texts += attached
        sieve.found.spoken += sum(map(len, attached))
        await self._note(call, sieve.found)
        mark = sieve.found.mark()
        return result.shown_as({MARK: mark, **wire} if mark else wire)

    async def _note(self, call: Call, found: Found) -> None:
        if found.texts or found.addresses:
            with suppress(StoreUnavailable):  # this process still knows it; without the store nothing is spent
                await self.shared.strangers.note(call.caller.principal, found.texts, found.addresses)
                if found.spoken >= LEAST:
                    await self.shared.strangers.mark(reader(call), _named(call))


def _may_tell(call: Call, result: Result) -> bool:
    """Whether the result may hold what strangers wrote. A tool's declared fields tell, unless all fields are shown."""
    action = call.action
    return not isinstance(action, Tool) or _all_fields(call, result) or tells_of_others(_model(action))


def _all_fields(call: Call, result: Result) -> bool:
    return call.arguments.get("detail") == "full" or result.shape_warning is not None


@lru_cache(maxsize=1024)
def _model(tool: Tool) -> type[BaseModel]:
    return result_type(tool.function)


def _sieve(call: Call, result: Result) -> Sieve:
    undeclared = _all_fields(call, result) or not isinstance(call.action, Tool)
    everything = undeclared and bool(deeds_of(call.action) & WORDS_OF_OTHERS)
    return Sieve(undeclared, everything, frozenset(_texts(call.arguments)))


def _attached(result: Result) -> Iterator[str]:
    """The contents of the attached text files. The files stay unchanged: who wants a file wants all of it."""
    for file in result.attachments if isinstance(result, AttachedResult) else ():
        if not file.mime_type.startswith(("audio/", "image/", "video/")):
            with suppress(UnicodeDecodeError):
                yield file.content.decode()


def _named(call: Call) -> set[str]:
    """The addresses that the call names in the first short texts of its arguments."""
    short = (text for text in _texts(call.arguments) if len(text) <= LONGEST)
    return {value for text in islice(short, MOST_NAMED) for _, value in addresses(text)}


def _texts(value: object) -> Iterator[str]:
    """Every text inside arguments."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, (Mapping, BaseModel)):
        for item in dict(value).values():
            yield from _texts(item)
