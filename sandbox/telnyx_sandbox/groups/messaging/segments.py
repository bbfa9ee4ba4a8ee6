"""The parts of an SMS: GSM-7 holds 160 characters (153 in parts), UCS-2 holds 70 (67 in parts)."""

from dataclasses import dataclass

_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = set("\f^{}\\[~]|€")


@dataclass(frozen=True, slots=True)
class Segmentation:
    encoding: str
    parts: int


def fits_gsm7(text: str) -> bool:
    return all(character in _BASIC or character in _EXTENDED for character in text)


def segment(text: str, *, force_ucs2: bool = False) -> Segmentation:
    if not force_ucs2 and fits_gsm7(text):
        widths = [2 if character in _EXTENDED else 1 for character in text]
        return Segmentation("GSM-7", _parts(widths, single=160, multi=153))
    widths = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return Segmentation("UCS-2", _parts(widths, single=70, multi=67))


def _parts(widths: list[int], *, single: int, multi: int) -> int:
    """Count the parts; no character is split over two of them."""
    if sum(widths) <= single:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > multi:
            parts, used = parts + 1, 0
        used += width
    return parts
