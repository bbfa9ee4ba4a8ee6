"""The memory of a call that spends, so that the same one is answered and not made again."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from telnyx_tools.results.answer import Answer
from telnyx_tools.results.result import AttachedResult, Attachment, Result

MOST_FILE_BYTES: Final = 1_048_576
"""Of all files of a result; larger ones are not kept."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    uri: str
    mime_type: str
    content: str
    """In base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call as far as it is known. While it runs, `beat` grows: whoever runs it lives. Until it is `begun` nothing was
    sent, and whoever has the `claim` to it may still lose it.

    A result is kept as JSON; `whole` is false where its files were too large to be kept.
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
        """What is remembered of a call that brought this result."""
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
        """The result, as somebody else's who asked for the same: it names the request that it answered first."""
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
