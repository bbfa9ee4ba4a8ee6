"""Corrects misspelt words: an unknown word is read as the most frequent known word that is one typo away."""

from collections.abc import Iterator, Mapping
from string import ascii_lowercase

SHORTEST = 4
"""Shorter words are not corrected: too many others differ from them in one letter."""


def corrected(word: str, known: Mapping[str, int]) -> str:
    """The word itself if it is known; else the most frequent known word that is one typo away, if any.

    `known` gives each word its rank, 0 for the most frequent.
    """
    if word in known or len(word) < SHORTEST or not word.isalpha():
        return word
    candidates = [slip for slip in _slips(word) if slip in known]
    return min(candidates, key=known.__getitem__, default=word)


def _slips(word: str) -> Iterator[str]:
    """Yield the words from which one typo makes this one: a letter lost, added, replaced, or swapped with the next."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield from (before + letter + after for letter in ascii_lowercase)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in ascii_lowercase)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
