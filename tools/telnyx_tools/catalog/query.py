"""Query strings with nested keys: `filter[status]=active` and `{"filter": {"status": "active"}}` are the same."""

import re
from collections.abc import Iterator, Mapping

_MOST_KEYS = 200
_LONGEST_KEY = 200
"""In a longer key, brackets could be nested too deeply."""


def nest(query: Mapping[str, object]) -> dict[str, object]:
    """The nested form of a query with brackets, nesting, or both. A closing `[]`, which marks a list, is dropped.

    Raises ValueError if a key has both a value and keys inside it, or if there are too many keys or too long ones.
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
    """The form with brackets, as it is sent. Lists stay lists."""
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
