"""What any operation answers, in one shape whatever the API's: an object, a page of a list, a text, bytes."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import Field

from telnyx_tools.api.client import Reply
from telnyx_tools.results import BUDGET, Detail, Result, redacted
from telnyx_tools.shorten import select, shorten, size, without_nulls

if TYPE_CHECKING:
    from telnyx_tools.catalog.operation import Operation, Paging

MAX_BINARY = 24_000
"""Bytes of a binary answer that are passed on; larger ones have a URL in some other operation."""


class Answer(Result):
    data: Any = Field(None, description="the object, where the answer is one")
    items: list[Any] | None = Field(None, description="the page's items, where it is a list")
    next: str | None = Field(None, description="give it as `page` for more")
    total_results: int | None = None
    text: str | None = None
    content_base64: str | None = None
    content_type: str | None = None
    size: int | None = Field(None, description="bytes")
    shortened: bool | None = Field(None, description='cut to size; detail="full" or `fields` shows more')


@dataclass(frozen=True)
class View:
    """What part of an answer is wanted."""

    page: str | None = None
    page_size: int = 20
    fields: Sequence[str] = ()
    detail: Detail = "summary"


def position(page: str | None) -> tuple[str | None, int]:
    """A cursor of ours, `token+skip`, as the API's own page or cursor and how many items were given already."""
    if page is None:
        return None, 0
    token, _, skip = page.rpartition("+")
    return (token or None, int(skip)) if skip.isdigit() and "+" in page else (page, 0)


def answer(operation: Operation, reply: Reply, view: View, skip: int) -> Answer:
    """The answer of a 2xx. `skip` items of its page were given already."""
    if operation.reply == "binary":
        return _binary(reply)
    value = redacted(reply.json()) if operation.effect == "read" else reply.json()
    if value is None:
        return Answer(data={"status": reply.status})
    if isinstance(value, str):
        text, cut = shorten(value, BUDGET[view.detail])
        return Answer(text=text, shortened=cut or None)
    items = _items(operation, value)
    return _single(operation, value, view) if items is None else _page(operation, value, items, view, skip)


def _items(operation: Operation, value: Any) -> list[Any] | None:
    """The list inside the answer, or None where it is no list."""
    inner = _at(value, operation.paging.items) if operation.paging else _unwrapped(operation, value)
    return inner if isinstance(inner, list) else None


def _unwrapped(operation: Operation, value: Any) -> Any:
    return value.get(operation.envelope, value) if operation.envelope and isinstance(value, dict) else value


def _single(operation: Operation, value: Any, view: View) -> Answer:
    data, cut = _shown(_unwrapped(operation, value), view)
    return Answer(data=data, shortened=cut or None)


def _page(operation: Operation, value: Any, items: list[Any], view: View, skip: int) -> Answer:
    """As many items as there is room for; `next` goes on in the middle of a page where it must."""
    kept: list[Any] = []
    room, any_cut = BUDGET[view.detail], False
    for item in items[skip:]:
        shown, cut = _shown(item, view)
        room -= size(shown) + 1
        if room < 0 and kept:
            break
        kept.append(shown)
        any_cut = any_cut or cut
    token, _ = position(view.page)
    given = skip + len(kept)
    rest = f"{token or ''}+{given}" if given < len(items) else _next(operation.paging, value, token, len(items), view)
    total = _at(value, operation.paging.total or ("meta", "total_results")) if operation.paging else None
    return Answer(
        items=kept,
        next=rest,
        total_results=total if isinstance(total, int) else None,
        shortened=any_cut or None,
    )


def _shown(value: Any, view: View) -> tuple[Any, bool]:
    wanted = without_nulls(select(value, view.fields) if view.fields else value)
    return shorten(wanted, BUDGET[view.detail])


def _next(paging: Paging | None, value: Any, token: str | None, held: int, view: View) -> str | None:
    if paging is None:
        return None
    if paging.style == "cursor":
        found = _at(value, paging.next) if paging.next else None
        return _token(str(found)) if found else None
    number = int(token or 1)
    pages = _at(value, paging.pages) if paging.pages else None
    total = _at(value, paging.total) if paging.total else None
    if isinstance(pages, int):
        more = number < pages
    else:
        more = held > 0 and (not isinstance(total, int) or number * view.page_size < total)
    return str(number + 1) if more else None


def _token(found: str) -> str:
    """TeXML gives the next page as a URI, its token inside."""
    return parse_qs(urlsplit(found).query).get("PageToken", [found])[0]


def _at(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _binary(reply: Reply) -> Answer:
    kind = reply.headers.get("content-type")
    if len(reply.content) > MAX_BINARY:
        return Answer(content_type=kind, size=len(reply.content), shortened=True)
    return Answer(content_base64=base64.b64encode(reply.content).decode(), content_type=kind, size=len(reply.content))
