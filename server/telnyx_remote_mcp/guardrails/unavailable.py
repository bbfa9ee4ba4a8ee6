"""The errors of calls that are refused because the store does not answer, or the account's rules cannot be read."""

from collections.abc import Iterator
from contextlib import contextmanager

from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_tools.api.errors import TelnyxError


class CannotRemember(TelnyxError):
    """The store does not answer, so calls that have to be stored are refused; nothing was sent."""

    def __init__(self) -> None:
        super().__init__("cannot remember")

    def describe(self) -> dict[str, object]:
        return {
            "code": "store_unavailable",
            "title": "This server cannot reach its store, so it only reads; nothing was sent",
            "retry_after_secs": 5,
            "remedy": "Make the same call again in a minute. Whoever runs the server finds the reason with "
            "telnyx-mcp-server doctor.",
        }


@contextmanager
def needing_store() -> Iterator[None]:
    """Turn StoreUnavailable into CannotRemember."""
    try:
        yield
    except StoreUnavailable:
        raise CannotRemember from None


class CannotReadRules(TelnyxError):
    """The rules of the account have a format or a secret that this server does not know; nothing was sent."""

    def __init__(self, account_page: str) -> None:
        super().__init__("cannot read rules")
        self._account_page = account_page

    def describe(self) -> dict[str, object]:
        return {
            "code": "rules_unreadable",
            "title": "This server cannot read the rules that the owner laid down for this account, so it only reads; "
            "nothing was sent",
            "remedy": f"Tell the user: lay them down anew on {self._account_page}.",
        }
