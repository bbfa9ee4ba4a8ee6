"""Splits texts into words, and words into pieces of four letters, by which inflected and misspelt words still match."""

import re
import unicodedata

LENGTH = 4


def words(text: str) -> list[str]:
    """The words of a text in any language, in lower case and without accents. Every other character separates words."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", bare)


def pieces(word: str) -> list[str]:
    """All sequences of four letters in the word with its ends marked: `<faq>` gives `<faq` and `faq>`."""
    marked = f"<{word}>"
    return [marked[start : start + LENGTH] for start in range(max(1, len(marked) - LENGTH + 1))]
