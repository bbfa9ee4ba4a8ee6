"""Families: the deeds that a tool stands for, from the operations that it calls."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from telnyx_tools.catalog.catalog import Catalog


def families(calls: Iterable[str]) -> frozenset[str]:
    """The families that whoever excludes a tool with these calls (`POST /messages`) excludes.

    They are those of the operations called, and every family within one of them. A call that the catalog does not have
    is no deed of it. Neither is what a tool that acts reads on its way: who excludes sending may still read.
    """
    deeds = own_families(calls)
    return deeds | {family.id for family in Catalog.load().families.values() if family.within & deeds}


def own_families(calls: Iterable[str]) -> frozenset[str]:
    """The families of what these calls do, and no further ones; of what they read where they do nothing else."""
    found = [deed for call in calls for deed in _by_call().get(call, ())]
    acting = frozenset(family for family, reads in found if not reads)
    return acting or frozenset(family for family, _ in found)


@cache
def _by_call() -> Mapping[str, set[tuple[str, bool]]]:
    """Call -> the families of its operations, each with whether it only reads."""
    found: defaultdict[str, set[tuple[str, bool]]] = defaultdict(set)
    for operation in Catalog.load().values():
        if operation.family is not None:
            found[f"{operation.method} {operation.path}"].add((operation.family, operation.effect == "read"))
    return found
