"""Records of one kind: typed, encrypted, and bound to their key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter

from telnyx_remote_mcp.store.base import MAX_KEYS, Store
from telnyx_remote_mcp.store.record import Record
from telnyx_remote_mcp.store.vault import Vault

Value = TypeVar("Value")

_KEY_CHARACTERS: Final = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz."


@dataclass(frozen=True, slots=True)
class Kept(Generic[Value]):
    """A record with the stored bytes that it was read from: a swap succeeds while these are still stored."""

    value: Value
    sealed: bytes


class Records(Generic[Value]):
    """The records of one kind. Without the secret nobody can forge one, even with write access to the store.

    Bytes that were sealed for another key, or not by us, or that this version cannot read, count as no record. Methods
    raise StoreUnavailable.
    """

    def __init__(self, store: Store, vault: Vault, kind: str, form: type[Value]) -> None:
        self._store = store
        self._vault = vault
        self.kind = kind
        self._form: Record[Value] = _form(kind, form)

    async def get(self, key: str) -> Value | None:
        kept = await self.read(key)
        return kept.value if kept is not None else None

    async def read(self, key: str) -> Kept[Value] | None:
        """The record with its stored bytes, for a later `swap` or `delete`."""
        return self.opened(key, await self._store.get(self.kind, key))

    async def put(self, key: str, record: Value, ttl_secs: float | None) -> None:
        await self._store.put(self.kind, key, self._seal(key, record), ttl_secs)

    async def add(self, key: str, record: Value, ttl_secs: float | None) -> Kept[Value] | None:
        """Store the record if there is none; None if it was not stored."""
        kept = Kept(record, self._seal(key, record))
        return kept if await self._store.add(self.kind, key, kept.sealed, ttl_secs) else None

    async def swap(self, key: str, old: Kept[Value] | None, new: Value, ttl_secs: float | None) -> Kept[Value] | None:
        """Replace `old` with `new` if `old` is still stored; without `old`, add `new`. None if it was not stored."""
        if old is None:
            return await self.add(key, new, ttl_secs)
        kept = Kept(new, self._seal(key, new))
        return kept if await self._store.swap(self.kind, key, old.sealed, kept.sealed, ttl_secs) else None

    async def change(
        self, key: str, change: Callable[[Value | None], Value], ttl_secs: Callable[[Value], float | None]
    ) -> Value:
        """Replace the record by what `change` makes of it, None if there is none, and return that.

        Of changes at the same time none is lost: `change` is called again with what another one has stored. Bytes that
        cannot be read are replaced.
        """
        while True:
            sealed = await self._store.get(self.kind, key)
            kept = self.opened(key, sealed)
            new = change(kept.value if kept is not None else None)
            fresh, ttl = self._seal(key, new), ttl_secs(new)
            if sealed is None:
                stored = await self._store.add(self.kind, key, fresh, ttl)
            else:
                stored = await self._store.swap(self.kind, key, sealed, fresh, ttl)
            if stored:
                return new

    async def take(self, key: str) -> Value | None:
        """Delete the record and return it. Of concurrent calls one gets it."""
        kept = self.opened(key, await self._store.take(self.kind, key))
        return kept.value if kept is not None else None

    async def delete(self, key: str, *, only: Kept[Value] | None = None) -> None:
        """Delete the record; with `only`, if it is still that one."""
        await self._store.delete(self.kind, key, only=only.sealed if only is not None else None)

    async def all(self) -> AsyncIterator[tuple[str, Value]]:
        """Every record with its key; one that is deleted meanwhile is left out."""
        async for key in every_key(self._store, self.kind):
            if (record := await self.get(key)) is not None:
                yield key, record

    async def renew(
        self,
        ttl_secs: Callable[[Value], float | None],
        believed: Callable[[str, bytes], Value | None] | None = None,
        lasting: Callable[[Value], bool] = lambda _: True,
    ) -> None:
        """Re-seal with the first value of the secret what another one sealed, but for records that are not `lasting`.

        `believed` turns bytes that are no valid record into one, or returns None. It is only given once in the life of
        a store.
        """
        async for key in every_key(self._store, self.kind):
            raw = await self._store.get(self.kind, key)
            if raw is None:
                continue
            kept = self.opened(key, raw)
            record = kept.value if kept is not None else believed(key, raw) if believed is not None else None
            if record is not None and (kept is None or (self._vault.outdated(raw) and lasting(record))):
                await self._store.swap(self.kind, key, raw, self._seal(key, record), ttl_secs(record))

    def opened(self, key: str, sealed: bytes | None) -> Kept[Value] | None:
        """The record of these stored bytes; None if there are none, or they count as none."""
        value = self._form.open(sealed, self._vault, f"{self.kind}/{key}") if sealed is not None else None
        return Kept(value, sealed) if sealed is not None and value is not None else None

    def _seal(self, key: str, record: Value) -> bytes:
        return self._form.seal(record, self._vault, f"{self.kind}/{key}")


async def every_key(store: Store, kind: str, prefix: str = "") -> AsyncIterator[str]:
    """All keys of a kind, in as many listings as that takes. For work at the start, not for requests."""
    keys = await store.keys(kind, prefix)
    if len(keys) < MAX_KEYS:
        for key in keys:
            yield key
        return
    if prefix in keys:
        yield prefix
    for character in _KEY_CHARACTERS:
        async for key in every_key(store, kind, prefix + character):
            yield key


_forms: Final[dict[tuple[str, type], Record[Any]]] = {}
"""Those of a process: to build one takes milliseconds."""


def _form(kind: str, form: type[Value]) -> Record[Value]:
    if (kind, form) not in _forms:
        _forms[kind, form] = Record(kind, TypeAdapter(form))
    return _forms[kind, form]
