"""Reads digits as people write and say them: words of many languages, other scripts, and letters that look alike."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

_HUNDRED: Final = "00"
BREAK: Final = "|"
"""Marks where other words stand between digits."""
_LETTER: Final = r"(?:[^\W_0-9]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff'\u02bc])"
_WORD: Final = re.compile(rf"[0-9]+|{_LETTER}+")
_HYPHENED: Final = re.compile(r"quatre-vingts?(?:-(?:dix-(?:sept|huit|neuf)|\w+))?|soixante-\w+|dix-(?:sept|huit|neuf)")
"""French number words, such as `quatre-vingt-dix`, whose parts are not words for their digits."""
_SEVERAL: Final = 3
_LONE: Final = 4
"""The longest word that may stand for digits although it holds none, as `OI`."""
_SHORTEST_COMPOUND: Final = 6
_KEYPAD: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_SPACED: Final = re.compile(r"(?<!\S)[\w.@-](?: [\w.@/:-](?!\S)){4,}|(?<![\w-])\w(?:[-_]\w(?!\w)){3,}")
_TOKEN: Final = re.compile(r"\S+")
_LONGEST: Final = 64
"""The longest word that is searched for digits, in characters."""
_AS_LETTERS: Final = str.maketrans("013457", "oieast")
_VANITY: Final = re.compile(r"(?<=[0-9]-)[a-z0-9]{3,10}(?![a-z0-9])")


@dataclass(frozen=True, slots=True)
class _Spoken:
    """The tables read from `digit_words.toml`. `plain` are words with one meaning in all languages."""

    plain: Mapping[str, str]
    languages: tuple[Mapping[str, str], ...]
    tens: Mapping[str, str]
    glue: frozenset[str]
    repeats: Mapping[str, int]
    signs: Mapping[str, str]
    alike: Mapping[int, str]
    unaccented: Mapping[str, str]
    part: re.Pattern[str]
    parts: re.Pattern[str]
    """Matches a word that consists of words for digits only."""


@cache
def _spoken() -> _Spoken:
    table = tomllib.loads(files(__package__).joinpath("digit_words.toml").read_text(encoding="utf-8"))
    languages = tuple(_numbered(line, 0) for line in table["units"])
    plain = _plain(table, languages)
    tens = {word: digit for line in table["tens"] for word, digit in _numbered(line, 2).items()}
    unaccented = {_without_accents(word): digits for word, digits in plain.items()}
    part = "|".join(sorted({*unaccented, *tens, *table["glue"]} - {"o", "e", "i", "y"}, key=len, reverse=True))
    return _Spoken(
        plain=plain,
        languages=languages,
        tens=tens,
        glue=frozenset(table["glue"]),
        repeats=table["repeats"],
        signs=table["signs"],
        alike={ord(sign): digit for digit, signs in table["alike"].items() for sign in signs},
        unaccented=unaccented,
        part=re.compile(part),
        parts=re.compile(f"(?:{part})+"),
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
    more = {word.replace("-", ""): digits for word, digits in table["more"].items()}
    return {**found, **compound, **more}


def runs(plain: str) -> Iterator[str]:
    """The digits of a text in lower case, in order, with a `|` where other words stand between; one text per reading.

    The first reading includes words for digits, the second does not. Another one follows for each language of which the
    text has several such words: in other languages these may mean something else.
    """
    if "-" in plain:
        plain = _HYPHENED.sub(lambda found: found[0].replace("-", ""), plain)
    spoken, words = _spoken(), _WORD.findall(plain)
    yield (first := _joined(words, spoken, spoken.plain))
    if (written := _joined(words, spoken, {})) != first:
        yield written
    different = {word for word in words if not word.isdigit()}
    for language in spoken.languages:
        said = language.keys() & different
        means_more = any(spoken.plain.get(word) != language[word] for word in said)
        if means_more and sum(word in said for word in words) >= _SEVERAL:
            yield _joined(words, spoken, {**spoken.plain, **language})


def _joined(words: Sequence[str], spoken: _Spoken, digits: Mapping[str, str]) -> str:
    return re.sub(r"\|+", BREAK, "".join(_spelled(words, spoken, digits))).strip(BREAK)


def _spelled(words: Sequence[str], spoken: _Spoken, digits: Mapping[str, str]) -> Iterator[str]:
    times, before = 1, ""
    for word in words:
        if digits and word in spoken.repeats:
            times = spoken.repeats[word]
            continue
        if before and word in spoken.glue:
            before = f"{before} {word}"
            continue
        said = word if word.isdigit() and word.isascii() else _meant(word, spoken, digits)
        is_ten = word in spoken.tens and bool(digits)
        yield _rest(before, "10" if is_ten else said)
        before = word if is_ten or (said == _HUNDRED and not word.isdigit()) else ""
        if is_ten:
            yield spoken.tens[word]
        elif not before:
            yield BREAK if said is None else said * times
            times = 1
    yield _rest(before, None)


def _meant(word: str, spoken: _Spoken, digits: Mapping[str, str]) -> str | None:
    if not digits:
        return _written(word, spoken)
    return digits.get(word) or _compound(word) or _written(word, spoken)


def _rest(before: str, said: str | None) -> str:
    """The digits that complete a preceding ten or hundred, now that the next digits, `said`, are known.

    In English a digit after a hundred stands by itself unless they are joined: `eight hundred five five five`.
    """
    is_unit = said is not None and len(said) == 1 and said != "0"
    if not before:
        return ""
    if before.partition(" ")[0] in _spoken().tens:
        return "" if is_unit else "0"
    if is_unit and before != "hundred":
        return "0"
    return "" if said is not None and len(said) == 2 else _HUNDRED


@lru_cache(maxsize=4096)
def _compound(word: str) -> str | None:
    """The digits in a word that consists of words for digits, as `twozerotwo`, or is one but for its accents."""
    spoken, plain = _spoken(), _without_accents(word)
    if plain in spoken.tens or plain in spoken.unaccented:
        return spoken.tens.get(plain, "") + "0" if plain in spoken.tens else spoken.unaccented[plain]
    if not _SHORTEST_COMPOUND <= len(plain) <= _LONGEST or spoken.parts.fullmatch(plain) is None:
        return None
    return _joined(spoken.part.findall(plain), spoken, spoken.unaccented)


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    return "".join(sign for sign in unicodedata.normalize("NFKD", word) if not unicodedata.combining(sign))


def _written(word: str, spoken: _Spoken) -> str | None:
    """The digits of other scripts in a word; None if it has none."""
    if word.isascii():
        return None
    found = [_digit(sign, spoken) for sign in word]
    return "".join(digit or BREAK for digit in found) if any(found) else None


def _digit(sign: str, spoken: _Spoken) -> str | None:
    if (value := unicodedata.digit(sign, None)) is not None:
        return str(value)
    number = unicodedata.numeric(sign, -1.0)
    return spoken.signs.get(sign) or (str(int(number)) if number in range(10) else None)


def closed_up(plain: str) -> str:
    """The text with spelled-out words joined: `e v i l` and `e-v-i-l` become `evil`."""
    return _SPACED.sub(lambda found: re.sub("[ _-]", "", found[0]), plain)


def lookalikes(plain: str) -> str:
    """The text with look-alikes replaced, and with the letters of vanity numbers as keypad digits.

    In a word that consists of digits and letters that look like digits, the letters become digits. In any other word,
    digits become the letters that they look like, which may make it a word for a digit.
    """
    dialled = _VANITY.sub(lambda found: found[0].translate(_KEYPAD), plain)
    return _TOKEN.sub(lambda found: _as_digits(found[0]), dialled).replace("vv", "w")


def _as_digits(word: str) -> str:
    if len(word) > _LONGEST or (len(word) > _LONE and not any(sign.isdigit() for sign in word)):
        return word
    shown = word.translate(_spoken().alike)
    if shown != word and not any(sign.isalpha() for sign in shown):
        return shown
    return word.translate(_AS_LETTERS) if word.isalnum() and not word.isdigit() else word
