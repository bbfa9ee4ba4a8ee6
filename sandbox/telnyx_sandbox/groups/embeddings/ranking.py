"""The ranking of passages by the words they share with a question; rare words count more."""

import heapq
import math
from collections import Counter
from collections.abc import Mapping, Sequence

from .document import Passage, words

Weights = Mapping[str, float]


def nearest(passages: Sequence[Passage], query: str, most: int) -> list[tuple[float, Passage]]:
    """The `most` nearest with their distances: 0 for the same words, 1 for none in common."""
    known_in = Counter(word for passage in passages for word in passage.words)
    rarity = {word: math.log(1 + len(passages) / count) for word, count in known_in.items()}
    unknown = math.log(2 + len(passages))
    wanted = {word: count * rarity.get(word, unknown) for word, count in Counter(words(query)).items()}
    distances = ((1 - _likeness(wanted, _weighed(passage, rarity)), passage) for passage in passages)
    return heapq.nsmallest(most, distances, key=lambda pair: pair[0])


def _weighed(passage: Passage, rarity: Weights) -> Weights:
    return {word: count * rarity[word] for word, count in passage.words.items()}


def _likeness(one: Weights, other: Weights) -> float:
    """The cosine of the angle between them."""
    product = sum(weight * other[word] for word, weight in one.items() if word in other)
    return min(1.0, product / (_length(one) * _length(other))) if product else 0.0


def _length(weights: Weights) -> float:
    return math.sqrt(sum(weight * weight for weight in weights.values()))
