"""Ranked search over documents of weighted words: BM25 over stems, everyday words and phrases widened to the API's."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from telnyx_tools.catalog.vocabulary import SAME, STOP_WORDS

_K, _B = 1.2, 0.2
"""BM25: how soon a repeated word stops counting, and how much long documents are held back."""
_WIDENED = 0.8
"""What a word of the vocabulary counts beside one that was typed."""
_LONGEST = 4


@dataclass(frozen=True)
class Hit:
    id: str
    score: float


class Index:
    """Documents to search in, each an id and its words with their weights (1 is plain, more is stronger)."""

    def __init__(self, documents: Iterable[tuple[str, Mapping[str, float]]]) -> None:
        self._ids: list[str] = []
        postings: dict[str, dict[int, float]] = {}
        lengths: list[float] = []
        for number, (id_, words) in enumerate(documents):
            self._ids.append(id_)
            stems: dict[str, float] = {}
            for text, weight in words.items():
                for word in split(text):
                    stems[stem(word)] = stems.get(stem(word), 0.0) + weight
            lengths.append(sum(stems.values()))
            for word, weight in stems.items():
                postings.setdefault(word, {})[number] = weight
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        self._postings = {word: self._scored(found, lengths, mean) for word, found in postings.items()}

    def search(self, query: str, limit: int = 10) -> list[Hit]:
        """The best documents first; a document matches if it holds any word of the query or of its widening."""
        scores: dict[int, float] = {}
        concepts = [concept for concept in _concepts(query) if any(word in self._postings for word in concept)]
        for concept in concepts:
            best: dict[int, float] = {}
            for word, factor in concept.items():
                for number, score in self._postings.get(word, {}).items():
                    best[number] = max(best.get(number, 0.0), factor * score)
            for number, score in best.items():
                scores[number] = scores.get(number, 0.0) + score
        ranked = sorted(scores, key=lambda number: (-scores[number], self._ids[number]))
        return [Hit(self._ids[number], round(scores[number], 3)) for number in ranked[:limit]]

    def _scored(self, found: Mapping[int, float], lengths: list[float], mean: float) -> dict[int, float]:
        rarity = math.log(1 + (len(lengths) - len(found) + 0.5) / (len(found) + 0.5))
        return {
            number: rarity * weight * (_K + 1) / (weight + _K * (1 - _B + _B * lengths[number] / mean))
            for number, weight in found.items()
        }


def split(text: str) -> list[str]:
    """The words of a text: lower case, parted at everything else and where CamelCase starts a word."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return re.findall(r"[a-z]+|\d+[a-z]*", parted.lower())


def stem(word: str) -> str:
    """A word without its English endings, so that `scheduling` and `schedules` meet."""
    for ending, replacement in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith(("ss", "us", "is")):
            word = word.removesuffix(ending) + replacement
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def _concepts(query: str) -> Iterator[dict[str, float]]:
    """What the query asks for, each a choice of stems with their worth; a known phrase stands for one thing."""
    words = split(query)
    stems = [stem(word) for word in words]
    covered: set[int] = set()
    for length in range(min(_LONGEST, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            widened = _WIDER.get(tuple(stems[start : start + length]))
            if widened is None or (length > 1 and covered & set(range(start, start + length))):
                continue
            covered |= set(range(start, start + length)) if length > 1 else set()
            concept = dict.fromkeys(widened, _WIDENED if length == 1 else 1.0)
            yield concept if length > 1 else {**concept, stems[start]: 1.0}
    for index, word in enumerate(words):
        if word not in STOP_WORDS and (stems[index],) not in _WIDER:
            yield {stems[index]: 0.4 if index in covered else 1.0}


def _wider() -> dict[tuple[str, ...], tuple[str, ...]]:
    table = {}
    for phrase, meanings in SAME.items():
        key = tuple(stem(word) for word in split(phrase))
        table[key] = tuple(dict.fromkeys(stem(word) for word in split(meanings)))
    return table


_WIDER = _wider()
