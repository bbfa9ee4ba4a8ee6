"""Names stay when the secret changes, and are the same at all replicas.

`tests/fixtures/names/first.json` is what the first version that kept their keys stored. That file stays as it is.
"""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import anyio
import pytest
from tests.server.store.examples import SECRET

from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.names import KIND, Names
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio

FIRST = Path(__file__).parents[2] / "fixtures" / "names" / "first.json"
OLD, NEW, LAST = b"o" * 32, b"n" * 32, b"l" * 32


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with aclosing(SqliteStore(tmp_path / "state.db")) as store:
        yield store


async def started(store: Store, *values: bytes) -> Secret:
    """The secret of a server that starts on the store."""
    secret = Secret(*values)
    await Names(store, secret).settle()
    return secret


async def test_they_are_made_by_the_first_value_and_stay_when_it_is_gone(store: Store) -> None:
    first = Secret(OLD).derive("pepper")
    for values in ((OLD,), (OLD, NEW), (NEW, OLD), (NEW,), (NEW, LAST), (LAST, NEW), (LAST,)):
        assert (await started(store, *values)).name_key("pepper") == first


async def test_what_earlier_versions_named_by_each_value_is_found(store: Store) -> None:
    await started(store, OLD)
    secret = await started(store, NEW, OLD)
    assert secret.name_keys("store") == [Secret(OLD).derive("store"), Secret(NEW).derive("store")]


async def test_processes_that_start_at_once_agree(store: Store) -> None:
    secrets = [Secret(NEW, OLD), Secret(OLD, NEW)] * 5
    async with anyio.create_task_group() as tasks:
        for secret in secrets:
            tasks.start_soon(Names(store, secret).settle)
    assert len({secret.name_key("pepper") for secret in secrets}) == 1


async def test_a_process_that_stores_them_between_two_steps_of_another_counts_as_no_other_secret(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    get = store.get

    async def overtaken(*of: str) -> bytes | None:
        found = await get(*of)
        monkeypatch.setattr(store, "get", get)
        await started(store, OLD)
        return found

    monkeypatch.setattr(store, "get", overtaken)
    assert (await started(store, NEW, OLD)).name_key("pepper") == Secret(OLD).derive("pepper")
    assert await store.keys(KIND) == ["keys"]
    assert caplog.records == []


async def test_with_the_values_that_sealed_them_gone_names_begin_anew(store: Store) -> None:
    await started(store, OLD)
    assert (await started(store, NEW)).name_key("pepper") == Secret(NEW).derive("pepper")


async def test_a_replica_with_a_wrong_value_changes_no_names_of_the_others(store: Store) -> None:
    await started(store, OLD)
    first = await started(store, NEW, OLD)
    wrong = await started(store, LAST)
    assert wrong.name_key("pepper") == Secret(LAST).derive("pepper")
    assert (await started(store, NEW)).name_key("pepper") == first.name_key("pepper")
    for values in ((LAST, NEW), (NEW, LAST)):
        assert (await started(store, *values)).name_key("pepper") == first.name_key("pepper")


async def test_names_that_began_anew_stay_when_the_secret_changes_again(store: Store) -> None:
    await started(store, OLD)
    for values in ((NEW,), (NEW, LAST), (LAST, NEW), (LAST,)):
        assert (await started(store, *values)).name_key("pepper") == Secret(NEW).derive("pepper")


async def test_none_is_made_before_the_store_answered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def down(*_: object) -> None:
        raise StoreUnavailable("down")

    monkeypatch.setattr("telnyx_remote_mcp.store.names._RETRY_SECS", 0.0)
    await started(store, OLD)
    secret = Secret(NEW, OLD)
    names = Names(store, secret)
    with monkeypatch.context() as outage:
        outage.setattr(store, "get", down)
        running = names.running()
        await running.__aenter__()
        with pytest.raises(StoreUnavailable):
            secret.name_key("pepper")
    with anyio.fail_after(5):
        while True:
            try:
                assert secret.name_key("pepper") == Secret(OLD).derive("pepper")
                break
            except StoreUnavailable:
                await anyio.lowlevel.checkpoint()
    await running.__aexit__(None, None, None)


async def test_those_that_were_stored_are_read_and_those_of_a_newer_version_are_kept(store: Store) -> None:
    example = json.loads(FIRST.read_text())
    await store.put(KIND, example["key"], bytes.fromhex(example["hex"]))
    secret = await started(store, SECRET)
    assert {purpose: secret.name_key(purpose).hex() for purpose in example["keys"]} == example["keys"]


async def test_names_of_its_own_that_are_damaged_are_made_anew_and_hold_no_start_up(store: Store) -> None:
    await started(store, OLD)
    for _ in range(2):  # the second time it finds the damaged ones
        with anyio.fail_after(10):
            assert (await started(store, NEW)).name_key("pepper") == Secret(NEW).derive("pepper")
        (own,) = [key for key in await store.keys(KIND) if key != "keys"]
        await store.put(KIND, own, b"damaged")
    assert (await started(store, OLD)).name_key("pepper") == Secret(OLD).derive("pepper")
