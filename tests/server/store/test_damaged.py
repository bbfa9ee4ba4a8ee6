"""A stored record that this version cannot read counts as gone: nobody gets an error 500 of it, or more access."""

import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from tests.server.store.examples import ACCOUNT, SECRET
from tests.server.store.stored import VERSIONS, Entry, Readers, Stored

from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite import SqliteStore
from telnyx_remote_mcp.store.vault import Vault

pytestmark = pytest.mark.anyio

STORED = Stored(VERSIONS[-1])
VAULT = Vault(Secret(SECRET))
BOUNDARIES = ("grant", "link", "sign-in")
"""Kinds that hold how far access goes: with a field missing they must not be read as another record."""

Path_ = tuple[str | int, ...]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = SqliteStore(tmp_path / "state.db")
    await STORED.fill(store)
    yield store
    await store.aclose()


def place(entry: Entry) -> str:
    accounts = {STORED.held["narrowed_grant"]: ACCOUNT, STORED.held["whole_grant"]: STORED.held["telnyx_principal"]}
    return f"{entry.kind}/{entry.key}" + (f"/{accounts[entry.key]}" if entry.kind == "link" else "")


def plain(entry: Entry) -> bytes:
    return VAULT.open(entry.value, place(entry)) if sealed(entry) else entry.value


def sealed(entry: Entry) -> bool:
    return entry.value.startswith(b"\x01")


async def reading(store: Store, entry: Entry, content: bytes) -> object:
    """What is read where the entry's content is another one, sealed as every content is; all else is as it was."""
    await store.put(entry.kind, entry.key, VAULT.seal(content, place(entry)))
    return await Readers(store, STORED.held).read(entry.kind, entry.key)


def holders(document: object, path: Path_ = ()) -> Iterator[Path_]:
    """The ways to all members of the document."""
    if isinstance(document, dict | list):
        for key, value in document.items() if isinstance(document, dict) else enumerate(document):
            yield (*path, key)
            yield from holders(value, (*path, key))


def changed(document: object, path: Path_, change: Callable[[object, str | int], None]) -> bytes:
    copy = json.loads(json.dumps(document))
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    change(holder, path[-1])
    return json.dumps(copy).encode()


def removing(holder: object, key: str | int) -> None:
    del holder[key]


def setting(value: object) -> Callable[[object, str | int], None]:
    def change(holder: object, key: str | int) -> None:
        holder[key] = value

    return change


documents = pytest.mark.parametrize(
    "entry",
    [entry for entry in STORED.entries if plain(entry).startswith(b"{")],
    ids=lambda entry: f"{entry.kind}-{entry.key[:6]}",
)
entries = pytest.mark.parametrize("entry", STORED.entries, ids=lambda entry: f"{entry.kind}-{entry.key[:6]}")


@documents
async def test_a_field_may_be_missing(entry: Entry, store: Store) -> None:
    document = json.loads(plain(entry))
    intact = await reading(store, entry, plain(entry))
    assert intact is not None
    for path in holders(document):
        found = await reading(store, entry, changed(document, path, removing))
        if entry.kind in BOUNDARIES and isinstance(path[-1], str):
            assert found in (intact, None), path


@documents
async def test_a_field_may_be_unknown(entry: Entry, store: Store) -> None:
    document = json.loads(plain(entry))
    intact = await reading(store, entry, plain(entry))
    added = changed(document, ("a_field_of_tomorrow",), setting({"nested": [1]}))
    found = await reading(store, entry, added)
    assert type(found) is type(intact)
    if entry.kind != "signing_key":
        assert found == intact


@documents
async def test_a_field_may_hold_something_else(entry: Entry, store: Store) -> None:
    document = json.loads(plain(entry))
    for path in holders(document):
        for value in (None, -1, "é\x00", []):
            await reading(store, entry, changed(document, path, setting(value)))


@entries
async def test_its_end_may_be_missing(entry: Entry, store: Store) -> None:
    content = plain(entry)
    for length in {0, 1, len(content) // 2, len(content) - 1} & set(range(len(content))):
        await reading(store, entry, content[:length])
        await store.put(entry.kind, entry.key, entry.value[:length])
        await Readers(store, STORED.held).read(entry.kind, entry.key)


@entries
async def test_it_may_be_something_else_altogether(entry: Entry, store: Store) -> None:
    for content in (b"\xff\xfe", b"null", b"[]", b"{}", b"7", b"[" * 5_000):
        await reading(store, entry, content)
        await store.put(entry.kind, entry.key, content)
        await Readers(store, STORED.held).read(entry.kind, entry.key)


async def test_the_log_tells_the_kind_and_nothing_else(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    (entry, _) = (entry for entry in STORED.entries if entry.kind == "grant")
    caplog.set_level(logging.WARNING, "telnyx_remote_mcp")
    assert await reading(store, entry, b'{"client_name": "MARKED"}') is None
    assert {record.getMessage() for record in caplog.records} == {
        "A stored grant cannot be read by this version: it counts as gone."
    }


async def test_a_link_that_cannot_be_read_does_not_end_its_grant(store: Store) -> None:
    """Another version, that runs beside this one or comes back, can still read it."""
    (entry, _) = (entry for entry in STORED.entries if entry.kind == "link")
    assert await reading(store, entry, b"{}") is None
    assert await store.get("grant", entry.key) is not None
    assert await store.get("link", entry.key) is not None
