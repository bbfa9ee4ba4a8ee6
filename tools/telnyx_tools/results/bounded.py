"""Limits an answer to a number of tokens, unless the agent asked for all of it, and says what was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from pydantic_core import to_json

from telnyx_tools.results.result import named
from telnyx_tools.results.tokens import MOST_TOKENS, fits, tokens

_BINARY: Final = "_base64"
"""The end of field names whose text is useless if it is cut."""


def bounded(answer: dict[str, Any], more: str) -> dict[str, Any]:
    """The answer with long texts and lists cut until it has at most `MOST_TOKENS`. `too_long` says what was cut, and
    `more`.

    No value changes its type, so that the answer still fits the tool's output schema.
    """
    text = _text(answer)
    room = len(text) * MOST_TOKENS / tokens(text)
    for limits in _LIMITS:
        cut = _Cut(limits)
        shorter = dict(cut.members(answer, ""))
        shorter["too_long"] = {**named(cut.left_out), "…": more}
        text = _text(shorter)
        if len(text) <= 1.3 * room and fits(text):  # counting tokens takes longer than cutting
            return shorter
    return {"too_long": {"…": f"all of it: it is too long; {more}"}}


def _text(answer: dict[str, Any]) -> str:
    return to_json(answer).decode()


@dataclass(frozen=True, slots=True)
class _Limits:
    text: int
    items: int
    members: int


_LIMITS: Final = tuple(
    _Limits(text, items, 5 * items)
    for text, items in (
        (24_000, 500),
        (16_000, 500),
        (11_000, 200),
        (8_000, 200),
        (5_500, 100),
        (4_000, 100),
        (2_500, 50),
        (1_500, 40),
        (800, 20),
        (400, 10),
        (150, 5),
        (60, 2),
    )
)


@dataclass(slots=True)
class _Cut:
    limits: _Limits
    left_out: dict[str, str] = field(default_factory=dict)

    def shown(self, value: Any, place: str) -> Any:
        match value:
            case str() if len(value) > self.limits.text:
                self.left_out[place[:100]] = f"the end of {len(value):,} characters"
                return f"{value[: self.limits.text]}…"
            case list():
                if len(value) > self.limits.items:
                    self.left_out[place[:100]] = f"{len(value) - self.limits.items:,} of {len(value):,}"
                return [self.shown(item, place) for item in value[: self.limits.items]]
            case dict():
                return dict(self.members(value, f"{place}."))
        return value

    def members(self, value: dict[str, Any], above: str) -> Iterator[tuple[str, Any]]:
        if len(value) > self.limits.members:
            self.left_out[f"{above[:100]}…"] = f"{len(value) - self.limits.members:,} of {len(value):,} fields"
        for name, inner in islice(value.items(), self.limits.members):
            if name.endswith(_BINARY) and isinstance(inner, str) and len(inner) > self.limits.text:
                self.left_out[f"{above}{name}"[:100]] = f"{len(inner):,} characters"
            else:
                yield name, self.shown(inner, f"{above}{name}")
