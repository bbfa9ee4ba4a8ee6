"""The reader of the audit log: lists its records, and verifies that they are unchanged."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from telnyx_remote_mcp.audit.chain import Chain, Head
from telnyx_remote_mcp.audit.log import CHAIN, HEADS, SUFFIX

_SETTLE_SECS: Final = 0.05
"""How long after its head a record may reach the disk, in a process that is writing."""

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the log that is not as it was written. `record` is the number of the first record concerned."""

    file: str
    record: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}, record {self.record}: {self.problem}"


def records(directory: Path) -> Iterator[Record]:
    """Every record, oldest first, not verified; `id` is that of its receipt.

    Those of one file come in the order in which they were written, also where the clock was set back meanwhile.

    Records that can no longer be parsed are left out: `verify` reports them.
    """
    found: list[tuple[str, Record]] = []
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        latest = ""
        for record in filter(None, map(_parsed, path.read_bytes().splitlines())):
            latest = max(latest, str(record.get("at")))
            found.append((latest, {"id": f"{path.stem}-{record.get('n')}", **record}))
    yield from (record for _, record in sorted(found, key=lambda each: each[0]))


def verify(directory: Path, keys: Sequence[bytes]) -> list[Fault]:
    """Everything that is not as it was written with one of the keys; empty if the log is intact.

    It detects every changed byte; a record that is missing (also at the end), moved or forged; a file without its head;
    and a head without its file. It cannot detect that a file and its head were both deleted, or both replaced by older
    versions: receipts and exports show that. A file collected from lines never had a head: of such a file it cannot
    detect either that the last records are missing.
    """
    files = {path.stem for path in directory.glob(f"*{SUFFIX}")}
    heads = {path.name for path in (directory / HEADS).glob("*")}
    return [fault for name in sorted(files | heads) for fault in _checked(directory, name, keys)]


def _checked(directory: Path, name: str, keys: Sequence[bytes]) -> list[Fault]:
    def read() -> list[Fault]:
        head = _bytes(directory / HEADS / name)  # read before the records: another process may append more meanwhile
        return faults(name, _bytes(directory / f"{name}{SUFFIX}"), head, keys)

    if found := read():  # perhaps the record of this head is just being written
        time.sleep(_SETTLE_SECS)
        found = read()
    return found


def faults(name: str, written: bytes | None, headed: bytes | None, keys: Sequence[bytes]) -> list[Fault]:
    """What is wrong with the file of this name. `written` are its bytes, `headed` its head's; None if missing."""
    if not headed and not written:  # created, but never written to
        return []
    lines = (written or b"").splitlines(keepends=True)
    key = _key_of(name, headed, lines, keys)
    if key is None:
        return [Fault(name, 1, "written with another secret, or not by this server")]
    if headed is None and (_parsed(lines[0]) or {}).get(CHAIN) == name:  # collected from lines, which have no head
        return _broken(Chain(key, name), lines, Head(0, b""))
    head = Head.read(headed, key, name) if headed is not None else None
    if head is None:
        return [Fault(name, len(lines), "its head is missing" if headed is None else "its head was changed")]
    return _broken(Chain(key, name), lines, head)


def _broken(chain: Chain, lines: Sequence[bytes], head: Head) -> list[Fault]:
    """Where the lines differ from the chain that the head describes."""
    last = b""
    for line in lines:
        if chain.take(line) is None:
            return [Fault(chain.name, chain.count + 1, "changed, moved or made up, or the one before it is missing")]
        last = chain.hash if chain.count == head.count else last
    if chain.count < head.count:
        lost = head.count - chain.count
        return [Fault(chain.name, chain.count + 1, f"the last {lost} of {head.count} are missing")]
    if head.count and last != head.hash:
        return [Fault(chain.name, head.count, "not the one that its head names")]
    return []


def _key_of(name: str, head: bytes | None, lines: Sequence[bytes], keys: Sequence[bytes]) -> bytes | None:
    """The key that matches the head or the first record of a file; None if none of them does."""
    for key in keys:
        if (head is not None and Head.read(head, key, name) is not None) or (
            lines and Chain(key, name).take(lines[0]) is not None
        ):
            return key
    return None


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
