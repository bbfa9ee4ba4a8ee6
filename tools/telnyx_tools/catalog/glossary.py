"""Words of other languages as the English ones that most phrasings use: German, Spanish, French, Italian, Portuguese.

A line of `glossary.txt` is `english words | words of the others`; a star stands for any ending.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from telnyx_tools.catalog.pieces import words

_SHORTEST = 3
"""Letters before a star."""

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
        """What a word, as `words` gives it, may mean: for each meaning its English words."""
        cuts = range(len(word), _SHORTEST - 1, -1)
        longest = next((word[:cut] for cut in cuts if word[:cut] in self.beginnings), "")
        return [*self.whole.get(word, ()), *self.beginnings.get(longest, ())]
