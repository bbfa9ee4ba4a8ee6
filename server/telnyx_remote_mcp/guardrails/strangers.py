"""Strangers: remembers what their texts name, since these may talk an agent into reaching it, and who wrote to the
account."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from anyio import to_thread
from cachetools import LRUCache, TTLCache

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.guardrails.digit_words import BREAK
from telnyx_remote_mcp.guardrails.hosts import SHORTEST, host_of, spelled, spellings
from telnyx_remote_mcp.guardrails.phone_numbers import national
from telnyx_remote_mcp.guardrails.recipients import Recipient, addresses
from telnyx_remote_mcp.guardrails.traces import Traces
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.journal import START
from telnyx_remote_mcp.store.vault import Vault, VaultError

KEPT_SECS: Final = 24 * 3_600
KEPT_ENTRIES: Final = 2_000
NOTED_SECS: Final = 3_600
MOST_HOSTS: Final = 20_000
MOST_KNOWN: Final = 20_000
KIND = "strangers"
KIND_READ: Final = "strangers-read"
INFLUENCE_SECS: Final = 3_600
"""How long a text that an agent read may influence it."""
MARKED_SECS: Final = 300
_AT_ONCE: Final = 10_000
"""Characters that are searched within a few milliseconds; longer texts are searched in a thread."""
_LOCAL: Final = 7
"""Digits of a local number, without the area code."""
_MESSAGE: Final = 200
"""The most digits of a text that counts as a short message. Parts of a number are searched for in these only."""
_ROW, _PARTS, _SHORTEST_PART = 16, 12, 3
"""The most digits of a text, the most parts of it, and the fewest digits of a part. Within these bounds a text hardly
ever holds the digits of a number by chance."""


@dataclass(slots=True)
class _Seen:
    """What one principal's agents have read, as far as this process has read the journal: up to `cursor`."""

    cursor: str = START
    digits: list[str] = field(default_factory=list)
    hosts: LRUCache[str, bool] = field(default_factory=lambda: LRUCache(MOST_HOSTS))
    known: LRUCache[str, bool] = field(default_factory=lambda: LRUCache(MOST_KNOWN))
    """The addresses of senders, and of the account itself."""
    cached: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Answers of `is_named`, until more is read."""

    def add(self, traces: Traces, known: Iterable[str]) -> None:
        self.cached.clear()
        self.digits.append(traces.digits)
        del self.digits[:-KEPT_ENTRIES]
        self.hosts.update(dict.fromkeys(traces.hosts, True))
        self.known.update(dict.fromkeys(known, True))

    def holds(self, traces: Traces, known: Iterable[str]) -> bool:
        return (
            all(host in self.hosts for host in traces.hosts)
            and (not traces.digits or traces.digits in self.digits)
            and all(address in self.known for address in known)
        )

    def is_named(self, recipient: Recipient) -> bool:
        key = (recipient.kind, recipient.value)
        if key not in self.cached:
            self.cached[key] = recipient.value not in self.known and self._is_in_texts(recipient)
        return self.cached[key]

    def _is_in_texts(self, recipient: Recipient) -> bool:
        match recipient.kind:
            case "phone":
                return self._has_number(recipient.value)
            case "url":
                return self._has_host(host_of(urlsplit(recipient.value).netloc))
            case "email":
                return self._has_mailbox(recipient.value)
        user, _, host = recipient.value.rpartition("@")
        host = host.partition(";")[0].partition(":")[0].removeprefix("sip:").removeprefix("sips:")
        return self._has_host(spelled(host)) or self._has_number(user or recipient.value)

    def _has_number(self, value: str) -> bool:
        """Whether the digits of a number are in what was read: forwards, backwards, or split over several texts."""
        digits = national(value)
        if len(digits) < _LOCAL:
            return bool(digits) and any(f"{BREAK}{digits}{BREAK}" in f"{BREAK}{read}{BREAK}" for read in self.digits)
        for order in (self.digits, self.digits[::-1]):
            read = (2 * BREAK).join(order)
            if any(form in read.replace(BREAK, "") for form in (digits, digits[::-1])):
                return True
        return f"{BREAK}{digits[-_LOCAL:]}{BREAK}" in f"{BREAK}{read}{BREAK}" or (
            self._has_halves(digits) or self._is_scattered(digits)
        )

    def _has_halves(self, digits: str) -> bool:
        """Whether two messages, not necessarily adjacent, each hold one half of the number."""
        parts = {part for read in self.digits if len(read) <= _MESSAGE for part in read.split(BREAK)}
        for cut in range(3, len(digits) - 2):
            if digits[cut:] in parts and any(part.endswith(digits[:cut]) for part in parts):
                return True
        return False

    def _is_scattered(self, digits: str) -> bool:
        """Whether one short text holds the digits with a few others between, or parts of the number in any order."""
        readings = (reading for read in self.digits for reading in read.split(2 * BREAK))
        return any(_scattered(digits, reading.split(BREAK)) for reading in readings if len(reading) <= _MESSAGE)

    def _has_host(self, host: str) -> bool:
        return any(self._has_part(form) or f"@{form}" in self.hosts for form in spellings(host))

    def _has_mailbox(self, address: str) -> bool:
        local, _, host = address.rpartition("@")
        plain = f"{local.partition('+')[0]}@{spelled(host)}"
        if any(self._has_part(form) for form in {address, plain, *spellings(plain)}):
            return True
        return self._has_host_itself(spelled(host))

    def _has_host_itself(self, host: str) -> bool:
        """Whether the host was named by itself, not as the host of a mailbox."""
        return any(self._has_part(form) for form in spellings(host))

    def _has_part(self, name: str) -> bool:
        """Whether the name was read, or a part at its end or beginning that identifies it (`_tells`)."""
        ends = (name[at:] for at in range(len(name)) if _tells(name[at:], at == 0 or name[at - 1] == "."))
        begins = (name[:at] for at in range(SHORTEST, len(name)) if _tells(name[:at], name[at] == "."))
        return name in self.hosts or any(part in self.hosts for part in (*ends, *begins))


def _scattered(digits: str, parts: list[str]) -> bool:
    if any(len(part) >= len(digits) for part in parts):  # it holds a whole number, so none is hidden in its parts
        return False
    row = iter("".join(parts))
    if sum(map(len, parts)) <= _ROW and all(digit in row for digit in digits):
        return True
    return len(parts) <= _PARTS and _is_made_of(digits, {part for part in parts if len(part) >= _SHORTEST_PART})


def _is_made_of(digits: str, parts: set[str]) -> bool:
    return not digits or any(digits.startswith(part) and _is_made_of(digits[len(part) :], parts) for part in parts)


def _tells(part: str, whole_labels: bool) -> bool:
    if part[:1] == "@":  # the host of a mailbox, which other people use too
        return False
    return part[:1] == "." or (whole_labels and "." in part) or ("." in part and len(part) >= SHORTEST)


class Strangers:
    """What strangers wrote to each principal in the last day, stored sealed and shared by replicas. Methods raise
    StoreUnavailable."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._seen: LRUCache[str, _Seen] = LRUCache(500)
        self._noted: TTLCache[int, bool] = TTLCache(MOST_KNOWN, NOTED_SECS)
        self._marked: TTLCache[str, frozenset[str]] = TTLCache(MOST_KNOWN, MARKED_SECS)

    async def note(self, principal: str, texts: Sequence[str], filled_in: Sequence[str] = ()) -> None:
        """Store what an agent is about to read: these texts, and the addresses that Telnyx itself filled in."""
        read = hash((principal, *texts, "", *filled_in))
        if read in self._noted:  # an agent that polls for an answer reads the same again and again
            return
        await self._note(principal, texts, filled_in)
        self._noted[read] = True

    async def mark(self, reader: str, named: Iterable[str]) -> None:
        """Store that this agent reads what strangers wrote, and the addresses that it `named` in the call. It did not
        get those from strangers, unless it had read their texts before: then only the earlier addresses count."""
        if reader in self._marked:
            return
        before = await self._kept(reader)
        known = frozenset(named) if before is None else before
        sealed = self._vault.seal(json.dumps(sorted(known)).encode(), f"{KIND_READ}/{reader}")
        await self._store.put(KIND_READ, reader, sealed, INFLUENCE_SECS + MARKED_SECS)
        self._marked[reader] = known

    async def named_before_reading(self, reader: str) -> frozenset[str] | None:
        """The addresses that this agent named when it began to read what strangers wrote; None if it has read none for
        about an hour."""
        known: frozenset[str] | None = self._marked.get(reader)
        return known if known is not None else await self._kept(reader)

    async def _kept(self, reader: str) -> frozenset[str] | None:
        if (sealed := await self._store.get(KIND_READ, reader)) is None:
            return None
        try:
            return frozenset(json.loads(self._vault.open(sealed, f"{KIND_READ}/{reader}")))
        except (VaultError, ValueError):
            return frozenset()

    def wrote(self, principal: str, recipient: Recipient) -> bool:
        """Whether the recipient wrote to the account, as far as `named` has read the journal."""
        return recipient.value in self._of(principal).known

    async def _note(self, principal: str, texts: Sequence[str], filled_in: Sequence[str]) -> None:
        long = sum(map(len, texts)) > _AT_ONCE  # so that other requests do not wait
        traces = await to_thread.run_sync(Traces.of, texts) if long else Traces.of(texts)
        known = sorted({value for text in filled_in for _, value in addresses(text)})
        if self._of(principal).holds(traces, known):
            return
        entry = json.dumps([traces.digits, sorted(traces.hosts), known]).encode()
        self._of(principal).add(traces, known)
        sealed = self._vault.seal(entry, _place(principal))
        await self._store.journal.append(KIND, principal, sealed, keep=KEPT_ENTRIES, ttl_secs=KEPT_SECS)

    async def named(self, principal: str, recipients: Iterable[Recipient]) -> list[Recipient]:
        """The recipients that a stranger's text names, if an agent of this principal read it and they did not write
        themselves."""
        seen = self._of(principal)
        while entries := await self._store.journal.after(KIND, principal, seen.cursor, 500):
            for cursor, sealed in entries:
                seen.cursor = cursor
                if (opened := self._opened(principal, sealed)) is not None and not seen.holds(*opened):
                    seen.add(*opened)
        return [recipient for recipient in recipients if seen.is_named(recipient)]

    def _of(self, principal: str) -> _Seen:
        seen: _Seen = self._seen.setdefault(principal, _Seen())
        return seen

    def _opened(self, principal: str, sealed: bytes) -> tuple[Traces, list[str]] | None:
        try:
            digits, hosts, *known = json.loads(self._vault.open(sealed, _place(principal)))
        except (VaultError, ValueError):
            return None
        return Traces(digits, frozenset(hosts)), known[0] if known else []


def reader(call: Call) -> str:
    """The id of the agent that makes a call: texts that another client of the account read did not influence it."""
    parts = (call.caller.principal, call.client.name, call.caller.grant_id or "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _place(principal: str) -> str:
    return f"{KIND}/{principal}"
