"""The protocol of a store: small values, by kind and key, with an end."""

from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from telnyx_remote_mcp.buckets import Rate
from telnyx_remote_mcp.store.counters import Counters
from telnyx_remote_mcp.store.journal import Journal

MAX_KEYS: Final = 1_000
"""How many keys one listing gives at most."""


class StoreError(ValueError):
    """The store cannot be used as it is configured; the text says what to do."""


class StoreUnavailable(Exception):
    """The store did not answer. Whether a write that was under way took place is not known."""


class Store(Protocol):
    """Small values by (kind, key). Every operation is atomic, over processes and replicas, and raises StoreUnavailable.

    A key is readable by whoever reads the store: callers give random ids, or HMACs of what identifies somebody
    (`Secret.derive("store")`), and seal the values that are secret (`Vault`). Without `ttl_secs` a value stays
    until it is deleted. Files and connections are opened with the first operation.
    """

    @property
    def counters(self) -> Counters:
        """Numbers that are kept beside the values."""
        ...

    @property
    def journal(self) -> Journal:
        """The journal, kept beside the values."""
        ...

    @property
    def is_away(self) -> bool:
        """Whether the last use of it found that it does not answer."""
        ...

    def rate(self, name: str, per_minute: int) -> Rate:
        """A limit of its own, counted together by all who share the store, where that is quick; else by each process,
        as all do while the store does not answer. Keys are as readable as the others: see `Rates`.
        """
        ...

    def prepare(self) -> None:
        """Make sure, at the start, that the store can be opened. Raises StoreError."""
        ...

    async def get(self, kind: str, key: str) -> bytes | None:
        """The value, unless there is none or its time is over."""
        ...

    async def put(self, kind: str, key: str, value: bytes, ttl_secs: float | None = None) -> None:
        """Keep the value, in place of one that is there."""
        ...

    async def add(self, kind: str, key: str, value: bytes, ttl_secs: float | None = None) -> bool:
        """Keep the value only where there is none; whether it was kept. One of many at once wins."""
        ...

    async def swap(self, kind: str, key: str, old: bytes, new: bytes, ttl_secs: float | None = None) -> bool:
        """Keep `new` only where `old` still is; whether it was kept. Its time starts anew: nothing is inherited."""
        ...

    async def take(self, kind: str, key: str) -> bytes | None:
        """The value, which is deleted. One of many at once gets it."""
        ...

    async def delete(self, kind: str, key: str, *, only: bytes | None = None) -> None:
        """Delete the value; with `only`, as long as it is still that one."""
        ...

    async def keys(self, kind: str, prefix: str = "") -> list[str]:
        """Up to 1,000 keys of a kind that begin with `prefix`, sorted. For pages, not for the way of every request."""
        ...

    def locked(self, name: str, ttl_secs: float = 30) -> AbstractAsyncContextManager[None]:
        """Hold the lock of this name across processes: waits for it, and lets it go at the end.

        Whoever holds it has `ttl_secs` for its work, then TimeoutError ends the work and others may enter.
        """
        ...

    async def aclose(self) -> None:
        """Let go of files and connections."""
        ...
