"""The ids by which Telnyx names a phone call, found in the arguments and results of tools and operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def call_ids(value: object, names: Sequence[str]) -> Iterator[str]:
    """The texts under these names, at any depth: outer ones first, then in the order of the names."""
    if isinstance(value, Mapping):
        yield from (found for name in names if isinstance(found := value.get(name), str) and found)
        for item in value.values():
            yield from call_ids(item, names)
    elif isinstance(value, list):
        for item in value:
            yield from call_ids(item, names)
