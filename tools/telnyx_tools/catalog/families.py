"""Which deeds a tool stands for, from the operations that it calls."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from telnyx_tools.catalog.catalog import Catalog


def families(calls: Iterable[str]) -> frozenset[str]:
    """The families that whoever excludes a tool with these calls (`POST /messages`) excludes.

    They are those of the operations called, and every family within one of them. A call that the catalog does not have
    is no deed of it.
    """
    deeds = own_families(calls)
    return deeds | {family.id for family in Catalog.load().families.values() if family.within & deeds}


def own_families(calls: Iterable[str]) -> frozenset[str]:
    """The families of the operations with these calls, and no further ones."""
    return frozenset(family for call in calls for family in _by_call().get(call, ()))


@cache
def _by_call() -> Mapping[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for operation in Catalog.load().values():
        if operation.family is not None:
            found[f"{operation.method} {operation.path}"].add(operation.family)
    return found
