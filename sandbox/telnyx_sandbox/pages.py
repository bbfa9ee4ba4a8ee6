"""Lists: sorted as `sort` asks, and divided into pages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from .errors import SandboxError
from .reply import Reply
from .request import Request

T = TypeVar("T")

LARGEST_PAGE = 250


def in_order(request: Request, found: Iterable[T], fields: Mapping[str, Callable[[T], object]]) -> list[T]:
    """Sort by `sort` of the query, by default the newest first. `fields` gives the value of each sortable field."""
    order = request.query.text("sort") or "-created_at"
    read = fields.get(order.removeprefix("-"))
    if read is None:
        raise SandboxError("10015", f"This list sorts by {', '.join(fields)}.", parameter="sort")
    return sorted(found, key=lambda each: str(read(each)), reverse=order.startswith("-"))


def numbered(
    request: Request, items: Sequence[T], render: Callable[[T], dict[str, object]], *, largest: int = LARGEST_PAGE
) -> Reply:
    """Return the page of `page[number]` (from 1) and `page[size]` (default 20, at most `largest`), with `meta`."""
    number = request.query.integer("page[number]", 1, low=1, high=10**9)
    size = request.query.integer("page[size]", 20, low=1, high=largest)
    start = (number - 1) * size
    meta = {
        "page_number": number,
        "page_size": size,
        "total_pages": -(-len(items) // size),
        "total_results": len(items),
    }
    return Reply({"data": [render(item) for item in items[start : start + size]], "meta": meta})
