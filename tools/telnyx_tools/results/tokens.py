"""Estimates the tokens of a text for a model. The estimate is hardly ever too low."""

from __future__ import annotations

import re
from typing import Final

MOST_TOKENS: Final = 8_000
"""The limit for an answer that was not asked for in full. Clients refuse, or put aside, an answer of 25,000 tokens."""

_PIECES: Final = re.compile(
    r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[\x80-\u0e7f\u3000-\ud7a3\uff00-\uffef]+|[^\x00-\x7f]+|[^\w\s]+|_|\s{2,}"
)
"""Words, abbreviations, digits, letters that tokenizers know well, other letters, signs. A single space costs
nothing."""


def tokens(text: str) -> int:
    """About as many tokens as the tokenizer of current models makes (o200k), rather too many than too few."""
    return sum(map(_tokens, _PIECES.findall(text))) * 6 // 5


def fits(text: str) -> bool:
    """Whether the text has at most `MOST_TOKENS`."""
    if (
        len(text.encode("utf-8", "replace")) * 4 // 5 <= MOST_TOKENS
    ):  # even random characters have no more tokens than that
        return True
    return tokens(text) <= MOST_TOKENS


def _tokens(piece: str) -> int:
    first, length = piece[0], len(piece)
    if not first.isascii():
        few = first < "\u0e80" or "\u3000" <= first <= "\ud7a3" or "\uff00" <= first <= "\uffef"
        return length if few else len(piece.encode("utf-8", "replace")) * 3 // 4 + 1
    if piece[-1].islower():
        return 1 + (length - 1) // 5
    return 1 + (length - 1) // (3 if first.isdigit() else 2)
