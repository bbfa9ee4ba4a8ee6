"""Texts as agents write them: digits as a number, one item as a list, a phone number with spaces."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

LARGEST_EXACT = 2**53
"""A larger JSON number may have lost digits on its way: many parsers read numbers as floats."""
LOST = "Must be text, in quotes: of a number above 2^53 digits may be lost already"
MOST_SEPARATED = 1_000
_LONGEST_LIST = 10_000
_DIVIDERS = re.compile(r"[,;\n]")


class Written:
    """Marks a text argument that often consists of digits. `read` converts it to what the API takes.

    A whole JSON number is converted to its digits, and a list of one text to that text.
    """

    def __init__(self, read: Callable[[str], str] = str) -> None:
        self.read = read

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._text, handler(source))

    def _text(self, value: object) -> object:
        digits = in_digits(_only_one(listed(value)))
        return self.read(digits) if isinstance(digits, str) else digits


def _only_one(value: object) -> object:
    if not isinstance(value, list) or not value:
        return value
    if len(value) > 1:
        raise ValueError("Give one; call again for each of the others")
    return value[0]


def in_digits(value: object) -> object:
    """A whole number as its digits, any other value as it is. Raises ValueError if digits may already be lost."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        return value
    if lost_digits(value):
        raise ValueError(LOST)
    return str(int(value))


def lost_digits(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) > LARGEST_EXACT


def listed(value: object) -> object:
    """A list that is written as JSON text, as a list."""
    if not isinstance(value, str) or not value.lstrip().startswith("[") or len(value) > _LONGEST_LIST:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def separated(value: object) -> object:
    """Several numbers that are written as one text, as a list. Raises ValueError for more than any tool takes."""
    read = listed(value)
    items = read if isinstance(read, list) else [read]
    parts = [part for item in items for part in _parts(item)]
    if len(parts) > MOST_SEPARATED:  # before each of them is read
        raise ValueError(f"At most {MOST_SEPARATED:,} at once")
    return parts


def _parts(item: object) -> list[object]:
    if not isinstance(item, str):
        return [item]
    return [part.strip() for part in _DIVIDERS.split(item) if part.strip()]
