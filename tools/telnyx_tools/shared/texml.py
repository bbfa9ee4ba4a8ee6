"""The conventions of TeXML: pages of lists are numbered from zero and have tokens, and paths are under an account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar
from urllib.parse import parse_qs, quote, unquote, urlsplit

from telnyx_tools.api.client import Query, Request, Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.results.pages import NEXT, PLACE, Cursor, Page, cursor_of, page_of
from telnyx_tools.results.result import Detail, Result
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import PARTY

T = TypeVar("T", bound=Result)

REMEDY = (
    "Check the sids. Telnyx answers 404 to all of TeXML's account lookups for some accounts; "
    "then follow calls with `list_call_events`."
)
MOST_TOKEN = 500

TexmlCursor = Annotated[str, cursor_of(rf"{PLACE}(~[!-~]{{1,2000}})?"), NEXT]
TexmlCaller = Annotated[str, *PARTY, From("list_phone_numbers", what="your number (E.164)", note="or a SIP URI")]


@contextmanager
def account_lookup() -> Iterator[None]:
    """Wrap requests under an account: the remedy of a 404 then says what else it may mean."""
    try:
        yield
    except ApiError as error:
        if error.status == 404:
            error.remedy = REMEDY
        raise


async def fetch_texml_page(
    model: type[T],
    telnyx: Telnyx,
    template: str,
    query: Query,
    *,
    items: str,
    page: str,
    page_size: int,
    detail: Detail,
    **ids: str,
) -> Page[T]:
    """One page of a list, which the answer of TeXML holds under the name `items`.

    `next` of the page is a cursor and, after a tilde, TeXML's page token.
    """
    place, _, token = page.partition("~")
    cursor = Cursor.parse(place, page_size)
    paging: Query = {"Page": cursor.number - 1, "PageSize": cursor.size, "PageToken": unquote(token) or None}
    request = Request(method="GET", template=template, ids=ids, query={**query, **paging})
    with account_lookup():
        answer = (await telnyx.send(request)).json()
    following = _following(answer)
    if isinstance(answer, dict):
        pages = cursor.number + (following is not None)
        answer = {"data": answer.get(items), "meta": {"total_pages": pages}}
    found = page_of(model, answer, cursor, detail, len(following or token))
    if found.next is not None:
        same_page = Cursor.parse(found.next).number == cursor.number
        found.next = "~".join(filter(None, (found.next, token if same_page else following)))
    return found


def _following(answer: object) -> str | None:
    """The token of the next page, "" if the URI of that page has none; None if there is no next page."""
    uri = answer.get("next_page_uri") if isinstance(answer, dict) else None
    if not isinstance(uri, str) or not uri:
        return None
    try:
        token = parse_qs(urlsplit(uri).query).get("PageToken", [""])[0]
    except ValueError:
        token = ""
    return quote(token[:MOST_TOKEN], safe="")
