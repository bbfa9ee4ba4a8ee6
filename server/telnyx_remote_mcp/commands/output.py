"""Output: styled for a person at a terminal, plain otherwise."""

from __future__ import annotations

import codecs
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Final

BOLD, DIM, CYAN, YELLOW, RED = "1", "2", "36", "33", "31"
SHADES: Final[Mapping[str, str]] = {"read": DIM, "write": YELLOW, "destroy": RED, "spends": RED}
"""The style for each effect."""


def styled(text: str, style: str) -> str:
    """The text in a style if stdout is a terminal; else, or if NO_COLOR is set, unchanged."""
    return f"\033[{style}m{text}\033[0m" if _has_colours() else text


def coloured_json(text: str) -> str:
    """JSON of several lines, with its names in colour at a terminal."""
    return re.sub(r'(?m)^( *)("[^"\n]*")(?=: )', lambda found: found[1] + styled(found[2], CYAN), text)


def mark(good: bool) -> str:
    """A sign for success or failure, in the encoding of stdout."""
    sign, plain, style = ("✓", "ok  ", CYAN) if good else ("✗", "FAIL", RED)
    try:
        sign.encode(sys.stdout.encoding)
    except (UnicodeEncodeError, LookupError):
        return plain
    return styled(sign, style)


def take_any_text() -> None:
    """Escape characters that the encoding lacks as in JSON, so that output never fails after a message was sent."""
    codecs.register_error("json", _escaped)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="json")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{lost[i]:02x}{lost[i + 1]:02x}" for i in range(0, len(lost), 2)), error.end


def row(cells: Sequence[str], widths: Sequence[int], shades: Mapping[str, str] = SHADES) -> str:
    """A line of a table: cells padded to these widths, then the rest. Cells that `shades` names have their style."""
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)] + list(cells[len(widths) :])
    styles = [shades.get(cell) for cell in cells]
    shown = [styled(text, style) if style else text for text, style in zip(padded, styles, strict=True)]
    return "  ".join(shown).rstrip()


def is_terminal() -> bool:
    """Whether the output goes to a terminal."""
    return sys.stdout.isatty()


def _has_colours() -> bool:
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
