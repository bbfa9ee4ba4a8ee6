"""The writer of the audit log: one hash chain for each process and day, and a new one if the clock is set back."""

from __future__ import annotations

import errno
import os
import secrets
import sys
import time
import weakref
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from pydantic_core import to_json

from telnyx_remote_mcp.audit.chain import Chain
from telnyx_remote_mcp.clock import earliest

DIRECTORY: Final = "audit"
HEADS: Final = "heads"
"""The directory of the signed heads. A head shows that its file was cut short: without the key it cannot be forged."""
SUFFIX: Final = ".jsonl"
CHAIN: Final = "audit"
"""The first member of a printed record: the name of its chain."""
DAY_SECS: Final = 86_400


class AuditUnavailable(Exception):
    """The audit log cannot be written."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of a record: its id in the log, its hash, and when it was written. It lets its holder check that the
    record is unchanged. A record that is in no log has no hash."""

    id: str
    hash: str
    at: str

    def __str__(self) -> str:
        return f"{self.id} {self.hash[:16]}"


class AuditLog:
    """The audit log of one process: a file below `directory`, created with the first record, or without a directory
    lines on standard error.

    `key` returns the 32 bytes for the hash chain. The files are readable only by the user that the process runs as.
    Whenever a new file is begun, files that have not been written to for `keep_days` are deleted, if they can be.
    """

    def __init__(
        self,
        directory: Path | None,
        key: Callable[[], bytes],
        *,
        keep_days: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._directory = directory
        self._made_key = key
        self._keep_secs = keep_days * DAY_SECS
        self._clock = clock
        self._file: _File | _Lines | None = None
        self._day = 0

    @cached_property
    def key(self) -> bytes:
        """The key, which is loaded for the first record."""
        return self._made_key()

    @property
    def begun(self) -> bool:
        """Whether a file was opened before."""
        return self._file is not None

    def open(self) -> None:
        """Open a file to write to, if none is open. Raises AuditUnavailable."""
        self._today()

    def append(self, record: Mapping[str, object]) -> Receipt:
        """Write the record with its number and the time, so that it outlives the process. Raises AuditUnavailable."""
        file, now = self._today(), self._clock()
        try:
            return file.append(_moment(now), record)
        except OSError as error:
            raise AuditUnavailable(_reason(error)) from error

    def unwritten(self) -> Receipt:
        """A receipt with a new id and no hash, for a record that is not written to the log."""
        return Receipt(secrets.token_hex(8), "", _moment(self._clock()))

    def sync(self) -> None:
        """Flush what was written to the disk, so that it outlives the machine. Blocks; raises AuditUnavailable."""
        try:
            if self._file is not None:
                self._file.sync()
        except OSError as error:
            raise AuditUnavailable(_reason(error)) from error

    def _today(self) -> _File | _Lines:
        day = int(self._clock() // DAY_SECS)
        if self._file is None or self._day != day:
            name = f"{datetime.fromtimestamp(self._clock(), UTC):%Y%m%d}-{secrets.token_hex(4)}"
            try:
                self._file = self._opened(Chain(self.key, name))
            except (OSError, ValueError) as error:
                raise AuditUnavailable(_reason(error)) from error
            self._day = day
        return self._file

    def _opened(self, chain: Chain) -> _File | _Lines:
        if self._directory is None:
            return _Lines(chain)
        file = _File(self._directory, chain)
        with suppress(OSError):  # the list of files cannot be read
            self._forget([*self._directory.glob(f"*{SUFFIX}")])
        return file

    def _forget(self, paths: Iterable[Path]) -> None:
        """Delete the old ones of these files. One that cannot be deleted, or that another process deletes meanwhile,
        holds nothing up."""
        oldest = earliest() - self._keep_secs  # a clock that is set forward deletes nothing
        for path in paths:
            with suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink(missing_ok=True)
                    (path.parent / HEADS / path.stem).unlink(missing_ok=True)


class _File:
    """One hash chain on the disk, and its head."""

    def __init__(self, directory: Path, chain: Chain) -> None:
        (directory / HEADS).mkdir(mode=0o700, parents=True, exist_ok=True)
        self.chain = chain
        self._records = _created(directory / f"{chain.name}{SUFFIX}")
        self._head = _created(directory / HEADS / chain.name)
        self._size = 0
        weakref.finalize(self, _close, self._records, self._head)

    def append(self, at: str, record: Mapping[str, object]) -> Receipt:
        """Write the head before the record. If the record cannot be written, both are undone; if the record is cut off
        later, the head shows that it is missing."""
        before = self.chain.hash, self.chain.count
        line = self.chain.add(to_json({"n": self.chain.count + 1, "at": at, **record}))
        try:
            _write(self._head, self.chain.head(), 0)
            _write(self._records, line, self._size)
        except OSError:
            self.chain.hash, self.chain.count = before
            os.ftruncate(self._records, self._size)
            _write(self._head, self.chain.head(), 0)
            raise
        self._size += len(line)
        return Receipt(f"{self.chain.name}-{self.chain.count}", self.chain.hash.decode(), at)

    def sync(self) -> None:
        os.fsync(self._records)  # a head that is behind its records counts as valid


class _Lines:
    """One chain printed as lines on standard error, for a collector of logs. Each line begins with the chain's name."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain

    def append(self, at: str, record: Mapping[str, object]) -> Receipt:
        before = self.chain.hash, self.chain.count
        named = {CHAIN: self.chain.name, "n": self.chain.count + 1, "at": at, **record}
        try:
            _print(self.chain.add(to_json(named)))
        except OSError:
            self.chain.hash, self.chain.count = before
            raise
        return Receipt(f"{self.chain.name}-{self.chain.count}", self.chain.hash.decode(), at)

    def sync(self) -> None:
        """Nothing to do: what was printed is with the collector."""


def _print(line: bytes) -> None:
    file = sys.stderr.fileno()
    while line:
        line = line[os.write(file, line) :]


def _created(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)


def _write(file: int, content: bytes, at: int) -> None:
    os.lseek(file, at, os.SEEK_SET)
    if os.write(file, content) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _close(*files: int) -> None:
    for file in files:
        os.close(file)


def _moment(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _reason(error: Exception) -> str:
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)
