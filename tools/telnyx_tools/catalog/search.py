"""Ranked search over all tools and operations: BM25 over pieces of words, with an index that comes with the package.

`python -m scripts.build_search` writes the index. It is read at the first search.
"""

import gzip
import json
import math
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Any

from telnyx_tools.catalog.glossary import Glossary
from telnyx_tools.catalog.pieces import pieces, words
from telnyx_tools.catalog.spelling import corrected

FULL = 255
"""The weight of a piece that is essential to a document."""
_RARITY = 0.7
"""An exponent for how much more a rare piece counts than a common one. With 1, requests with many odd words match by
chance."""
_TRANSLATED = 0.8
"""How much a translated word counts."""


@dataclass(frozen=True)
class Hit:
    id: str
    strength: float
    """How much of the query the document contains, from 0 to 1; rare pieces count most."""


class Index:
    """A search index of documents by the pieces of their words."""

    def __init__(self, content: bytes) -> None:
        """Take the file that `scripts/build_search.py` writes: a line of JSON, then the postings of all pieces in turn.
        Of these, first come the document numbers, two bytes each, then the weights, one byte each."""
        head, _, postings = content.partition(b"\n")
        described: dict[str, Any] = json.loads(head)
        self.ids: Sequence[str] = described["ids"]
        self.about: Mapping[str, Sequence[str]] = described["about"]
        """The operations that each tool covers."""
        self._english = frozenset(described["english"])
        self._known = {word: rank for rank, word in enumerate(described["words"])}
        ends = list(accumulate(described["counts"]))
        self._named = {" ".join(words(id_)): number for number, id_ in enumerate(self.ids)}
        self._spans = {
            piece: (end - count, end)
            for piece, end, count in zip(described["pieces"], ends, described["counts"], strict=True)
        }
        self._documents = array("H", postings[: 2 * ends[-1]])
        self._weights = postings[2 * ends[-1] :]

    @staticmethod
    @cache
    def load() -> "Index":
        """The index that comes with the package."""
        return Index(gzip.decompress(files(__package__).joinpath("search.gz").read_bytes()))

    def search(self, query: str, floor: float = 0.0) -> Iterator[Hit]:
        """The documents that match the query, the strongest first. A document whose name is the query comes before all.

        `floor` sets what is a match: the weight of the document must be above `floor` times the square root of the
        weight of the whole query. The root is used since long queries contain many words that are not about the task.
        """
        totals = [0.0] * len(self.ids)
        whole = 0.0
        for piece, count in self._asked(query).items():
            start, end = self._spans.get(piece, (0, 0))
            importance = count * _rarity(end - start, len(totals)) / FULL
            whole += importance * FULL
            for document, weight in zip(self._documents[start:end], self._weights[start:end], strict=True):
                totals[document] += importance * weight
        found = [number for number, total in enumerate(totals) if total > floor * math.sqrt(whole)]
        named = self._named.get(" ".join(words(query)))
        found.sort(key=lambda number: (number == named, totals[number]), reverse=True)
        return (Hit(self.ids[number], totals[number] / whole) for number in found)

    def _asked(self, query: str) -> Mapping[str, float]:
        """The pieces of the query, each with its weight. The weights of a word do not grow with its length."""
        asked: Counter[str] = Counter()
        glossary = Glossary.load()
        for word in words(query):
            known = corrected(word, self._known)
            _ask(asked, [known], 1)
            if word not in self._english:
                for meaning in glossary.meanings(word) or glossary.meanings(known):
                    _ask(asked, meaning, _TRANSLATED)
        return asked


def _rarity(holding: int, documents: int) -> float:
    rarity: float = math.log(1 + (documents - holding + 0.5) / (holding + 0.5)) ** _RARITY
    return rarity


def _ask(asked: Counter[str], meaning: Sequence[str], weight: float) -> None:
    for word in meaning:
        parts = pieces(word)
        for piece in parts:
            asked[piece] += weight / math.sqrt(len(parts) * len(meaning))  # type: ignore[assignment]  # counters may hold fractions
