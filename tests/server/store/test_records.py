"""Changes of records: none is lost, whoever makes another one at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault

pytestmark = pytest.mark.anyio
AT_ONCE = 40


@dataclass(frozen=True)
class Names:
    names: tuple[str, ...] = ()

    def with_(self, name: str) -> "Names":
        return Names((*self.names, name))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with aclosing(open_store(Settings(data_dir=tmp_path))) as store:
        yield store


def records(store: Store, secret: bytes = b"s" * 32) -> Records[Names]:
    return Records(store, Vault(Secret(secret)), "names", Names)


async def add(kept: Records[Names], name: str) -> Names:
    return await kept.change("of", lambda names: (names or Names()).with_(name), lambda _: 100.0)


async def test_of_many_changes_at_once_none_is_lost(store: Store) -> None:
    wanted = {f"name {number}" for number in range(AT_ONCE)}
    seen = await asyncio.gather(*(add(records(store), name) for name in wanted))
    assert sorted(len(names.names) for names in seen) == list(range(1, AT_ONCE + 1))
    kept = await records(store).get("of")
    assert kept is not None
    assert set(kept.names) == wanted


async def test_what_cannot_be_read_is_replaced_and_nobody_waits(store: Store) -> None:
    await add(records(store, b"o" * 32), "with a secret that is gone")
    with anyio.fail_after(10):
        assert await add(records(store), "new") == Names(("new",))
    assert await records(store).get("of") == Names(("new",))


async def test_a_change_that_is_refused_leaves_the_record_as_it_was(store: Store) -> None:
    def refused(names: Names | None) -> Names:
        raise LookupError

    await add(records(store), "first")
    with pytest.raises(LookupError):
        await records(store).change("of", refused, lambda _: 100.0)
    assert await records(store).get("of") == Names(("first",))
