"""Questions to the person behind a call, and the answers that come back."""

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

    `nonce` tells one asking from the next, where the same words may be asked twice. `url` is the page on which the
    person can decide as well, where there is one.
    """

    text: str
    form: Mapping[str, Any]
    nonce: str = ""
    url: str | None = None

    @property
    def id(self) -> str:
        """Stable for the same asking: an answer counts for the question that was asked, and no other."""
        return hashlib.sha256(f"{self.nonce}\n{self.text}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Answer:
    """The person's answer to a question, and the values that they filled in if they accepted it.

    By `url` they were asked to open the page: to accept that is no decision yet.
    """

    action: Literal["accept", "decline", "cancel"]
    content: Mapping[str, Any] = field(default_factory=dict)
    mode: Form = "form"


Answers = Mapping[str, Answer]
"""Answers by the id of their question. Only questions that this server asked about the same call are in it."""


Way = Literal["form", "page", "text", "word", "hour", "destination"]
"""How a person agreed: in a form of the client, on the page of this server, by a text, by the word of the agent where a
policy takes it, or before, for an hour or for a destination."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """That the person agreed to a call: the rules by which they were asked, and how they said yes."""

    rules: tuple[str, ...]
    by: Way


class AskFirst(StoppedByGuard):
    """The person has to be asked before the call goes on. Raised at any depth of it, turned into a question at the end.

    An agent reads the description where its client cannot ask; `otherwise` is what it does then, beside the question.
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
