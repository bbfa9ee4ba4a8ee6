"""Query strings as the API nests them: `filter[status]=active` and `{"filter": {"status": "active"}}` are the same."""

import re
from collections.abc import Iterator, Mapping

_MOST_KEYS = 200
_LONGEST_KEY = 200
"""Of one that is longer, the brackets could nest deeper than anything can walk."""


def nest(query: Mapping[str, object]) -> dict[str, object]:
    """The nested form of a query given with brackets, nested, or mixed; a closing `[]` marks a list and is dropped.

    Raises ValueError where a key is given both as a value and as the parent of another key, or there are too many, or
    too long ones.
    """
    if len(query) > _MOST_KEYS or any(len(key) > _LONGEST_KEY for key in query):
        raise ValueError(f"it has at most {_MOST_KEYS} keys, each of at most {_LONGEST_KEY} characters")
    nested: dict[str, object] = {}
    for key, value in query.items():
        *parents, name = _parts(key)
        inside = nested
        for parent in parents:
            found = inside.setdefault(parent, {})
            if not isinstance(found, dict):
                raise ValueError(f"{key} and {parent} cannot both be given")
            inside = found
        _merge(inside, name, nest(value) if isinstance(value, Mapping) else value, key)
    return nested


def flatten(query: Mapping[str, object]) -> dict[str, object]:
    """The form with brackets, as it goes on the wire; lists stay lists."""
    return dict(_flat("", query))


def _flat(prefix: str, query: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in query.items():
        key = f"{prefix}[{name}]" if prefix else name
        if isinstance(value, Mapping):
            yield from _flat(key, value)
        else:
            yield key, value


def _parts(key: str) -> list[str]:
    name, *_ = key.split("[")
    return [name, *(part for part in re.findall(r"\[([^\[\]]*)\]", key) if part)]


def _merge(inside: dict[str, object], name: str, value: object, key: str) -> None:
    found = inside.get(name)
    if isinstance(found, dict) and isinstance(value, dict):
        found.update(value)
    elif found is not None:
        raise ValueError(f"{key} is given twice")
    else:
        inside[name] = value
