"""The history of one account: its records in the audit log, newest first. One scan reads a limited number of bytes."""

from __future__ import annotations

import heapq
import json
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

from telnyx_remote_mcp.audit.log import SUFFIX
from telnyx_remote_mcp.audit.reader import Record

MOST_BYTES: Final = 16 * 1_048_576
"""Bytes of the log that one scan reads."""
_BLOCK: Final = 262_144
_DAY: Final = 8
"""Characters at the start of a file's name that are its day."""


@dataclass(slots=True)
class ScanLimit:
    """The limit of one scan. A scan that `ended` at it has seen everything since `back_to`, and nothing before."""

    bytes_left: int = MOST_BYTES
    ended: bool = False
    back_to: str = ""

    def end(self, at: str) -> None:
        self.ended, self.back_to = True, max(self.back_to, at)


@dataclass(frozen=True, slots=True)
class History:
    """The records below `directory` whose `who` is among `whos`, whichever process wrote them. The scan goes back
    day by day and from the end of each file. It skips the records of other accounts without parsing them."""

    directory: Path
    whos: Collection[str]
    limit: ScanLimit = field(default_factory=ScanLimit)

    @property
    def older(self) -> str:
        """The moment before which nothing was scanned; "" if everything was."""
        return self.limit.back_to

    @property
    def since(self) -> str:
        """The moment from which the records are complete."""
        return self.limit.back_to

    def before(self, moment: str) -> Iterator[Record]:
        """The records from before the moment, which is written as in the log; `id` is that of the receipt."""
        days: dict[str, list[Path]] = {}
        for path in self.directory.glob(f"*{SUFFIX}"):
            days.setdefault(path.name[:_DAY], []).append(path)
        for day in sorted((day for day in days if _begin_of(day) < moment), reverse=True):
            files = [self._of_file(path, moment) for path in days[day]]
            for record in heapq.merge(*files, key=_at, reverse=True):
                if self.limit.ended and _at(record) < self.limit.back_to:
                    return
                yield record
            if self.limit.bytes_left < 0:
                self.limit.end(_begin_of(day))
                return

    def _of_file(self, path: Path, moment: str) -> Iterator[Record]:
        with path.open("rb") as file:
            for line in self._lines(file, _end_before(file, moment)):
                record = _parsed(line)
                if record.get("who") in self.whos and _at(record) < moment:
                    yield {"id": f"{path.stem}-{record.get('n')}", **record}

    def _lines(self, file: BinaryIO, end: int) -> Iterator[bytes]:
        """The lines before `end` that name the account, last one first. At least one block of every file is read, so
        that repeated scans make progress."""
        marks = [f'"who":"{who}"'.encode() for who in self.whos]
        while end > 0:
            block = _lines_before(file, end)
            if any(mark in block for mark in marks):
                yield from (line for line in reversed(block.splitlines()) if any(mark in line for mark in marks))
            end -= len(block)
            self.limit.bytes_left -= len(block)
            if end and self.limit.bytes_left < 0:
                self.limit.end(_after(_at(_parsed(_lines_before(file, end).splitlines()[-1]))))
                return


def _lines_before(file: BinaryIO, end: int) -> bytes:
    """The whole lines in the block before `end`, at which a line ends."""
    begin = max(0, end - _BLOCK)
    block = _read(file, begin, end)
    return block[block.find(b"\n", 0, -1) + 1 :] if begin else block


def _end_before(file: BinaryIO, moment: str) -> int:
    """The end of a line less than a block after the last record from before the moment. Records are in order, so a
    binary search finds it."""
    low, high = 0, file.seek(0, os.SEEK_END)
    while high - low > _BLOCK:
        middle = (low + high) // 2
        block = _read(file, middle, middle + _BLOCK)
        cut = block.find(b"\n") + 1
        begin = middle + cut
        if not cut or begin >= high:
            break
        is_later = _at(_parsed(block[cut:].partition(b"\n")[0])) >= moment
        low, high = (low, begin) if is_later else (begin, high)
    return high


def _read(file: BinaryIO, begin: int, end: int) -> bytes:
    file.seek(begin)
    return file.read(end - begin)


def _begin_of(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T00:00:00.000Z"


def _after(at: str) -> str:
    """The next millisecond, as the log writes it."""
    try:
        moment = datetime.fromisoformat(at) + timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return at
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _parsed(line: bytes) -> dict[str, Any]:
    """The record in a line; an empty one if the line is damaged, which `audit verify` reports."""
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _at(record: Record) -> str:
    return str(record.get("at", ""))
