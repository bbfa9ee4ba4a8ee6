"""What agents did goes on being kept, whatever one of them calls itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from telnyx_remote_mcp.audit import activity
from telnyx_remote_mcp.audit.activity import Activity
from telnyx_remote_mcp.audit.log import Receipt
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite.store import SqliteStore

pytestmark = pytest.mark.anyio

SECRET = Secret(b"s" * 32)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = SqliteStore(tmp_path / "state.db", durable=False)
    yield opened
    await opened.aclose()


async def test_a_name_that_cannot_be_written_hides_nothing_of_its_account_and_of_no_other(store: Store) -> None:
    kept = Activity(store, lambda: SECRET, keep_days=1)
    for who, client in (("hostile", "half \ud800"), ("other", "Desk")):
        kept.note(
            Receipt(id=f"{who} 1", hash="0" * 64, at="2026-01-01T00:00:00.000Z"),
            {"who": who, "event": "call", "effect": "write", "tool": "t", "client": client},
        )
        await kept.aclose()
        assert [each["client"] for each in (await kept.recent([who])).records] == [client.replace("\ud800", "?")]


async def test_an_error_that_nobody_expects_ends_no_keeping(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "TOGETHER_SECS", 0.01)
    secrets = iter([OSError("the secret cannot be read")])

    def secret() -> Secret:
        for error in secrets:
            raise error
        return SECRET

    kept = Activity(store, secret, keep_days=1)
    record = {"who": "w", "event": "call", "effect": "write", "tool": "t", "client": "Desk"}
    for number in range(2):
        kept.note(Receipt(id=str(number), hash="0" * 64, at=f"2026-01-01T00:00:00.00{number}Z"), record)
        await anyio.sleep(0.2)
    assert [each["id"] for each in (await kept.recent(["w"])).records] == ["1", "0"]
    await kept.aclose()


async def test_an_account_whose_records_cannot_be_written_holds_up_no_other(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "TOGETHER_SECS", 0.01)
    kept = Activity(store, lambda: SECRET, keep_days=1)
    for who, client in (("odd", object()), ("other", "Desk")):
        kept.note(
            Receipt(id=f"{who} 1", hash="0" * 64, at="2026-01-01T00:00:00.000Z"),
            {"who": who, "event": "call", "effect": "write", "tool": "t", "client": "Desk"},
        )
        kept._waiting[who][0]["client"] = client  # what no call can have, as far as we know
    await anyio.sleep(0.3)
    assert [each["client"] for each in (await kept.recent(["other"])).records] == ["Desk"]
    del kept._waiting["odd"]
    await kept.aclose()
