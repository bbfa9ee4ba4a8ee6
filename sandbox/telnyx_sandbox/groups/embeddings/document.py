"""The text of an object, cut into passages that overlap."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from ..storage.bucket import StoredObject

LARGEST_FILE = 1_000_000
MOST_PASSAGES = 2_000
MOST_PASSAGE_WORDS = 1_000_000

_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"(?<=...)(ing|ed|es|s|e)$")
_EMPTY = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "been", "by", "can", "did", "do", "does", "for", "from", "had", "has",
    "have", "how", "i", "if", "in", "is", "it", "its", "may", "me", "my", "of", "on", "or", "our", "so", "that",
    "the", "their", "them", "they", "this", "to", "was", "we", "what", "when", "where", "which", "who", "why",
    "will", "with", "you", "your",
})  # fmt: skip
"""Words that are too common to tell texts apart."""


@dataclass(frozen=True, slots=True)
class Chunking:
    """The number of words in a passage, and how many of them it shares with the passage before."""

    size: int = 1024
    overlap: int = 512


@dataclass(frozen=True)
class Passage:
    filename: str
    checksum: str
    text: str

    @cached_property
    def words(self) -> Counter[str]:
        return Counter(words(self.text))


@dataclass(frozen=True, slots=True)
class Document:
    """An object that was read: its passages, or the reason why there are none."""

    filename: str
    passages: tuple[Passage, ...] = ()
    failure: str | None = None


def words(text: str) -> list[str]:
    """The significant words of a text, in lower case and without English endings."""
    found = (word.lower() for word in _LETTERS.findall(text))
    return [_ENDING.sub("", word) for word in found if word not in _EMPTY]


def read_document(stored: StoredObject, chunking: Chunking) -> Document:
    if stored.size > LARGEST_FILE:
        return Document(stored.key, failure=f"The file is larger than {LARGEST_FILE} bytes.")
    text = _text(stored)
    if text is None:
        return Document(stored.key, failure=f"Files of type {stored.content_type} cannot be read as text.")
    places = [match.span() for match in _WORD.finditer(text)]
    if not places:
        return Document(stored.key, failure="The file holds no text.")
    starts = range(0, max(1, len(places) - chunking.overlap), chunking.size - chunking.overlap)
    if len(starts) > MOST_PASSAGES or len(starts) * chunking.size > MOST_PASSAGE_WORDS:
        return Document(stored.key, failure="The file makes too many passages; let them overlap less.")
    ends = [min(start + chunking.size, len(places)) - 1 for start in starts]
    cuts = [text[places[start][0] : places[end][1]] for start, end in zip(starts, ends, strict=True)]
    return Document(stored.key, tuple(Passage(stored.key, stored.etag, cut) for cut in cuts))


def _text(stored: StoredObject) -> str | None:
    """The text of the bytes, or None if they are not text."""
    try:
        text = stored.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "\x00" in text:
        return None
    return _MARKUP.sub(" ", text) if "html" in stored.content_type else text
