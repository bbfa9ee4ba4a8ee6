"""Digits as people write and say them: in words of many languages, in other scripts, in letters that look alike."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

BREAK: Final = "|"
"""Stands between digits that words divide."""
_MARKED: Final = r"(?:\w|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff'\u02bc]|-(?=dix|vingt|sept|huit|neuf))"
_WORD: Final = re.compile(f"[0-9]+|(?:(?![0-9]){_MARKED})+")
_SEVERAL: Final = 3
_KEYPAD: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_MIXED: Final = re.compile(r"\S*[0-9]\S*|(?<!\S)\S{1,4}(?!\S)")
"""What may hold letters in place of digits: where there are digits, and short words."""
_VANITY: Final = re.compile(r"(?<=[0-9]-)[a-z0-9]{3,10}(?![a-z0-9])")


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What is read of `digit_words.toml`. `plain` are words with one meaning in all languages."""

    plain: Mapping[str, str]
    languages: tuple[Mapping[str, str], ...]
    tens: Mapping[str, str]
    glue: frozenset[str]
    repeats: Mapping[str, int]
    signs: Mapping[str, str]
    alike: Mapping[int, str]


@cache
def _spoken() -> _Spoken:
    table = tomllib.loads(files(__package__).joinpath("digit_words.toml").read_text(encoding="utf-8"))
    languages = tuple(_numbered(line, 0) for line in table["units"])
    return _Spoken(
        plain=_plain(table, languages),
        languages=languages,
        tens={word: digit for line in table["tens"] for word, digit in _numbered(line, 2).items()},
        glue=frozenset(table["glue"]),
        repeats=table["repeats"],
        signs=table["signs"],
        alike={ord(sign): digit for digit, signs in table["alike"].items() for sign in signs},
    )


def _numbered(line: str, lowest: int) -> dict[str, str]:
    return {word: str(value) for value, word in enumerate(line.split(), lowest)}


def _plain(table: Mapping[str, Any], languages: Sequence[Mapping[str, str]]) -> dict[str, str]:
    meanings: defaultdict[str, set[str]] = defaultdict(set)
    for words in (*languages, *(_numbered(line, 10) for line in table["teens"])):
        for word, digits in words.items():
            meanings[word].add(digits)
    other = set(table["also_words"].split())
    found = {word: min(digits) for word, digits in meanings.items() if len(digits) == 1 and word not in other}
    units, tens = ["", "ein", *table["units"][1].split()[2:]], list(enumerate(table["tens"][1].split(), 2))
    compound = {f"{unit}und{ten}": f"{two}{one}" for two, ten in tens for one, unit in enumerate(units) if unit}
    return {**found, **compound, **table["more"]}


def runs(plain: str) -> Iterator[str]:
    """Every digit of a text in lower case, in order, with a `|` where a word stands between.

    Once more for each language of which the text has several words for digits: they may be other words elsewhere.
    """
    spoken, words = _spoken(), _WORD.findall(plain)
    yield _joined(words, spoken, spoken.plain)
    different = set(words)
    for language in spoken.languages:
        said = language.keys() & different
        means_more = any(spoken.plain.get(word) != language[word] for word in said)
        if means_more and sum(word in said for word in words) >= _SEVERAL:
            yield _joined(words, spoken, {**spoken.plain, **language})


def _joined(words: Sequence[str], spoken: _Spoken, digits: Mapping[str, str]) -> str:
    return re.sub(r"\|+", BREAK, "".join(_spelled(words, spoken, digits))).strip(BREAK)


def _spelled(words: Sequence[str], spoken: _Spoken, digits: Mapping[str, str]) -> Iterator[str]:
    times, ten = 1, False
    for word in words:
        if word in spoken.repeats:
            times = spoken.repeats[word]
            continue
        if ten and word in spoken.glue:
            continue
        said = digits.get(word) or _written(word, spoken)
        if ten and (said is None or len(said) != 1 or said == "0"):
            yield "0"
        if ten := word in spoken.tens:
            yield spoken.tens[word]
            continue
        yield BREAK if said is None else said * times
        times = 1
    if ten:
        yield "0"


def _written(word: str, spoken: _Spoken) -> str | None:
    """The digits in a word, of whatever script; None where there are none."""
    if word.isascii():
        return word if word.isdigit() else None
    found = [_digit(sign, spoken) for sign in word]
    return "".join(digit or BREAK for digit in found) if any(found) else None


def _digit(sign: str, spoken: _Spoken) -> str | None:
    if (value := unicodedata.digit(sign, None)) is not None:
        return str(value)
    number = unicodedata.numeric(sign, -1.0)
    return spoken.signs.get(sign) or (str(int(number)) if number in range(10) else None)


def lookalikes(plain: str) -> str:
    """The text with letters that look like digits as those, in words of nothing else; and letters of a keypad."""
    dialled = _VANITY.sub(lambda found: found[0].translate(_KEYPAD), plain)
    return _MIXED.sub(lambda found: _as_digits(found[0]), dialled)


def _as_digits(word: str) -> str:
    shown = word.translate(_spoken().alike)
    return shown if shown != word and not any(sign.isalpha() for sign in shown) else word
