"""Lists in pages, in the styles of the API."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from .reply import Reply
from .request import Request

T = TypeVar("T")

LARGEST_PAGE = 250


def numbered(
    request: Request, items: Sequence[T], render: Callable[[T], dict[str, object]], *, largest: int = LARGEST_PAGE
) -> Reply:
    """`page[number]` (from 1) and `page[size]` (default 20, at most `largest`), with `meta`."""
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
