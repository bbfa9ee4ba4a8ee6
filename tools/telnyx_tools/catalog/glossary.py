"""Translates words of German, Spanish, French, Italian and Portuguese to the English ones that most phrasings use.

A line of `glossary.txt` is `english words | foreign words`. A star stands for any ending.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from telnyx_tools.catalog.pieces import words

_SHORTEST = 3
"""The fewest letters before a star."""

Meanings = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Glossary:
    whole: Mapping[str, Meanings]
    beginnings: Mapping[str, Meanings]

    @staticmethod
    @cache
    def load() -> "Glossary":
        whole: dict[str, list[Sequence[str]]] = defaultdict(list)
        beginnings: dict[str, list[Sequence[str]]] = defaultdict(list)
        for line in files(__package__).joinpath("glossary.txt").read_text(encoding="utf-8").splitlines():
            english, _, others = line.partition(" | ")
            for other in others.split():
                [word] = words(other)
                (beginnings if other.endswith("*") else whole)[word].append(words(english))
        return Glossary(dict(whole), dict(beginnings))

    def meanings(self, word: str) -> Meanings:
        """The meanings of a word in the form that `words` gives, each as English words."""
        cuts = range(len(word), _SHORTEST - 1, -1)
        longest = next((word[:cut] for cut in cuts if word[:cut] in self.beginnings), "")
        return [*self.whole.get(word, ()), *self.beginnings.get(longest, ())]
