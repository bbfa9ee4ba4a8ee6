"""Journals: append-only logs of entries in order, for any number of readers."""

import re
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

START: Final = "0"
"""The cursor before everything."""
_CURSOR: Final = re.compile(r"([0-9]{1,18})(-[0-9]{1,18})?")


class Journal(Protocol):
    """Entries by (kind, key) in the order in which they were appended, each with an increasing cursor.

    A reader that goes on after the cursor of the last entry it saw misses nothing, whichever process appends. A cursor
    is a text, valid only for its own journal in its own store. Every operation is atomic, over processes and replicas,
    and raises StoreUnavailable. Keys and entries can be read in the store, like those of values.
    """

    async def append(
        self, kind: str, key: str, entry: bytes, *, keep: int, ttl_secs: float | None = None, once: str | None = None
    ) -> str | None:
        """Append an entry and return its cursor. Only the newest `keep` entries are kept.

        Entries older than `ttl_secs` may be dropped as well, and all are when nothing is appended for that long. `once`
        names what the entry is about: while the journal holds an entry of that name, nothing is appended, and None is
        returned.
        """
        ...

    async def after(self, kind: str, key: str, cursor: str, limit: int) -> list[tuple[str, bytes]]:
        """Up to `limit` entries after the cursor, oldest first, each with its own cursor.

        Raises ValueError for a text that is no cursor.
        """
        ...

    async def newest(self, kind: str, key: str, limit: int) -> list[tuple[str, bytes]]:
        """The newest `limit` entries, oldest first, each with its cursor."""
        ...

    def watch(self, kind: str) -> AbstractAsyncContextManager[AsyncGenerator[str, None]]:
        """Watch the journals of a kind: yields the key of each one that any process appends to, until the context ends.

        A reader misses nothing if it reads its journal once after the context was entered, and again whenever the key
        is yielded. One watch is enough for a process: it costs the same for one reader and for many. The iterator
        raises StoreUnavailable; appends after that are not reported.
        """
        ...

    async def end(self, kind: str, key: str) -> str:
        """The cursor of the newest entry, for a reader that only wants the entries after it."""
        ...

    async def trim(self, kind: str, key: str, *, keep: int | None = None, older_than_secs: float | None = None) -> None:
        """Drop all entries but the newest `keep`, and those older than `older_than_secs`."""
        ...


def position(cursor: str) -> tuple[int, int]:
    """The two numbers of a cursor. Raises ValueError."""
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise ValueError("That is no cursor: give one that was returned here, as it was.")
    return int(match[1]), int((match[2] or "-0")[1:])
