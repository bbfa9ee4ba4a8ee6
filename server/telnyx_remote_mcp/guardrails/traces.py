"""Traces: the digits, hosts and mailboxes in a text, however they are written, which a call could be directed to."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from telnyx_remote_mcp.guardrails.digit_words import BREAK, closed_up, lookalikes, runs
from telnyx_remote_mcp.guardrails.hosts import hosts_in, lookalike
from telnyx_tools.results.visible import visible

SHORTEST: Final = 3
"""The fewest digits that count; fewer are an hour or a price."""
MOST_CHARACTERS: Final = 200_000
"""The most characters of one result that are searched; the first `MOST_HIDDEN` also for hidden text."""
MOST_HIDDEN: Final = 50_000
MOST_HOSTS: Final = 2_000
_ESCAPES: Final = re.compile(r"\\(?:u\{?([0-9a-fA-F]{4,6})\}?|x([0-9a-fA-F]{2}))")
_CODED: Final = re.compile(r"\\[ux]|%[0-9a-fA-F]{2}|&#?\w+;")
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_-]{10,4000}={0,2}")
_BLANKS: Final = re.compile(r"[^\S\n]{2,}")
_CODES: Final = re.compile(r"(?<![\w])(?:[0-9a-fA-F]{2,3}[\s,:]{1,3}){5,400}[0-9a-fA-F]{2,3}(?!\w)")
_LONE: Final = re.compile(r"[A-Za-z0-9+/_=\s-]{10,4000}")
_TAGS: Final = re.compile("[\U000e0020-\U000e007e]+")
_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")


@dataclass(frozen=True, slots=True)
class Traces:
    """The hosts in texts, and their digits in a row, with `|` for words between and `||` before another reading."""

    digits: str = ""
    hosts: frozenset[str] = frozenset()

    @staticmethod
    def of(texts: Iterable[str]) -> Traces:
        """The traces of texts, in the order given, and in reverse: they may have been written in either order."""
        written = [text.strip() for text in texts]
        whole = "\n".join(written)[:MOST_CHARACTERS]
        readings = [whole, *_hidden(whole[:MOST_HIDDEN])]
        digits = [*_orders(written), *(found for reading in readings for found in _digits(reading))]
        hosts = dict.fromkeys(host for reading in readings for host in _hosts(reading))
        told = dict.fromkeys(found for found in digits if len(found) >= SHORTEST)
        return Traces((2 * BREAK).join(told), frozenset(list(hosts)[:MOST_HOSTS]))

    def __bool__(self) -> bool:
        return bool(self.digits or self.hosts)


def _orders(written: list[str]) -> list[str]:
    """The digits of several short texts from last to first: a list may have the newest one first or last."""
    if len(written) < 2 or sum(map(len, written)) > MOST_HIDDEN:
        return []
    return [BREAK.join(next(runs(_plain(text))) for text in reversed(written))]


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", visible(text)).lower())


def _digits(text: str) -> Iterator[str]:
    plain = _plain(text)
    yield from runs(plain)
    if len(plain) <= MOST_HIDDEN:
        for other in {lookalikes(plain), closed_up(plain)} - {plain}:
            yield from runs(other)


def _hosts(text: str) -> Iterator[str]:
    plain = _plain(text)
    yield from hosts_in(plain)
    if len(plain) <= MOST_HIDDEN:
        if "\n" in plain:
            yield from hosts_in(re.sub(r" ?\n ?", "", plain))
        if not plain.isascii():
            yield from hosts_in(lookalike(plain))


def _hidden(text: str) -> Iterator[str]:
    """Text that is hidden in the text: entities, percent encoding, escapes, base64, hex and invisible characters."""
    if _CODED.search(text) is not None:
        yield unquote(html.unescape(_ESCAPES.sub(_character, text)))
    decoded = " ".join([*_decoded(text), *_from_codes(text)])
    if decoded:
        yield decoded
    if text.isascii():
        return
    unseen = [
        found.translate({code: code - 0xE0000 for code in range(0xE0020, 0xE007F)}) for found in _TAGS.findall(text)
    ]
    unseen += [_selected(found) for found in _SELECTORS.findall(text)]
    if unseen:
        yield "\n".join(unseen)


def _character(found: re.Match[str]) -> str:
    code = int(found[1] or found[2], 16)
    return chr(code) if code < 0x110000 else ""


def _decoded(text: str) -> Iterator[str]:
    """Readable text from words in base64 or hex, or from a text that is nothing else."""
    for word in _ENCODED.findall(text) + ([re.sub(r"\s+", "", text)] if _LONE.fullmatch(text) else []):
        plain = word.replace("-", "+").replace("_", "/").rstrip("=")
        with suppress(ValueError, binascii.Error):
            yield _readable(bytes.fromhex(word))
        with suppress(ValueError, binascii.Error):
            yield _readable(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True))


def _from_codes(text: str) -> Iterator[str]:
    """Text written as character codes, in hex or decimal."""
    for found in _CODES.findall(text):
        codes = re.split(r"[\s,:]+", found)
        for base in (16, 10):
            with suppress(ValueError):
                yield _readable(bytes(int(code, base) for code in codes))


def _readable(content: bytes) -> str:
    text = content.decode("utf-8")
    if sum(sign.isprintable() or sign.isspace() for sign in text) < len(text):
        raise ValueError("no text")
    return text


def _selected(signs: str) -> str:
    """Text encoded in Unicode variation selectors, one for each byte."""
    codes = [ord(sign) for sign in signs]
    content = bytes(code - 0xFE00 if code < 0xFE10 else code - 0xE0100 + 16 for code in codes)
    return content.decode("utf-8", "ignore")
