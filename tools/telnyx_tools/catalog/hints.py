"""Hints from `hints.toml`: what to give for an argument whose name does not say it."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from telnyx_tools.catalog.operation import Operation

OPERATORS = frozenset({"eq", "gt", "gte", "lt", "lte", "in"})
"""Keys inside a filter that take the same value as the name above them."""
_PATH = "path"


def hint(operation: Operation, where: Sequence[str]) -> str | None:
    """What to give for the argument at this path, such as `body`, `to`; None if its name says it or there is no
    hint."""
    said = hints()
    *above, name = where
    if name in OPERATORS and len(above) > 1:
        name = above[-1]
    within = ".".join((*above[-1:], name))
    places = (
        said["operations"].get(operation.id, {}).get(".".join(where)),
        said["names"].get(within),
        said["groups"].get(operation.group, {}).get(name),
        said["names"].get(name),
        _listed(operation, name) if where[0] == _PATH else None,
        next((text for end, text in said["endings"].items() if name.endswith(end)), None),
    )
    return next((text for text in places if text is not None), None) or None


def _listed(operation: Operation, name: str) -> str | None:
    """Which operation gives the id in the path: the one that lists such things, else the one that creates them."""
    from telnyx_tools.catalog.catalog import Catalog

    above = operation.path.partition(f"/{{{name}}}")[0]
    found = (Catalog.load().match(method, above) for method in ("GET", "POST"))
    sources = (matched[0].id for matched in found if matched and matched[0].path == above)
    return next((f"from {source}" for source in sources), None)


@cache
def hints() -> Mapping[str, Mapping[str, Any]]:
    """All hints of the file, by section. Name endings are sorted, longest first."""
    said = tomllib.loads(files(__package__).joinpath("hints.toml").read_text(encoding="utf-8"))
    said["endings"] = dict(sorted(said["endings"].items(), key=lambda ending: -len(ending[0])))
    return said
