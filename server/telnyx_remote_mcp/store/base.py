"""The protocol of a store: small values by kind and key, each with an optional time to live."""

from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from telnyx_remote_mcp.buckets import Rate
from telnyx_remote_mcp.store.counters import Counters
from telnyx_remote_mcp.store.journal import Journal

MAX_KEYS: Final = 1_000
"""The most keys that one listing returns."""


class StoreError(ValueError):
    """The store cannot be used as it is configured; the text says what to do."""


class StoreUnavailable(Exception):
    """The store did not answer. Whether a write that was under way took effect is not known."""


class Store(Protocol):
    """Small values by (kind, key). Every operation is atomic, over processes and replicas, and raises StoreUnavailable.

    Whoever reads the store can read its keys. So callers use random ids, or HMACs of what identifies somebody
    (`Secret.name_key("store")`), as keys, and seal secret values (`Vault`). Without `ttl_secs` a value stays until it
    is deleted. Files and connections are opened with the first operation.
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
        """Whether the store did not answer when it was last used, or answered a moment ago that it cannot write."""
        ...

    def rate(self, name: str, per_minute: int) -> Rate:
        """A rate limit of this name.

        Everybody who shares the store counts together, where that is quick; otherwise, and while the store does not
        answer, each process counts by itself. Its keys can be read in the store: see `Rates`.
        """
        ...

    def prepare(self) -> None:
        """Check at the start that the store can be opened. Raises StoreError."""
        ...

    async def get(self, kind: str, key: str) -> bytes | None:
        """The value; None if there is none, or it has expired."""
        ...

    async def put(self, kind: str, key: str, value: bytes, ttl_secs: float | None = None) -> None:
        """Store the value, and replace an existing one."""
        ...

    async def add(self, kind: str, key: str, value: bytes, ttl_secs: float | None = None) -> bool:
        """Store the value if there is none. Returns whether it was stored: of concurrent calls one succeeds."""
        ...

    async def swap(self, kind: str, key: str, old: bytes, new: bytes, ttl_secs: float | None = None) -> bool:
        """Replace `old` with `new` if `old` is still stored. Returns whether it was. The time to live starts anew."""
        ...

    async def take(self, kind: str, key: str) -> bytes | None:
        """Delete the value and return it. Of concurrent calls one gets it."""
        ...

    async def delete(self, kind: str, key: str, *, only: bytes | None = None) -> None:
        """Delete the value; with `only`, if it is still that one."""
        ...

    async def keys(self, kind: str, prefix: str = "") -> list[str]:
        """Up to 1,000 keys of a kind that begin with `prefix`, sorted. Too slow to be called for every request."""
        ...

    def locked(self, name: str, ttl_secs: float = 30) -> AbstractAsyncContextManager[None]:
        """Hold the lock of this name across processes: wait for it, and release it at the end.

        The holder has `ttl_secs` for its work. Then TimeoutError ends the work, and others may take the lock.
        """
        ...

    async def aclose(self) -> None:
        """Close files and connections."""
        ...
