"""Finding what does a task: curated tools and operations of the catalog, by everyday words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import cache, lru_cache

from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.operation import Operation
from telnyx_tools.catalog.search import Index
from telnyx_tools.catalog.words import index, words
from telnyx_tools.tool.context import Action


async def find_tools(tools: Iterable[Action], query: str, limit: int) -> list[Action]:
    """The tools that fit the words, best first."""
    return await asyncio.to_thread(_search_tools, tuple(tools), query, limit)


async def find_operations(query: str, limit: int) -> list[Operation]:
    """The operations of the whole API that fit the words, best first."""
    return await asyncio.to_thread(_search_operations, query, limit)


# In threads: the first search builds an index, for a tenth of a second or more, and others are being served.


def _search_tools(tools: tuple[Action, ...], query: str, limit: int) -> list[Action]:
    named = {tool.name: tool for tool in tools}
    return [named[hit.id] for hit in _tools(tools).search(query, limit)]


def _search_operations(query: str, limit: int) -> list[Operation]:
    catalog = Catalog.load()
    return [catalog[hit.id] for hit in _operations().search(query, limit)]


@cache
def _operations() -> Index:
    return index(Catalog.load())


@lru_cache(maxsize=16)
def _tools(tools: tuple[Action, ...]) -> Index:
    return Index((tool.name, _words(tool)) for tool in tools)


def _words(tool: Action) -> dict[str, float]:
    """A tool is found by its name, its description, and the words of the operation that it is about."""
    described = tool.describe()
    names = " ".join(described["arguments"]["properties"])
    found = {tool.name: 3.0, tool.group: 1.0, described["description"]: 1.0, names: 0.3}
    for call in tool.calls[:1]:
        method, _, path = call.partition(" ")
        matched = Catalog.load().match(method, path)
        for text, weight in words(matched[0]).items() if matched else ():
            found[text] = found.get(text, 0.0) + weight / 2
    return found
