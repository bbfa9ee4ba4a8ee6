"""Suggests existing names that somebody may have meant by an unknown one."""

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
"""Verbs that mean the same."""


def nearest(name: str, names: Iterable[str], count: int = 3) -> list[str]:
    """The likeliest of the names: first those with the same verb, if possible for the same resource."""
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
    """The verb in a name, and its synonyms. It is the first word of a tool's name, or of the last part of an
    operation's."""
    verb = re.split(r"[_ ]", name.rsplit(".", 1)[-1])[0].lower()
    return {verb}.union(*(verbs for verbs in _VERBS if verb in verbs))
