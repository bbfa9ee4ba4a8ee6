"""Texts of strangers: the numbers, addresses and hosts in them, which an agent may have been talked into using."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from cachetools import LRUCache

from telnyx_remote_mcp.guardrails.recipients import Recipient
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.journal import START
from telnyx_remote_mcp.store.vault import Vault, VaultError

KEPT_SECS: Final = 24 * 3_600
KEPT_ENTRIES: Final = 2_000
SHORTEST: Final = 7
"""Digits that make a number: fewer are an hour, a price, a short code."""
MOST_HOSTS: Final = 20_000
MOST_CHARACTERS: Final = 200_000
"""Of one result, that are looked through."""

KIND = "strangers"
_WORDS: Final = {
    **dict.fromkeys(("zero", "oh", "null", "cero", "zéro"), "0"),
    **dict.fromkeys(("one", "eins", "ein", "uno", "un", "une"), "1"),
    **dict.fromkeys(("two", "zwei", "zwo", "dos", "deux", "due"), "2"),
    **dict.fromkeys(("three", "drei", "tres", "trois", "tre"), "3"),
    **dict.fromkeys(("four", "vier", "cuatro", "quatre", "quattro"), "4"),
    **dict.fromkeys(("five", "fünf", "cinco", "cinq", "cinque"), "5"),
    **dict.fromkeys(("six", "sechs", "seis", "sei"), "6"),
    **dict.fromkeys(("seven", "sieben", "siete", "sept", "sette"), "7"),
    **dict.fromkeys(("eight", "acht", "ocho", "huit", "otto"), "8"),
    **dict.fromkeys(("nine", "neun", "nueve", "neuf", "nove"), "9"),
}
_WORD: Final = re.compile(r"\w+", re.UNICODE)
_REPEATS: Final = {"double": 2, "triple": 3}
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_DOTS: Final = re.compile(r"\s*[\[({<]?\s*\b(?:dot|punkt|punto|point)\b\s*[\])}>]?\s*|\s*[\[({<]\s*\.\s*[\])}>]\s*")
_ATS: Final = re.compile(r"\s*[\[({<]?\s*\b(?:at|arroba)\b\s*[\])}>]?\s*|\s*[\[({<]\s*@\s*[\])}>]\s*")


@dataclass(frozen=True, slots=True)
class Traces:
    """What a text holds that a call could be pointed at: all its digits in a row, and its hosts."""

    digits: str
    hosts: frozenset[str]

    @staticmethod
    def of(text: str) -> Traces:
        """The traces of a text, however its digits and dots are written."""
        plain = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).lower()
        joined = _ATS.sub("@", _DOTS.sub(".", plain))
        return Traces("".join(_digits(plain)), frozenset(_HOST.findall(joined)) | frozenset(_HOST.findall(plain)))

    def __bool__(self) -> bool:
        return len(self.digits) >= SHORTEST or bool(self.hosts)


def _digits(plain: str) -> Iterator[str]:
    """Every digit in order, those that are words included; letters between them are passed over."""
    times = 1
    for word in _WORD.findall(plain):
        if word in _REPEATS:
            times = _REPEATS[word]
        elif word in _WORDS:
            yield _WORDS[word] * times
            times = 1
        else:
            yield "".join(str(unicodedata.digit(c)) for c in word if unicodedata.digit(c, None) is not None)


@dataclass(slots=True)
class _Seen:
    """What one principal's agents have read, as far as this process knows; `cursor` is where it goes on."""

    cursor: str = START
    digits: list[str] = field(default_factory=list)
    hosts: LRUCache[str, bool] = field(default_factory=lambda: LRUCache(MOST_HOSTS))

    def add(self, traces: Traces) -> None:
        self.digits.append(traces.digits)
        del self.digits[:-KEPT_ENTRIES]
        self.hosts.update(dict.fromkeys(traces.hosts, True))

    def holds(self, traces: Traces) -> bool:
        return all(host in self.hosts for host in traces.hosts) and (
            len(traces.digits) < SHORTEST or traces.digits in self.digits
        )

    def tells(self, recipient: Recipient) -> bool:
        if recipient.kind == "phone":
            return self._has_number(recipient.value)
        if recipient.kind == "url":
            return (urlsplit(recipient.value).hostname or "") in self.hosts
        host = recipient.value.rpartition("@")[2].partition(";")[0].partition(":")[0]
        return host in self.hosts or self._has_number(recipient.value)

    def _has_number(self, value: str) -> bool:
        """Whether its last digits stand in what was read: forwards, backwards, or split over two texts."""
        digits = "".join(c for c in value if c.isdigit())[-10:]
        if len(digits) < SHORTEST:
            return False
        end = digits[-SHORTEST:]
        read = "".join(self.digits)
        return end in read or end[::-1] in read


class Strangers:
    """What strangers wrote to each principal, for a day. Kept sealed; replicas share it. Raises StoreUnavailable."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._seen: LRUCache[str, _Seen] = LRUCache(500)

    async def note(self, principal: str, texts: Iterable[str]) -> None:
        """An agent is about to read these."""
        traces = Traces.of("\n".join(texts))
        if not traces or self._of(principal).holds(traces):
            return
        entry = json.dumps([traces.digits, sorted(traces.hosts)]).encode()
        self._of(principal).add(traces)
        sealed = self._vault.seal(entry, _place(principal))
        await self._store.journal.append(KIND, principal, sealed, keep=KEPT_ENTRIES, ttl_secs=KEPT_SECS)

    async def told(self, principal: str, recipient: Recipient) -> bool:
        """Whether a stranger's text that an agent of this principal read names the recipient."""
        seen = self._of(principal)
        while entries := await self._store.journal.after(KIND, principal, seen.cursor, 500):
            for cursor, sealed in entries:
                seen.cursor = cursor
                if (traces := self._opened(principal, sealed)) is not None and not seen.holds(traces):
                    seen.add(traces)
        return seen.tells(recipient)

    def _of(self, principal: str) -> _Seen:
        seen: _Seen = self._seen.setdefault(principal, _Seen())
        return seen

    def _opened(self, principal: str, sealed: bytes) -> Traces | None:
        try:
            digits, hosts = json.loads(self._vault.open(sealed, _place(principal)))
        except (VaultError, ValueError):
            return None
        return Traces(digits, frozenset(hosts))


def _place(principal: str) -> str:
    return f"{KIND}/{principal}"
