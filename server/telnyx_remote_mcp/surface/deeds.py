"""Deeds: what tools and operations do to people and to the account, by the families of the catalog."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from telnyx_tools.tool.context import Action
from telnyx_tools.tool.effect import Effect

STAYS: Final = {"end_texml_call": "it ends a call with the operation that could redirect it"}
"""The tools that stay where their deed is excluded, and why: they do the harmless half of it."""

# The catalog is loaded on first use: a server where nobody excludes anything does not need it for this.


def deeds_of(action: Action) -> frozenset[str]:
    """Return the deeds of the action itself, such as `text-a-person`; none for a plain read."""
    from telnyx_tools.catalog.families import own_families

    return own_families(action.calls)


def excluded_with(action: Action) -> frozenset[str]:
    """Return the deeds that are excluded with the action: its own, and those by which they could be done as well."""
    return _excluded_with(tuple(action.calls))


@lru_cache(maxsize=1024)
def _excluded_with(calls: tuple[str, ...]) -> frozenset[str]:
    from telnyx_tools.catalog.families import families

    return families(calls)


def other_ways(tools: Iterable[Action], excluded: Iterable[Action]) -> set[str]:
    """The names of those tools by which a deed could be done that goes with an excluded tool which spends.

    They spend on the same deed, or do one that reaches the same people by its nature, such as new instructions for a
    call. What is excluded without spending, a setting or a deletion, goes alone.
    """
    spending = [tool for tool in excluded if tool.effect is Effect.SPENDS]
    deeds = frozenset[str]().union(*map(excluded_with, spending))
    reaching = deeds.difference(*map(deeds_of, spending))
    return {
        tool.name
        for tool in tools
        if deeds
        and tool.effect is not Effect.READ
        and tool.name not in STAYS
        and deeds_of(tool) & (deeds if tool.effect is Effect.SPENDS else reaching)
    }
