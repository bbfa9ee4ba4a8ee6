"""Deeds: what tools and operations do to people and to the account, by the families of the catalog."""

from __future__ import annotations

from functools import lru_cache

from telnyx_tools.tool.context import Action

# The catalog is loaded on first use: a server where nobody excludes anything does not need it for this.


def deeds_of(action: Action) -> frozenset[str]:
    """What the action itself does, such as `text-a-person`; nothing for a plain read."""
    from telnyx_tools.catalog.families import own_families

    return own_families(action.calls)


def excluded_with(action: Action) -> frozenset[str]:
    """What is excluded with the action: its deeds, and those by which they could be done as well."""
    return _excluded_with(tuple(action.calls))


@lru_cache(maxsize=1024)
def _excluded_with(calls: tuple[str, ...]) -> frozenset[str]:
    from telnyx_tools.catalog.families import families

    return families(calls)
