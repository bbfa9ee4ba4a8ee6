"""Dry runs of calls: they stop at the first change, so that somebody can look at it before it is made."""

from __future__ import annotations

from collections.abc import Sequence

from telnyx_tools.api.call import Call


class UnsentRequest(BaseException):
    """A request that would change something, which a dry run did not send.

    Not a subclass of Exception, so that no code on the way handles it as an error of the call. `secrets` must not be
    shown when the request is.
    """

    def __init__(self, call: Call, secrets: Sequence[str]) -> None:
        super().__init__(f"UnsentRequest {call.label}")
        self.call = call
        self.secrets = secrets


class UnmadeChange(BaseException):
    """A change that a dry run did not make on this server or machine. The text says which."""


def find_stop(error: BaseException) -> UnsentRequest | UnmadeChange | None:
    """The change at which a dry run stopped, found in an exception or in a group of exceptions; None for other
    errors."""
    if isinstance(error, BaseExceptionGroup):
        return next((found for inner in error.exceptions if (found := find_stop(inner)) is not None), None)
    return error if isinstance(error, UnsentRequest | UnmadeChange) else None
