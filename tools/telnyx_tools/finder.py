"""Finding what does a task: curated tools first, then operations of the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.operation import Operation
from telnyx_tools.catalog.search import Index
from telnyx_tools.catalog.words import index, words
from telnyx_tools.declare import Tool
from telnyx_tools.registry import registry


def find_tools(query: str, limit: int) -> Iterator[Tool]:
    """The best curated tools for everyday words, best first."""
    tools = registry().tools
    return (tools[hit.id] for hit in _tools().search(query, limit))


def find_operations(query: str, limit: int) -> Iterator[Operation]:
    """The best operations for everyday words, best first."""
    catalog = Catalog.load()
    return (catalog[hit.id] for hit in _operations().search(query, limit))


@cache
def _operations() -> Index:
    return index(Catalog.load())


@cache
def _tools() -> Index:
    return Index((name, _tool_words(tool)) for name, tool in registry().tools.items())


def _tool_words(tool: Tool) -> dict[str, float]:
    """A tool is found by its name, its description, and the words of the operations that it uses."""
    found = {tool.name: 3.0, tool.group: 1.0, tool.description: 1.0, " ".join(tool.input_schema["properties"]): 0.3}
    for call in tool.calls[:1]:
        method, _, path = call.partition(" ")
        matched = Catalog.load().match(method, path)
        for text, weight in words(matched[0]).items() if matched else ():
            found[text] = found.get(text, 0.0) + weight / 2
    return found
