"""Shortens a JSON value to a size, by cutting long texts, lists and objects. The result is always valid JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any


@dataclass(frozen=True, slots=True)
class _Limits:
    text: int
    items: int
    members: int
    depth: int


_STEPS = (_Limits(1_000, 20, 200, 8), _Limits(300, 8, 100, 6), _Limits(120, 3, 50, 4), _Limits(60, 1, 25, 3))


_TELLING = ("id", "phone_number", "to", "status", "state", "code", "errors", "error", "title", "name")
"""Members of a row that say most about it, the most important first."""


def size(value: object) -> int:
    """The bytes of the value as compact JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode("utf-8", "replace"))


def shorten(value: Any, budget: int) -> tuple[Any, bool]:
    """The value cut to the budget, as far as that is possible, and whether anything was cut."""
    if size(value) <= budget:
        return value, False
    shorter = value
    for limits in _STEPS:
        shorter = _cut(value, limits, 0)
        if size(shorter) <= budget:
            break
    return shorter, True


def shorten_row(value: Any, room: int) -> tuple[Any, bool]:
    """One of many rows, cut to `room` bytes, however few. An object keeps first what identifies it and its status.

    At least one of its members is kept.
    """
    shorter, was_cut = shorten(value, room)
    if not isinstance(shorter, dict) or size(shorter) <= room:
        return shorter, was_cut
    kept: dict[str, Any] = {}
    for name in sorted(shorter, key=lambda name: _TELLING.index(name) if name in _TELLING else len(_TELLING)):
        if not kept or size({**kept, name: shorter[name]}) <= room:
            kept[name] = shorter[name]
    return kept, True


def _cut(value: Any, limits: _Limits, depth: int) -> Any:
    if isinstance(value, str) and len(value) > limits.text:
        return f"{value[: limits.text]}… ({len(value):,} characters)"
    if isinstance(value, (dict, list)) and depth >= limits.depth:
        return f"… ({len(value)} {'fields' if isinstance(value, dict) else 'items'})"
    if isinstance(value, dict):
        fields = {key: _cut(inner, limits, depth + 1) for key, inner in islice(value.items(), limits.members)}
        more = len(value) - limits.members
        return {**fields, "…": f"({more} more)"} if more > 0 else fields
    if isinstance(value, list):
        kept = [_cut(inner, limits, depth + 1) for inner in value[: limits.items]]
        more = len(value) - limits.items
        return [*kept, f"… ({more} more)"] if more > 0 else kept
    return value


def without_nulls(value: Any) -> Any:
    """The value without the fields that are null."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value


def select(value: Any, fields: Sequence[str]) -> Any:
    """The value with only the named fields, of an object or of every object in a list. A field is a path such as
    `cost.amount`."""
    if isinstance(value, list):
        return [select(item, fields) for item in value]
    if not isinstance(value, dict):
        return value
    kept: dict[str, Any] = {}
    for path in fields:
        name, _, rest = path.partition(".")
        if name in value:
            inner = select(value[name], [rest]) if rest else value[name]
            both = isinstance(inner, dict) and isinstance(kept.get(name), dict)
            kept[name] = {**kept[name], **inner} if both else inner
    return kept
