"""Filters in the syntax of PostgREST: `created_at=gte.2026-01-01`, `or=(name.like.A%,id.eq.1)`,
`order=created_at.desc`."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ...errors import SandboxError
from ...moments import moment_of
from ...query import Query

T = TypeVar("T")

Field = Callable[[T], object]

_MOMENTS = ("created_at", "last_message_at")
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, other: bool(value == other),
    "neq": lambda value, other: bool(value != other),
    "gt": lambda value, other: bool(value > other),
    "gte": lambda value, other: bool(value >= other),
    "lt": lambda value, other: bool(value < other),
    "lte": lambda value, other: bool(value <= other),
    "like": lambda value, pattern: _like(value, pattern, 0),
    "ilike": lambda value, pattern: _like(value, pattern, re.IGNORECASE),
}


def filtered(query: Query, items: Sequence[T], fields: dict[str, Field[T]]) -> list[T]:
    """The items that match every filter of the query."""
    found = list(items)
    for name in fields:
        condition = query.text(name)
        if condition is not None:
            found = [item for item in found if _holds(item, fields, name, condition)]
    either = query.text("or")
    if either is not None:
        branches = [_branch(branch) for branch in either.strip("()").split(",")]
        found = [item for item in found if any(_holds(item, fields, name, rest) for name, rest in branches)]
    return found


def ordered(query: Query, items: Sequence[T], fields: dict[str, Field[T]]) -> list[T]:
    """Sort the items as the query asks, and cut the list to its limit."""
    name, _, direction = (query.text("order") or "created_at.desc").partition(".")
    if name not in fields:
        raise SandboxError("10015", f"There is no column {name}.", parameter="order")
    found = sorted(items, key=lambda item: str(fields[name](item)), reverse=direction.startswith("desc"))
    return found[: query.integer("limit", 100, low=1, high=1_000)]


def _branch(text: str) -> tuple[str, str]:
    name, _, rest = text.partition(".")
    return name, rest


def _holds(item: T, fields: dict[str, Field[T]], name: str, condition: str) -> bool:
    operator, _, other = condition.partition(".")
    if name not in fields or operator not in _COMPARED:
        raise SandboxError("10015", f"{name}={condition} is not a filter; write like created_at=gte.2026-01-01.")
    value = fields[name](item)
    if value is None:
        return operator == "neq"
    if name in _MOMENTS:
        return _COMPARED[operator](moment_of(str(value)), moment_of(other))
    return _COMPARED[operator](str(value), other)


def _like(value: str, pattern: str, flags: int) -> bool:
    expression = ".*".join(re.escape(part) for part in re.split(r"[%*]", pattern))
    return re.fullmatch(expression, value, flags) is not None
