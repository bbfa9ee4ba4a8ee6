"""Finds the tools and operations that do a task described in everyday words, in one ranking."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.search import Hit, Index
from telnyx_tools.tool.context import Action, Actions
from telnyx_tools.tool.effect import Effect

FLOOR = 0.65
"""Hits below this score are chance."""
CARE = 0.5
"""Hits below this strength may be guesses."""
_GLANCE = 5
"""Within each block of so many hits, uncertain ones that spend or destroy are put behind the others."""
_HARM = (Effect.SPENDS, Effect.DESTROY)


@dataclass(frozen=True)
class Found:
    action: Action
    kind: str
    """`tool` or `operation`."""
    withheld: str | None = None
    """Why it may not be called in this request, and who can change that."""


async def find(actions: Actions, query: str) -> Iterator[Found]:
    """Find what matches the words, best first: tools, and operations that no reachable tool covers.

    Ends where nothing matches any more. Matches that may not be called are included.
    """
    return _ranked(actions, await _hits(query))


async def find_operations(actions: Actions, query: str) -> Iterator[Found]:
    """The operations that match the words, best first, also those that a tool covers."""
    catalog = Catalog.load()
    return (operation(actions, hit.id) for hit in await _hits(query) if hit.id in catalog)


def operation(actions: Actions, operation_id: str) -> Found:
    """An operation of the catalog in the form of a search result."""
    action = OperationAction(Catalog.load()[operation_id])
    return Found(action, "operation", actions.refusal(action))


async def _hits(query: str) -> Sequence[Hit]:
    # In a thread: the first search reads the index, which would block other requests.
    return await asyncio.to_thread(lambda: list(_once(Index.load().search(query, FLOOR))))


def _once(hits: Iterable[Hit]) -> Iterator[Hit]:
    """The hits, without operations that make the same request as an earlier hit."""
    catalog, requests = Catalog.load(), set[tuple[str, str]]()
    for hit in hits:
        operation = catalog.get(hit.id)
        request = ("", hit.id) if operation is None else (operation.method, operation.path)
        if request not in requests:
            requests.add(request)
            yield hit


def _ranked(actions: Actions, hits: Sequence[Hit]) -> Iterator[Found]:
    tools, catalog, about = actions.tools, Catalog.load(), Index.load().about
    covered = {id_ for name in tools for id_ in about.get(name, ())}
    effects = {
        hit: tools[hit.id].effect if hit.id in tools else catalog[hit.id].effect
        for hit in hits
        if hit.id in tools or (hit.id in catalog and hit.id not in covered)
    }
    for hit in _careful(effects):
        yield Found(tools[hit.id], "tool") if hit.id in tools else operation(actions, hit.id)


def _careful(effects: Mapping[Hit, str]) -> list[Hit]:
    order = {
        hit: (rank // _GLANCE, hit.strength < CARE and effect in _HARM)
        for rank, (hit, effect) in enumerate(effects.items())
    }
    return sorted(order, key=order.__getitem__)
