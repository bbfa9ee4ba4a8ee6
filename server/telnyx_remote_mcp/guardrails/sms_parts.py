"""The number of parts of an SMS, each of which is charged."""

from __future__ import annotations

from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE: Final = frozenset("\f^{}\\[~]|€")
"""GSM-7 characters that take the room of two."""


def sms_parts(text: str) -> int:
    """How many parts the text takes. One part has room for 160 GSM-7 characters, several for 153 each. Other text is
    UCS-2, with room for 70, or 67 each. No character is split over two parts."""
    if set(text) <= _BASIC | _TWICE:
        return _parts([2 if character in _TWICE else 1 for character in text], 160, 153)
    return _parts([2 if ord(character) > 0xFFFF else 1 for character in text], 70, 67)


def _parts(widths: list[int], alone: int, each: int) -> int:
    if sum(widths) <= alone:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > each:
            parts, used = parts + 1, 0
        used += width
    return parts
