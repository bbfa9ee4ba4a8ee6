"""Makes the answer of an operation from the reply of the API."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from telnyx_tools.api.client import Reply
from telnyx_tools.results.answer import Answer, View
from telnyx_tools.results.pages import DEFAULT_SIZE
from telnyx_tools.results.result import BUDGET, REDACTED, redacted
from telnyx_tools.results.shorten import select, shorten, shorten_row, size, without_nulls

if TYPE_CHECKING:
    from telnyx_tools.catalog.operation import Operation, Paging

_SIZED = re.compile(r"(.*)/([1-9][0-9]{0,2})", re.DOTALL)
_SKIPPING = re.compile(r"(.*)\+([0-9]{1,6})", re.DOTALL)

_ROW = 48
"""The smallest size of a row, in bytes, when an answer has very many: enough for an id."""
MAX_BINARY = 24_000
"""The most bytes of a binary answer that are passed on. For larger ones, another operation gives a URL."""


@dataclass(frozen=True)
class Place:
    """Where a page begins: the API's page number or cursor, how many of its items were already given, and the page
    size.

    The `next` of an answer reads `token+skip`. For numbered pages the size follows (`2+5/20`), so that the page means
    the same whatever `page_size` comes with it.
    """

    token: str | None
    skip: int
    size: int
    numbered: bool

    @classmethod
    def of(cls, view: View, paging: Paging | None) -> Place:
        numbered = paging is not None and paging.style == "number"
        token, skip, size = view.page or "", 0, view.page_size or DEFAULT_SIZE
        if numbered and (found := _SIZED.fullmatch(token)):
            token, size = found[1], int(found[2])
        if found := _SKIPPING.fullmatch(token):
            token, skip = found[1], int(found[2])
        return cls(token or None, skip, size, numbered)

    def written(self, token: str) -> str:
        """The `next` for this token, with the page size if pages are numbered."""
        return f"{token}/{self.size}" if self.numbered else token


def answer(operation: Operation, reply: Reply, view: View, place: Place) -> Answer:
    """The answer for a 2xx reply, starting at the given place."""
    if operation.reply == "binary":
        return _binary(reply)
    value = _shown_to_agents(operation, reply.json())
    if value is None:
        return Answer(data={"status": reply.status})
    if isinstance(value, str):
        text, cut = shorten(value, BUDGET[view.detail])
        return Answer(text=text, shortened=cut or None)
    items = _items(operation, value)
    reads = operation.effect == "read"
    if items is None:
        return _single(_unwrapped(operation, value), view) if reads else _done(_unwrapped(operation, value), view)
    return _page(operation, value, items, view, place) if reads else _rows(items, view)


def _shown_to_agents(operation: Operation, value: Any) -> Any:
    """The reply without its secrets, unless the operation exists to show a secret once."""
    if operation.shown_once:
        return value
    return REDACTED if operation.secret_text and value is not None else redacted(value, operation.id)


def _items(operation: Operation, value: Any) -> list[Any] | None:
    """The list inside the reply; None if there is none."""
    inner = _at(value, operation.paging.items) if operation.paging else _unwrapped(operation, value)
    return inner if isinstance(inner, list) else None


def _unwrapped(operation: Operation, value: Any) -> Any:
    return value.get(operation.envelope, value) if operation.envelope and isinstance(value, dict) else value


def _single(value: Any, view: View) -> Answer:
    data, cut = _shown(value, view)
    return Answer(data=data, shortened=cut or None)


def _done(value: Any, view: View) -> Answer:
    """The object that a write answered. If it is too large, each row of its lists is kept but shortened, as in
    `_rows`."""
    whole = _wanted(value, view)
    lists = {name: rows for name, rows in whole.items() if isinstance(rows, list)} if isinstance(whole, dict) else {}
    if size(whole) <= BUDGET[view.detail] or not lists:
        return _single(value, view)
    rows = {name: _all(rows, sum(map(len, lists.values())), view) for name, rows in lists.items()}
    rest, _ = shorten({name: inner for name, inner in whole.items() if name not in lists}, BUDGET[view.detail] // 4)
    return Answer(data={**rest, **{name: [row for row, _ in shown] for name, shown in rows.items()}}, shortened=True)


def _rows(items: list[Any], view: View) -> Answer:
    """Every row of the answer to a write, shorter the more there are: such an answer has no second page."""
    rows = _all([_wanted(item, view) for item in items], len(items), view)
    return Answer(items=[row for row, _ in rows], shortened=any(cut for _, cut in rows) or None)


def _all(rows: list[Any], count: int, view: View) -> list[tuple[Any, bool]]:
    room = max(_ROW, BUDGET[view.detail] // max(1, count))
    return [shorten_row(row, room) for row in rows]


def _page(operation: Operation, value: Any, items: list[Any], view: View, place: Place) -> Answer:
    """Return as many items as fit; if not all do, `next` resumes in the middle of the API's page."""
    kept: list[Any] = []
    room, any_cut = BUDGET[view.detail], False
    for item in items[place.skip :]:
        shown, cut = _shown(item, view)
        room -= size(shown) + 1
        if room < 0 and kept:
            break
        kept.append(shown)
        any_cut = any_cut or cut
    given = place.skip + len(kept)
    rest = f"{place.token or ''}+{given}" if given < len(items) else _next(operation.paging, value, len(items), place)
    total = _at(value, operation.paging.total or ("meta", "total_results")) if operation.paging else None
    return Answer(
        items=kept,
        next=place.written(rest) if rest is not None else None,
        total_results=total if isinstance(total, int) else None,
        shortened=any_cut or None,
    )


def _shown(value: Any, view: View) -> tuple[Any, bool]:
    return shorten(_wanted(value, view), BUDGET[view.detail])


def _wanted(value: Any, view: View) -> Any:
    return without_nulls(select(value, view.fields) if view.fields else value)


def _next(paging: Paging | None, value: Any, held: int, place: Place) -> str | None:
    if paging is None:
        return None
    if paging.style == "cursor":
        found = _at(value, paging.next) if paging.next else None
        return _token(str(found)) if found else None
    number = int(place.token or 1)
    pages = _at(value, paging.pages) if paging.pages else None
    total = _at(value, paging.total) if paging.total else None
    if isinstance(pages, int):
        more = number < pages
    else:
        more = held > 0 and (not isinstance(total, int) or number * place.size < total)
    return str(number + 1) if more else None


def _token(found: str) -> str:
    """The page token. TeXML gives it inside the URI of the next page."""
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
