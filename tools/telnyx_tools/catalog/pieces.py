"""Texts as words, and words as pieces of four letters, by which inflected and misspelt words still meet."""

import re
import unicodedata

LENGTH = 4


def words(text: str) -> list[str]:
    """The words of a text in any language: lower case, without accents, parted at everything else."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", bare)


def pieces(word: str) -> list[str]:
    """Every four letters in a row, the ends of the word being marked: `<faq>` is `<faq` and `faq>`."""
    marked = f"<{word}>"
    return [marked[start : start + LENGTH] for start in range(max(1, len(marked) - LENGTH + 1))]
