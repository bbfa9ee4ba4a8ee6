"""Journals: what happened, in order, for any number of readers."""

import re
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

START: Final = "0"
"""The cursor before everything."""
_CURSOR: Final = re.compile(r"([0-9]{1,18})(-[0-9]{1,18})?")


class Journal(Protocol):
    """Entries by (kind, key) in the order in which they were appended, each with a cursor that grows.

    A reader who goes on after the cursor of the last entry that it saw misses nothing, whichever process appends. A
    cursor is a text, good for its own journal in its own store. Every operation is atomic, over processes and
    replicas, and raises StoreUnavailable. Keys and entries are as readable as those of the store.
    """

    async def append(
        self, kind: str, key: str, entry: bytes, *, keep: int, ttl_secs: float | None = None, once: str | None = None
    ) -> str | None:
        """Append an entry and return its cursor; the oldest of more than `keep` entries go.

        Entries older than `ttl_secs` may go as well, and all do when nothing is appended for that long. `once` names
        what the entry is about: None is returned, and nothing appended, while the journal holds an entry of that name.
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
        """The keys of journals of a kind to which anybody appends, as it happens, for as long as the context lasts.

        Whoever reads a journal after the context was entered, and again for its key, misses nothing. One watch serves a
        process: whichever way it comes by the news, that costs the same for one reader and for many. The iterator
        raises StoreUnavailable; what happened since is then not told.
        """
        ...

    async def end(self, kind: str, key: str) -> str:
        """The cursor of the newest entry, for a reader who only wants what comes next."""
        ...

    async def trim(self, kind: str, key: str, *, keep: int | None = None, older_than_secs: float | None = None) -> None:
        """Drop all entries but the newest `keep`, and those that are older."""
        ...


def position(cursor: str) -> tuple[int, int]:
    """The two numbers of a cursor. Raises ValueError."""
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise ValueError("That is no cursor: give one that was returned here, as it was.")
    return int(match[1]), int((match[2] or "-0")[1:])
