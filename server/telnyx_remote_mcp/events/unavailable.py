"""The error of calls and requests that need events, while the store that keeps them does not answer."""

from collections.abc import Iterator
from contextlib import contextmanager

from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_tools.api.errors import TelnyxError


class InboxUnavailable(TelnyxError):
    """The store that keeps the events does not answer."""

    def __init__(self) -> None:
        super().__init__("inbox unavailable")

    def describe(self) -> dict[str, object]:
        return {
            "code": "store_unavailable",
            "title": "This server cannot reach its store, where the events are kept",
            "retry_after_secs": 5,
            "remedy": "Try again in a minute. Meanwhile get_call_status and get_message tell the state of things.",
        }


@contextmanager
def needing_inbox() -> Iterator[None]:
    """Turn StoreUnavailable into InboxUnavailable."""
    try:
        yield
    except StoreUnavailable:
        raise InboxUnavailable from None
