"""Requests that are kept back, so that somebody can look at them first."""

from __future__ import annotations

from collections.abc import Sequence

from telnyx_tools.api.call import Call


class HeldBack(BaseException):
    """A request that would change something was not sent. No error of a call, so that nothing on its way takes it for
    one. `secrets` are what may not be shown of it."""

    def __init__(self, call: Call, secrets: Sequence[str]) -> None:
        super().__init__(f"HeldBack {call.label}")
        self.call = call
        self.secrets = secrets


class HeldHere(BaseException):
    """Something that a call would do here, not at Telnyx, was not done; the text says what."""


def held_back(error: BaseException) -> HeldBack | HeldHere | None:
    """What was held back that an error is about, in whatever groups of tasks it was raised."""
    if isinstance(error, BaseExceptionGroup):
        return next((found for inner in error.exceptions if (found := held_back(inner)) is not None), None)
    return error if isinstance(error, HeldBack | HeldHere) else None
