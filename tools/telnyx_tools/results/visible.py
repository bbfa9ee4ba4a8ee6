"""Visible text: what strangers write, without the characters that a person does not see and a model reads."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

_JOINERS = "\u200c\u200d"
_KEPT = frozenset("\n\t\r" + _JOINERS)
_WRITTEN = frozenset(range(0x600, 0x606)) | {0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Format characters that have a shape: signs of Arabic, Syriac and Kaithi."""


_PRIVATE = ((0xE000, 0xF8FF), (0xF0000, 0x10FFFF))
_LOOKED_THROUGH = (range(0xE000), range(0xF900, 0x20000), range(0xE0000, 0xE1000))
"""Where characters of the other kinds are."""


@cache
def _unseen() -> str:
    """The control, format, private and tag characters, as the inside of a class of a pattern."""
    found = [
        code
        for codes in _LOOKED_THROUGH
        for code in codes
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs") and chr(code) not in _KEPT and code not in _WRITTEN
    ]
    return _ranges(found) + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in _PRIVATE)


@cache
def _hidden() -> re.Pattern[str]:
    """What is dropped: the unseen characters, and joiners where they join nothing. Beside ASCII they can only hide."""
    joining = f"(?<![^\\x00-\\x7f])[{_JOINERS}]|[{_JOINERS}](?![^\\x00-\\x7f{_JOINERS}])"
    return re.compile(f"[{_unseen()}]|{joining}")


@cache
def _suspicious() -> re.Pattern[str]:
    return re.compile(f"[{_unseen()}{_JOINERS}]")


def _ranges(codes: list[int]) -> str:
    found: list[list[int]] = []
    for code in codes:
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in found)


def visible(text: str) -> str:
    """The text without characters that nobody sees: invisible, bidirectional, tag, private and control ones."""
    return text if text.isascii() and text.isprintable() else _hidden().sub("", text)


def visible_only(value: Any) -> Any:
    """The JSON value with each of its texts and names as `visible` leaves it."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [visible_only(item) for item in value]
    if isinstance(value, dict):
        return {visible(name): visible_only(inner) for name, inner in value.items()}
    return value


def may_hide(json_text: str) -> bool:
    """Whether there may be such a character in this compact JSON, by a look that is quick where there is none."""
    if "\\u" in json_text:  # as JSON writes control characters
        return True
    return not json_text.isprintable() and _suspicious().search(json_text) is not None
