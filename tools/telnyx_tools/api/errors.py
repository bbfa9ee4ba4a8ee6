"""The errors of a call, as one tree.

TelnyxError
├── InvalidArgument      refused here, not sent: a bad id, value or credential
├── MissingCredential    refused here, not sent: the caller brought no credential
├── Unreachable          no connection to Telnyx, or none free; not sent
├── ApiError             Telnyx answered with an error; the call was not carried out
├── OutcomeUnknown       sent, and the answer lost, a server failure or a redirect: it may have been carried out
├── NoAnswer             as OutcomeUnknown, for a call that may safely be made again
├── ResponseTooLarge     carried out, but the answer is above the size limit
└── UnknownRegion        refused here: storage named a region to which no credential may go

`describe()` is what an agent reads. The text form (`str`, `repr`) is for logs: class, status, code and path
template, never a text that a person or Telnyx wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from telnyx_tools.api.remedies import meta_code, remedy

MAX_OTHERS = 5
READS = frozenset({"GET", "HEAD"})


class TelnyxError(Exception):
    """Anything that kept a call from giving its result."""

    sent: Sequence[str] = ()
    """The methods of the requests that Telnyx had of the same call before."""

    @property
    def so_far(self) -> str:
        """What became of the call until then: a tool of several requests may have sent some of them."""
        if not self.sent:
            return "nothing was sent"
        return "nothing was changed" if READS.issuperset(self.sent) else "what the call had done before stays"

    def describe(self) -> dict[str, object]:
        """The error for the agent: `code` and `title` always, other keys where known."""
        return {"code": "error", "title": "The call failed"}

    def in_words(self) -> str:
        """Return what went wrong in a sentence or two, for a result that tells of it."""
        described = self.describe()
        return " ".join(str(described[name]) for name in ("title", "detail") if name in described)[:500]


class InvalidArgument(TelnyxError):
    """The value of `argument` cannot be sent. `problem` says what is wrong and never quotes it.

    `argument` is the operation's name for it. `value` is the refused object itself: a tool recognizes its own argument
    by that object's identity.
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
    """The request was not sent, so it can be made again. `reason` says why, in our own words."""

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
    """One error of an answer, scrubbed and bounded."""

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
    """An error answer. `items`, at least one, are its errors; `retry_after_secs` is the wait it asks for.

    `remedy` is what to do about it, set by whoever knows the operation better than the table of remedies.
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
        """The code of the first error, such as "10015"; "http_502" where Telnyx gave none."""
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
    """The request went out and nobody knows whether it was carried out. It was not repeated.

    `check` is how to find out, set by whoever knows the operation.
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
    """The request went out and the answer was lost, also when repeated. Calling again does no harm."""

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
    """The answer to a call that was carried out (2xx) is above `limit` bytes, or another `unit`."""

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
    """A bucket lives in a region that is not among those known; nothing was sent there."""

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
"""The errors of calls that took place, or may have: after any other one, nothing did."""
