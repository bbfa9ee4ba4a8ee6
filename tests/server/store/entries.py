"""What a store keeps, as a file of examples has it."""

from collections.abc import Iterable, Mapping

from telnyx_remote_mcp.store.base import Store

Entry = Mapping[str, str]


async def entries_of(store: Store, kinds: Iterable[str]) -> list[Entry]:
    """All that the store keeps of these kinds."""
    return [await _entry(store, kind, key) for kind in kinds for key in await store.keys(kind)]


async def fill(store: Store, entries: Iterable[Entry]) -> None:
    """Keep these again."""
    for entry in entries:
        await store.put(entry["kind"], entry["key"], bytes.fromhex(entry["hex"]))


async def _entry(store: Store, kind: str, key: str) -> Entry:
    value = await store.get(kind, key)
    assert value is not None
    return {"kind": kind, "key": key, "hex": value.hex()}
