"""Lists, page by page: `Page`, the cursor that resumes it, and how a page is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BeforeValidator, Field, SerializeAsAny

from telnyx_tools.api.client import Query, Request, Telnyx
from telnyx_tools.results.result import BUDGET, Detail, Result, marked, measured, shape_all

T = TypeVar("T", bound=Result)
V = TypeVar("V")

DEFAULT_SIZE = 20


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: the number of an API page, how many of its items were already given, and the page size.

    The size is part of its text form, so that `next` means the same whatever `page_size` comes with it.
    """

    number: int = 1
    skip: int = 0
    size: int = DEFAULT_SIZE

    @classmethod
    def parse(cls, text: str, page_size: int = DEFAULT_SIZE) -> Cursor:
        place, _, size = text.partition("/")
        number, _, skip = place.partition("+")
        return cls(int(number), int(skip or 0), int(size or page_size))

    def __str__(self) -> str:
        place = f"{self.number}+{self.skip}" if self.skip else str(self.number)
        return f"{place}/{self.size}"


PLACE = r"[1-9][0-9]{0,6}(\+[0-9]{1,4})?(/[1-9][0-9]{0,2})?"
FROM_ONE = "A page is a number from 1, or the `next` of the page before"


def _unsaid_default(schema: dict[str, Any]) -> None:
    """Remove the default of the page argument: a model does not need to know how the first page is named."""
    schema.pop("default", None)


NEXT = Field(description="`next` of the page before", json_schema_extra=_unsaid_default)


def cursor_of(form: str, problem: str = "A page is the `next` of the page before") -> BeforeValidator:
    """A validator that refuses a text that does not match `form`, for lists that have cursors of their own."""

    def check(value: object) -> str:
        text = str(value)
        if re.fullmatch(form, text) is None:
            raise ValueError(problem)
        return text

    return BeforeValidator(check, json_schema_input_type=str)


PageCursor = Annotated[str, cursor_of(PLACE, FROM_ONE), NEXT]
PageSize = Annotated[int, Field(ge=1, le=250)]


_ENVELOPE = 100
"""Characters of a page besides its items."""


class Page(Result, Generic[T]):
    """One page of a list. `next` is absent on the last one."""

    items: list[SerializeAsAny[T]] = Field(default_factory=list)
    next: str | None = None
    total_results: int | None = None


async def fetch_page(
    model: type[T],
    telnyx: Telnyx,
    template: str,
    query: Query,
    *,
    page: str,
    page_size: int,
    detail: Detail = "summary",
    reserve: int = 0,
    **ids: str,
) -> Page[T]:
    """One page of a list that is paged by `page[number]` and `page[size]`, with `meta.total_pages` in the answer."""
    cursor = Cursor.parse(page, page_size)
    paging: Query = {"page": {"number": cursor.number, "size": cursor.size}}
    request = Request(method="GET", template=template, ids=ids, query={**query, **paging})
    return page_of(model, (await telnyx.send(request)).json(), cursor, detail, reserve)


def page_of(model: type[T], answer: object, cursor: Cursor, detail: Detail = "summary", reserve: int = 0) -> Page[T]:
    """Return as many items of the answer as fit the size budget; `next` resumes after the last of them.

    `reserve` is how many characters the caller will add to the page.
    """
    raw, meta = _parts(answer)
    if raw is None:
        return marked(Page[T], "its answer was not a list", answer)
    items = _fitting(model, raw[cursor.skip :], detail, BUDGET[detail] - _ENVELOPE - reserve)
    given = cursor.skip + len(items)
    return Page(items=items, next=_next(cursor, given, len(raw), meta), total_results=_count(meta, "total_results"))


def page_of_whole(model: type[T], answer: object, cursor: Cursor, detail: Detail = "summary") -> Page[T]:
    """Like `page_of`, for a list that the API returns whole: `next` resumes inside it, and there is no second API
    page."""
    raw, meta = _parts(answer)
    if raw is not None:
        answer = {"data": raw if cursor.number == 1 else [], "meta": {"total_results": meta.get("total_results")}}
    return page_of(model, answer, cursor, detail)


def _fitting(model: type[T], raw: list[Any], detail: Detail, room: int) -> list[T]:
    """Return as many items as fit, at least one."""
    everything = shape_all(model, raw, detail)
    if everything is not None and everything[1] <= room:
        return everything[0]
    return fitting((measured(model, {"data": item}, detail) for item in raw), room)


def fitting(measured_items: Iterable[tuple[V, int]], room: int) -> list[V]:
    """Return as many of the items, given with their sizes, as fit, at least one."""
    kept: list[V] = []
    for item, size in measured_items:
        room -= size + 1
        if room < 0 and kept:
            break
        kept.append(item)
    return kept


def _next(cursor: Cursor, given: int, held: int, meta: dict[str, Any]) -> str | None:
    if given < held:
        return str(replace(cursor, skip=given))
    if cursor.number < (_count(meta, "total_pages") or 0):
        return str(replace(cursor, number=cursor.number + 1, skip=0))
    return None


def _count(meta: dict[str, Any], name: str) -> int | None:
    text = str(meta.get(name))
    return int(text) if text.isascii() and text.isdigit() else None


def _parts(answer: object) -> tuple[list[Any] | None, dict[str, Any]]:
    if not isinstance(answer, dict):
        return (answer if isinstance(answer, list) else None), {}
    data, meta = answer.get("data"), answer.get("meta") or answer.get("metadata")
    return (data if isinstance(data, list) else None), (meta if isinstance(meta, dict) else {})
