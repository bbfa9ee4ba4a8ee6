"""The stored record of a call that spends, from which a repeated call is answered instead of being made again."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from telnyx_tools.results.answer import Answer
from telnyx_tools.results.result import AttachedResult, Attachment, Result

MOST_FILE_BYTES: Final = 1_048_576
"""The most bytes of all files of a result together; beyond that none are stored."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    uri: str
    mime_type: str
    content: str
    """In base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The state of a call, as stored. While it runs, `beat` grows and shows that its process is alive. Until it has
    `begun`, nothing was sent, and the holder of the `claim` may still lose it.

    A result is stored as JSON; `whole` is false if its files were too large to store.
    """

    state: Literal["running", "done", "unknown"]
    request_id: str
    beat: int = 0
    begun: bool = True
    claim: str = ""
    form: Literal["result", "answer"] = "result"
    result: str = "{}"
    files: tuple[KeptFile, ...] = ()
    whole: bool = True

    @classmethod
    def done(cls, request_id: str, result: Result) -> Attempt:
        """The record of a call that returned this result."""
        attached = result.attachments if isinstance(result, AttachedResult) else ()
        whole = sum(len(file.content) for file in attached) <= MOST_FILE_BYTES
        return cls(
            state="done",
            request_id=request_id,
            form="answer" if isinstance(result, Answer) else "result",
            result=result.wire_json(),
            files=tuple(_kept(file) for file in attached) if whole else (),
            whole=whole,
        )

    def as_duplicate(self) -> Result:
        """The result for a repeated call, marked with the id of the request that it answered first."""
        if self.form == "answer":
            return _marked(Answer.model_validate_json(self.result), self)
        found = _marked(AttachedResult.model_validate_json(self.result), self)
        for file in self.files:
            found.attach(Attachment(file.uri, file.mime_type, base64.b64decode(file.content)))
        return found


NOTE: Final = "Not done again. Only to do it once more: write_api_endpoint with allow_duplicate=true."
_WITHOUT_FILES: Final = " Its files came with the first answer only."


R = TypeVar("R", bound=Result)


def _marked(result: R, attempt: Attempt) -> R:
    note = NOTE if attempt.whole else NOTE + _WITHOUT_FILES
    return result.model_copy(update={"duplicate_of": attempt.request_id, "duplicate_note": note})


def _kept(file: Attachment) -> KeptFile:
    return KeptFile(file.uri, file.mime_type, base64.b64encode(file.content).decode())
