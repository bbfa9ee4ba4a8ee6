"""The order that `sort` asks for: a field, or `-field` for the highest first."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from ...errors import SandboxError
from ...request import Request

T = TypeVar("T")


def in_order(request: Request, found: Iterable[T], fields: Mapping[str, Callable[[T], object]]) -> list[T]:
    """`fields` are what the list sorts by, and how each is read. Without `sort` the newest come first."""
    order = request.query.text("sort") or "-created_at"
    read = fields.get(order.removeprefix("-"))
    if read is None:
        raise SandboxError("10015", f"This list sorts by {', '.join(fields)}.", parameter="sort")
    return sorted(found, key=lambda each: str(read(each)), reverse=order.startswith("-"))
