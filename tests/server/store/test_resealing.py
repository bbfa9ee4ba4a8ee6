"""What another value of the secret sealed is sealed again while both are there."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import anyio
import pytest

from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.resealing import Resealing
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio

OLD, NEW = b"o" * 32, b"n" * 32


class Part:
    """Something that keeps sealed records."""

    def __init__(self) -> None:
        self.renewed = 0
        self.fails = False
        self.done = anyio.Event()

    async def renew(self) -> None:
        if self.fails:
            raise StoreUnavailable("down")
        self.renewed += 1
        self.done.set()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with aclosing(SqliteStore(tmp_path / "state.db")) as store:
        yield store


async def test_one_of_all_with_the_same_first_value_does_it_once_an_hour(store: Store) -> None:
    part = Part()
    for values in ((NEW, OLD), (NEW, OLD), (OLD, NEW), (OLD, NEW)):
        await Resealing(store, Secret(*values), [part.renew]).take_turn()
    assert part.renewed == 2


async def test_a_turn_that_failed_is_taken_again(store: Store) -> None:
    part = Part()
    resealing = Resealing(store, Secret(NEW, OLD), [part.renew])
    part.fails = True
    with pytest.raises(StoreUnavailable):
        await resealing.take_turn()
    part.fails = False
    await resealing.take_turn()
    assert part.renewed == 1


async def test_it_is_done_beside_the_requests_while_there_are_several_values(store: Store) -> None:
    for values, renewed in (((NEW,), 0), ((NEW, OLD), 1)):
        part = Part()
        async with Resealing(store, Secret(*values), [part.renew]).running():
            if renewed:
                with anyio.fail_after(5):
                    await part.done.wait()
        assert part.renewed == renewed
