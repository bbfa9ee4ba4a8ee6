"""The errors of a call, as one tree.

TelnyxError
├── InvalidArgument      refused by this server, not sent: an invalid id, value or credential
├── MissingCredential    refused by this server, not sent: the caller gave no credential
├── Unreachable          not sent: no connection to Telnyx, or none free
├── ApiError             Telnyx answered with an error; the call was not carried out
├── OutcomeUnknown       sent, but the answer was lost, a 5xx or a redirect: it may have been carried out
├── NoAnswer             as OutcomeUnknown, for a call that may safely be repeated
├── ResponseTooLarge     carried out, but the answer is above the size limit
└── UnknownRegion        refused by this server: storage named a region to which no credential may be sent

`describe()` is for agents. The text form (`str`, `repr`) is for logs: class, status, code and path template, never a
text that a person or Telnyx wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from telnyx_tools.api.remedies import meta_code, remedy

MAX_OTHERS = 5
READS = frozenset({"GET", "HEAD"})


class TelnyxError(Exception):
    """Any error that kept a call from returning its result."""

    sent: Sequence[str] = ()
    """The methods of the requests that the same call had sent before."""

    @property
    def so_far(self) -> str:
        """What the call did before it failed: a tool that makes several requests may have sent some of them."""
        if not self.sent:
            return "nothing was sent"
        return "nothing was changed" if READS.issuperset(self.sent) else "what the call had done before stays"

    def describe(self) -> dict[str, object]:
        """The error for the agent: always `code` and `title`, other keys if known."""
        return {"code": "error", "title": "The call failed"}

    def in_words(self) -> str:
        """Return what went wrong in a sentence or two, for a result that reports a failure."""
        described = self.describe()
        return " ".join(str(described[name]) for name in ("title", "detail") if name in described)[:500]


class InvalidArgument(TelnyxError):
    """The value of `argument` cannot be sent. `problem` says what is wrong and never quotes the value.

    `argument` is the operation's name for it. `value` is the refused object itself: a tool recognizes its own argument
    by the identity of that object.
    """

    def __init__(self, argument: str, problem: str, value: object = None) -> None:
        super().__init__(f"InvalidArgument {argument}")
        self.argument = argument
        self.problem = problem
        self.value = value

    def describe(self) -> dict[str, object]:
        return {
            "code": "invalid_argument",
            "title": f"Invalid argument; {self.so_far}",
            "detail": f"{self.argument}: {self.problem}",
            "pointer": self.argument,
        }


class MissingCredential(TelnyxError):
    """The caller brought no credential."""

    def __init__(self) -> None:
        super().__init__("MissingCredential")

    def describe(self) -> dict[str, object]:
        return {
            "code": "missing_credential",
            "title": f"No Telnyx credential; {self.so_far}",
            "remedy": "Set TELNYX_API_KEY, or send an API key as Authorization: Bearer. "
            "Keys are made at https://portal.telnyx.com/#/api-keys.",
        }


class Unreachable(TelnyxError):
    """The request was not sent, so the call can be repeated. `reason` says why, in words of this server."""

    def __init__(self, label: str, reason: str) -> None:
        super().__init__(f"Unreachable {label}")
        self.reason = reason

    def describe(self) -> dict[str, object]:
        again = "Make the same call again in a minute; see https://status.telnyx.com if it persists."
        return {
            "code": "unreachable",
            "title": f"Telnyx could not be reached; {self.so_far}",
            "detail": self.reason,
            "remedy": again if READS.issuperset(self.sent) else "Look at what was done before making this call again.",
        }


@dataclass(frozen=True, slots=True)
class ErrorItem:
    """One error of an answer, without secrets and cut to a limit."""

    code: str
    title: str
    detail: str | None = None
    pointer: str | None = None

    def describe(self) -> dict[str, object]:
        return _present(
            code=self.code,
            meta_code=meta_code(self.code, self.detail, self.title),
            title=self.title,
            detail=self.detail,
            pointer=self.pointer,
        )


class ApiError(TelnyxError):
    """Telnyx answered with an error. `items` are its errors, at least one; `retry_after_secs` is the wait that it asks
    for.

    `remedy` is what to do about it, set by code that knows the operation better than the table of remedies.
    """

    def __init__(
        self,
        label: str,
        status: int,
        items: Sequence[ErrorItem],
        *,
        request_id: str | None = None,
        retry_after_secs: float | None = None,
    ) -> None:
        super().__init__(f"ApiError {status} {items[0].code} {label}")
        self.status = status
        self.items = tuple(items)
        self.request_id = request_id
        self.retry_after_secs = retry_after_secs
        self.remedy: str | None = None

    @property
    def code(self) -> str:
        """The code of the first error, such as "10015", or "http_502" if Telnyx gave none."""
        return self.items[0].code

    def describe(self) -> dict[str, object]:
        first, *others = self.items
        return first.describe() | _present(
            status=self.status,
            remedy=self.remedy or remedy(first.code, self.status, first.detail, first.title),
            retry_after_secs=self.retry_after_secs,
            request_id=self.request_id,
            others=[item.describe() for item in others] or None,
        )


class OutcomeUnknown(TelnyxError):
    """The request was sent, and it is unknown whether Telnyx carried it out. It was not repeated.

    `check` says how to find out, set by code that knows the operation.
    """

    def __init__(
        self,
        label: str,
        reason: str,
        *,
        status: int | None = None,
        request_id: str | None = None,
        items: Sequence[ErrorItem] = (),
    ) -> None:
        super().__init__(f"OutcomeUnknown {status or '-'} {label}")
        self.reason = reason
        self.status = status
        self.request_id = request_id
        self.items = tuple(items)
        self.check: str | None = None

    def describe(self) -> dict[str, object]:
        return _present(
            code="outcome_unknown",
            title="It is unknown whether Telnyx carried this out",
            detail=f"{self.reason} The request was not repeated, because repeating it could do it twice.",
            status=self.status,
            remedy=self.check or "Look at the state of the resource before making this call again.",
            request_id=self.request_id,
            others=[item.describe() for item in self.items[:MAX_OTHERS]] or None,
        )


class NoAnswer(TelnyxError):
    """The request was sent and no answer came, also when it was repeated. Repeating the call does no harm."""

    def __init__(self, label: str, reason: str) -> None:
        super().__init__(f"NoAnswer {label}")
        self.reason = reason

    def describe(self) -> dict[str, object]:
        return {
            "code": "no_answer",
            "title": "Telnyx did not answer",
            "detail": self.reason,
            "remedy": "This call is safe to repeat; wait a minute first.",
        }


class ResponseTooLarge(TelnyxError):
    """The call was carried out (2xx), but the answer is larger than `limit` bytes, or another `unit`."""

    def __init__(self, label: str, status: int, limit: int, unit: str = "bytes") -> None:
        super().__init__(f"ResponseTooLarge {status} {label}")
        self.status = status
        self.limit = limit
        self.unit = unit

    def describe(self) -> dict[str, object]:
        return {
            "code": "response_too_large",
            "title": "Telnyx carried the call out, but its answer is too large",
            "detail": f"The answer is above {self.limit:,} {self.unit}.",
            "status": self.status,
            "remedy": "Ask for a smaller page or a narrower filter. Never repeat what changed something.",
        }


class UnknownRegion(TelnyxError):
    """The bucket is in a region that this server does not know. Nothing was sent there."""

    def __init__(self) -> None:
        super().__init__("UnknownRegion")

    def describe(self) -> dict[str, object]:
        return {
            "code": "unknown_region",
            "title": "The bucket is in a region that this server does not know; nothing was sent there",
            "remedy": "Use a bucket of another region, or ask whoever runs this server for a newer version.",
        }


def _present(**fields: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


MAY_BE_DONE: Final = (OutcomeUnknown, ResponseTooLarge)
"""The errors of calls that took place or may have. After any other error, the call did not take place."""
