"""TeXML's own conventions: account sids, flat answers, pages from zero with a token, dates of e-mail."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TypeVar
from urllib.parse import urlencode

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from .call import Fields

T = TypeVar("T")

USUAL_PAGE = 50
LARGEST_PAGE = 1_000


def account_of(request: Request) -> Account:
    """The account of the request. Raises SandboxError if the path names another one."""
    if request.ids["account_sid"] != request.account.ids.owner_id:
        raise SandboxError("10005", "There is no such account.")
    return request.account


def uri(account: Account, *parts: str) -> str:
    return "/".join(("/v2/texml/Accounts", account.ids.owner_id, *parts))


def date(at: float | None) -> str | None:
    """A moment as TeXML writes it: `Mon, 21 Sep 2026 14:13:20 +0000`."""
    return None if at is None else format_datetime(datetime.fromtimestamp(at, UTC))


def moment(at: float | None) -> str | None:
    """A moment as recordings write it, unlike the rest of TeXML."""
    return None if at is None else iso(at)


def day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def listed(request: Request, name: str, items: Sequence[T], render: Callable[[T], Fields]) -> Reply:
    """`Page` (from 0) and `PageSize` of the items, under `name`; the next page's address also has a `PageToken`."""
    number = request.query.integer("Page", 0, low=0, high=10**9)
    size = request.query.integer("PageSize", USUAL_PAGE, low=1, high=LARGEST_PAGE)
    start = number * size
    shown = items[start : start + size]

    def address(page: int) -> str:
        query = urlencode({"Page": page, "PageSize": size, "PageToken": f"page-{page}"})
        return f"/v2{request.path}?{query}"

    return Reply(
        {
            name: [render(item) for item in shown],
            "page": number,
            "page_size": size,
            "start": start,
            "end": start + max(len(shown) - 1, 0),
            "uri": address(number),
            "first_page_uri": address(0),
            "next_page_uri": address(number + 1) if start + size < len(items) else None,
        }
    )
