"""Removes from the texts of strangers the characters that a person does not see and a model reads."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

_JOINERS = "\u200c\u200d"
_KEPT = frozenset("\n\t\r" + _JOINERS)
_WRITTEN = frozenset(range(0x600, 0x606)) | {0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Format characters that are visible: signs of Arabic, Syriac and Kaithi."""
_BLANK = (
    (0x34F, 0x34F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2065, 0x2065),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0D),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0xE0000, 0xE0FFF),
)
"""Characters that Unicode allows programs to ignore although they are not format characters: fillers and variation
selectors. A row of these after one letter can encode any text. `_idle` handles the two that choose the style of an
emoji."""
_PRIVATE = ((0xE000, 0xF8FF), (0xF0000, 0x10FFFF))
_LOOKED_THROUGH = (range(0xE000), range(0xF900, 0x20000))
"""The ranges that are searched for characters of the other kinds."""
_EMOJI_STYLES = "\ufe0e\ufe0f"
_SIGNS = (*_EMOJI_STYLES, *(chr(code) for first, last in _BLANK[:-1] for code in range(first, last + 1)))
_BEYOND = b"\xf3"
"""The first byte in UTF-8 of blank characters that are not among `_SIGNS`."""


@cache
def _unseen() -> str:
    """The control, format, private, tag and blank characters, as the inside of a regular expression's character
    class."""
    found = [
        code
        for codes in _LOOKED_THROUGH
        for code in codes
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs") and chr(code) not in _KEPT and code not in _WRITTEN
    ]
    return _ranges(found) + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in (*_BLANK, *_PRIVATE))


@cache
def _hidden() -> re.Pattern[str]:
    return re.compile(f"[{_unseen()}]+")


@cache
def _idle() -> re.Pattern[str]:
    """Joiners that join nothing, and emoji styles after what is not an emoji. Beside ASCII letters they can only hide a
    text."""
    joiner = f"(?<![^\\x00-\\x7f])[{_JOINERS}]|[{_JOINERS}](?![^\\x00-\\x7f{_JOINERS}])"
    styled = f"[0-9#*]|[^\\x00-\\x7f{_JOINERS}{_EMOJI_STYLES}]"
    return re.compile(f"{joiner}|(?<!{styled})[{_EMOJI_STYLES}]")


@cache
def _suspicious() -> re.Pattern[str]:
    return re.compile(f"[{_unseen()}{_JOINERS}{_EMOJI_STYLES}]")


def _ranges(codes: list[int]) -> str:
    found: list[list[int]] = []
    for code in codes:
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in found)


def visible(text: str) -> str:
    """The text without characters that nobody sees: invisible, bidirectional, tag, private and control characters."""
    if text.isascii() and text.isprintable():
        return text
    shown = _hidden().sub("", text)
    while (left := _idle().sub("", shown)) != shown:  # removing one changes what stands beside the others
        shown = left
    return shown


def visible_only(value: Any) -> Any:
    """The JSON value, with each of its texts and names changed by `visible`."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [visible_only(item) for item in value]
    if isinstance(value, dict):
        return {visible(name): visible_only(inner) for name, inner in value.items()}
    return value


def may_hide(json_text: str) -> bool:
    """Return whether this compact JSON may hold such a character. The check is quick if there is none."""
    if "\\u" in json_text or "\x7f" in json_text:  # JSON escapes the other control characters
        return True
    if json_text.isascii():
        return False
    plain = json_text.isprintable() and not any(sign in json_text for sign in _SIGNS)
    if plain and _BEYOND not in json_text.encode(errors="surrogatepass"):
        return False
    return _suspicious().search(json_text) is not None
