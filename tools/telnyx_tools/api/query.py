"""Query strings in the form that Telnyx reads: nested brackets, comma-separated lists, lower-case booleans."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import quote

from telnyx_tools.api.errors import InvalidArgument

Scalar: TypeAlias = str | int | float | date
QueryValue: TypeAlias = "Scalar | Sequence[Scalar | None] | Mapping[str, QueryValue] | None"
Query: TypeAlias = Mapping[str, QueryValue]
"""`{"filter": {"name": {"contains": "x"}}}` is sent as `filter[name][contains]=x`. None and empty texts are left out:
Telnyx would filter by the empty text and find nothing."""


def encode_query(query: Query) -> str:
    """The query string without its question mark. Raises InvalidArgument for a value that cannot be sent."""
    return "&".join(f"{_quoted(key)}={quote(value, safe=':,')}" for key, value in _pairs(query))


@lru_cache(512)
def _quoted(key: str) -> str:
    return quote(key, safe="")


def _pairs(query: Query, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in query.items():
        key = f"{prefix}[{name}]" if prefix else name
        if isinstance(value, Mapping):
            yield from _pairs(value, key)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            items = [_item(key, item) for item in value if item is not None and item != ""]
            if items:
                yield key, ",".join(items)
        elif value is not None and value != "":
            yield key, _text(key, value)


def _item(key: str, value: Scalar) -> str:
    text = _text(key, value)
    if "," in text:
        problem = "A value of this list cannot hold a comma: the API splits the list at commas."
        raise InvalidArgument(key, problem, value)
    return text


def _text(key: str, value: Scalar) -> str:
    if isinstance(value, str):
        return _sendable(key, value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value.tzinfo else value.isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidArgument(key, "It is not a finite number.")
    return str(value)


def _sendable(key: str, value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidArgument(key, "It holds half of a surrogate pair; it is not valid text.", value) from None
    return value
