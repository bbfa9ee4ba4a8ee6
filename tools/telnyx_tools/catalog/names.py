"""Names that somebody may have meant by one that does not exist."""

import difflib
import re
from collections.abc import Collection, Iterable

from telnyx_tools.catalog.search import Index

_VERBS = (
    {"get", "retrieve", "read", "show", "fetch", "describe"},
    {"list", "search", "find"},
    {"create", "add", "make", "new", "submit", "upload", "send"},
    {"update", "change", "edit", "set", "modify", "patch", "replace"},
    {"delete", "remove", "release", "destroy", "disable"},
    {"start", "begin", "initiate", "run", "trigger"},
    {"stop", "end", "cancel"},
)
"""Words for one thing that is done."""


def nearest(name: str, names: Iterable[str], count: int = 3) -> list[str]:
    """The likeliest of the names: the same verb, of the same resource if there is one, before any other."""
    known = list(names)
    resource = name.rpartition(".")[0]
    siblings = [other for other in known if resource and other.rpartition(".")[0] == resource]
    close = dict.fromkeys([*siblings, *difflib.get_close_matches(name, known, n=count), *_about(name, known)[:count]])
    wanted = _doing(name)
    return sorted(close, key=lambda found: (found not in siblings) + 1.5 * (not wanted & _doing(found)))[:count]


def _about(name: str, names: Collection[str]) -> list[str]:
    known = set(names)
    return [hit.id for hit in Index.load().search(name) if hit.id in known]


def _doing(name: str) -> set[str]:
    """The verb of a name and its synonyms: the first word of a tool, that of the last part of an operation."""
    verb = re.split(r"[_ ]", name.rsplit(".", 1)[-1])[0].lower()
    return {verb}.union(*(verbs for verbs in _VERBS if verb in verbs))
