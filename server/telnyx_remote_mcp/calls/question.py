"""Questions to the person behind a call, and their answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from telnyx_remote_mcp.calls.client import Form
from telnyx_remote_mcp.calls.stopped import StoppedByGuard


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the person, and the flat JSON schema of the form that they fill in.

    `nonce` distinguishes two questions with the same text. `url` is a page on which the person can decide instead, if
    there is one.
    """

    text: str
    form: Mapping[str, Any]
    nonce: str = ""
    url: str | None = None

    @property
    def id(self) -> str:
        """The same for the same text and nonce: an answer counts only for the question that was asked."""
        return hashlib.sha256(f"{self.nonce}\n{self.text}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Answer:
    """The person's answer to a question, and the values that they filled in if they accepted it.

    With the mode `url` they were asked to open a page: to accept that is not a decision yet.
    """

    action: Literal["accept", "decline", "cancel"]
    content: Mapping[str, Any] = field(default_factory=dict)
    mode: Form = "form"


Answers = Mapping[str, Answer]
"""Answers by the id of their question. It holds only questions that this server asked about the same call."""


Way = Literal["form", "page", "text", "word", "hour", "destination"]
"""How a person agreed: in a form of the client (`form`), on this server's page (`page`), by a text message (`text`), or
through the agent's word, where a policy accepts that (`word`). `hour` and `destination` are earlier agreements: for a
tool during one hour, or for a destination."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The person's agreement to a call: the rules by which they were asked, and how they said yes."""

    rules: tuple[str, ...]
    by: Way


class AskFirst(StoppedByGuard):
    """The person has to be asked before the call goes on. Raised anywhere in a call; `asking` turns it into a question.

    If the client cannot ask, the agent reads the description: the question, and `otherwise`, which says what to do.
    """

    def __init__(
        self, question: Question, otherwise: Mapping[str, object] | None = None, rules: tuple[str, ...] = ()
    ) -> None:
        super().__init__("the person has to be asked first")
        self.rules = rules
        self.question = question
        self._otherwise = otherwise or {"title": "The person has to agree first, and this client cannot ask them"}

    def describe(self) -> dict[str, object]:
        return {"code": "approval_required", "question": self.question.text, **self._otherwise}
