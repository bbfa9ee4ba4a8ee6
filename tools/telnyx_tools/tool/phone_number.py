"""Phone numbers as people write them, converted to the form that the API takes: E.164."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

SHORT_CODE = r"[0-9]{3,6}"
SENDER_NAME = r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}"
SIP_URI = r"sips?:[!-~]{3,200}"
SIP_NAME = r"(?!tel:|\+|[0-9./-]{6}[^@]*$)[^\s()]*[A-Za-z][^\s()]*|[0-9]{1,6}"
"""A party of a call without a phone number: a user name, an address or an extension."""
NUMBER_ID = r"(?!tel:|\+)[^\s()]*[^\W\d][^\s()]*|[0-9]{1,6}|[0-9]{16,}"
"""The id of a phone number: letters and digits, or more digits than a phone number has."""

EVENT_WORDS = r"(?s)(?!tel:|\+).*[^\W\d].*|[0-9]{1,6}|[0-9]{16,}"
"""Other words, besides phone numbers, for which the text of an event is searched."""

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_NORTH_AMERICAN = re.compile(r"1?([2-9][0-9]{2}[2-9][0-9]{6})")
_BETWEEN = r"\s()./\u00b7\u2010-\u2015\u2212-"
_SEPARATORS = re.compile(f"[{_BETWEEN}]+")
_START = re.compile(f"[+0-9{_BETWEEN}]*")
_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""The full-width characters that East Asian keyboards write, mapped to ASCII."""
_ABROAD = re.compile(r"00|011")
"""International dialling prefixes, used in place of the +: of most countries, and of North America."""
_TRUNK_ZERO = "(0)"
_LONGEST = 1_000
_FORM = "Not E.164, which begins with + and the country code"


def e164(written: str) -> str:
    """The number in E.164, whatever separators, digits or prefix it was written with.

    Raises ValueError if it has no country code, or if there is other text; the error names the number that is probably
    meant.
    """
    text = _plain(written)
    number = _SEPARATORS.sub("", text)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if _E164.fullmatch(number) and _TRUNK_ZERO not in text and len(written) <= _LONGEST:
        return number
    meant = _meant(text)
    raise ValueError(f"{_FORM}. Probably meant: {meant}" if meant else _FORM)


def e164_or(others: str) -> Callable[[str], str]:
    """Like `e164`, but a text that fully matches the pattern `others` is accepted as it is."""
    pattern = re.compile(others)

    def read(written: str) -> str:
        stripped = written.strip()
        for text in (stripped, _plain(written)) if len(written) <= _LONGEST else ():
            if pattern.fullmatch(text):
                return text
        return e164(written)

    return read


def e164_then_digits(others: str) -> Callable[[str], str]:
    """Like `e164_or`, but a comma and digits may follow, to be dialled once the call is answered."""
    read_one = e164_or(others)

    def read(written: str) -> str:
        called, comma, dialled = written.partition(",")
        if comma and not re.fullmatch(r"[0-9A-DwW*#]+", dialled):
            raise ValueError("Behind the comma stand digits to dial: 0-9, A-D, *, #, w and W")
        return f"{read_one(called)}{comma}{dialled}"

    return read


def part_of_number(written: str) -> str:
    """The digits of a number or of a part of one. Raises ValueError if there is other text."""
    digits = _SEPARATORS.sub("", _plain(written)).removeprefix("+")
    if not re.fullmatch(r"[0-9]{1,17}", digits):
        raise ValueError("Give the digits alone")
    digits = digits.removeprefix("00")
    if digits.startswith("0") and len(digits) > 8:
        raise ValueError(f"The country code stands in place of the first 0. Probably meant: {digits[1:]}")
    return digits


def national_digits(written: str) -> str:
    """Like `part_of_number`, for the part after the country code."""
    if re.match(r"\+|00", _plain(written)):
        raise ValueError("Give the digits that follow the country code")
    return part_of_number(written)


def whatsapp_digits(written: str) -> str:
    """A number in E.164 without the +, which is how WhatsApp names accounts."""
    return e164_or(r"[1-9][0-9]{10,14}")(written).removeprefix("+")


def _plain(written: str) -> str:
    """The text in ASCII, without `tel:` and invisible characters (texts from address books have direction marks)."""
    text = written[:_LONGEST].translate(_ASCII)
    plain = "".join(char for char in text if unicodedata.category(char) != "Cf").strip()
    return plain[4:].strip() if plain[:4].lower() == "tel:" else plain


def _meant(text: str) -> str | None:
    """The number that a text probably means: a missing country code is added, an extension is dropped."""
    start = _START.match(text)
    digits = _SEPARATORS.sub("", start[0].replace(_TRUNK_ZERO, "") if start else "")
    number = _ABROAD.sub("+", digits, count=1) if _ABROAD.match(digits) else digits
    if (north_american := _NORTH_AMERICAN.fullmatch(number)) is not None:
        return f"+1{north_american[1]}"
    if not number.startswith("+") and len(number) > 10:
        number = f"+{number}"
    return number if _E164.fullmatch(number) and len(number) > 7 else None
