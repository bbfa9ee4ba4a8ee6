"""Hash chains: the records of one file, each bound to the one before by a keyed hash, and a head that counts them."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import Final

_HEAD: Final = re.compile(rb"([0-9]{12}) ([0-9a-f]{64}) ([0-9a-f]{64})\n")
_LINE: Final = re.compile(rb'(\{.*),"hash":"([0-9a-f]{64})"\}\n')


class Chain:
    """The hash chain of one file. Without the key, nobody can add, change, move or remove a record undetected.

    The hash of a line is the HMAC-SHA256 of the previous hash and of everything before the hash in the line. The rest
    of the line has one fixed form, so every byte is covered. The first hash is bound to the name of the file.
    """

    def __init__(self, key: bytes, name: str) -> None:
        self._key = key
        self.name = name
        self.hash = _hmac(key, b"chain", name.encode())
        self.count = 0

    def add(self, record: bytes) -> bytes:
        """Add a record, a JSON object with members, to the chain; return its line."""
        self._bind(record[:-1])
        return b'%b,"hash":"%b"}\n' % (record[:-1], self.hash)

    def take(self, line: bytes) -> bytes | None:
        """Add the line if it is the next one of the chain, and return its record; else return None."""
        match = _LINE.fullmatch(line)
        if match is None or not hmac.compare_digest(_hmac(self._key, self.hash, match[1]), match[2]):
            return None
        self._bind(match[1])
        return match[1] + b"}"

    def head(self) -> bytes:
        """The signed number of records and hash of the last one. Its length is the same for every count."""
        counted = b"%012d %b" % (self.count, self.hash)
        return b"%b %b\n" % (counted, _hmac(self._key, b"head", self.name.encode(), counted))

    def _bind(self, body: bytes) -> None:
        self.hash = _hmac(self._key, self.hash, body)
        self.count += 1


@dataclass(frozen=True, slots=True)
class Head:
    """The number of records in a file, and the hash of the last one."""

    count: int
    hash: bytes

    @classmethod
    def read(cls, written: bytes, key: bytes, name: str) -> Head | None:
        """The head, or None where it was not written with this key for this file."""
        match = _HEAD.fullmatch(written)
        if match is None:
            return None
        signature = _hmac(key, b"head", name.encode(), written[: match.end(2)])
        return cls(int(match[1]), match[2]) if hmac.compare_digest(signature, match[3]) else None


def _hmac(key: bytes, *parts: bytes) -> bytes:
    """The HMAC-SHA256 of the parts, joined by line feeds. Only the last part may hold one, so it is unambiguous."""
    return hmac.digest(key, b"\n".join(parts), "sha256").hex().encode()
