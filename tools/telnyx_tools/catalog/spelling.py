"""Slips of the hand: a word that nobody uses, read as the likeliest one that people use."""

from collections.abc import Iterator, Mapping
from string import ascii_lowercase

SHORTEST = 4
"""Shorter words differ from too many others in one letter."""


def corrected(word: str, known: Mapping[str, int]) -> str:
    """The word itself where it is known; else the most frequent known word that is one slip away, or the word itself.

    `known` gives each word its rank, the most frequent being 0.
    """
    if word in known or len(word) < SHORTEST or not word.isalpha():
        return word
    candidates = [slip for slip in _slips(word) if slip in known]
    return min(candidates, key=known.__getitem__, default=word)


def _slips(word: str) -> Iterator[str]:
    """Yield what the word may have been before a letter was lost, added, mistaken, or swapped with the next."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield from (before + letter + after for letter in ascii_lowercase)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in ascii_lowercase)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
