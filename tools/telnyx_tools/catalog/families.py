"""Families of operations: the kinds of deeds, such as sending a text, that a tool does by calling operations."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from telnyx_tools.catalog.catalog import Catalog


def families(calls: Iterable[str]) -> frozenset[str]:
    """The families that are excluded with a tool that makes these calls (such as `POST /messages`).

    These are the families of the operations, and every family that is within one of them. Calls that are not in the
    catalog have no family. If a tool changes something, the operations that it only reads do not count: excluding
    sending still allows reading.
    """
    deeds = own_families(calls)
    return deeds | {family.id for family in Catalog.load().families.values() if family.within & deeds}


def own_families(calls: Iterable[str]) -> frozenset[str]:
    """The families of the operations that change something, without further ones; of those that read if none does."""
    found = [deed for call in calls for deed in _by_call().get(call, ())]
    acting = frozenset(family for family, reads in found if not reads)
    return acting or frozenset(family for family, _ in found)


@cache
def _by_call() -> Mapping[str, set[tuple[str, bool]]]:
    """The families of the operations of each call, each with whether it only reads."""
    found: defaultdict[str, set[tuple[str, bool]]] = defaultdict(set)
    for operation in Catalog.load().values():
        if operation.family is not None:
            found[f"{operation.method} {operation.path}"].add((operation.family, operation.effect == "read"))
    return found
