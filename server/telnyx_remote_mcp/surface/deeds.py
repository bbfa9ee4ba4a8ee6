"""Deeds: the effects of tools and operations on people and the account, such as texting a person.

A deed is the id of a family of operations in the catalog: whatever has the same deed does the same by another name.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from telnyx_tools.tool.context import Action
from telnyx_tools.tool.effect import Effect

STAYS: Final = {"end_texml_call": "it ends a call with the operation that could redirect it"}
"""Tools that stay when their deed is excluded, and why: they only do the harmless half of it."""

# The catalog is loaded on first use: only servers where somebody excludes a tool need it for this.


def deeds_of(action: Action) -> frozenset[str]:
    """Return the deeds of the action itself, such as `text-a-person`; none for a plain read."""
    from telnyx_tools.catalog.families import own_families

    return own_families(action.calls)


def excluded_with(action: Action) -> frozenset[str]:
    """Return the deeds that are excluded with the action: its own, and others that achieve the same."""
    return _excluded_with(tuple(action.calls))


@lru_cache(maxsize=1024)
def _excluded_with(calls: tuple[str, ...]) -> frozenset[str]:
    from telnyx_tools.catalog.families import families

    return families(calls)


def other_ways(tools: Iterable[Action], excluded: Iterable[Action]) -> set[str]:
    """The names of the `tools` that could do the deed of an excluded tool which spends: they are excluded with it.

    They spend on the same deed, or do one that by its nature reaches the same people, such as new instructions for a
    call. An excluded tool that does not spend, such as a setting or a deletion, takes no other tool with it.
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
