"""An operator ends a connection without its owner."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import anyio
import pytest

from telnyx_remote_mcp.auth.grants import RECENT_SECS, Grants
from telnyx_remote_mcp.auth.links import ApiKeyLink
from telnyx_remote_mcp.cli import main
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import FILE_NAME, Secret
from telnyx_remote_mcp.surface.permission import Level, permission

pytestmark = pytest.mark.anyio
KINDS = ("grant", "link", "account")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with aclosing(open_store(Settings(data_dir=tmp_path))) as store:
        yield store


async def granted(grants: Grants) -> str:
    draft = await grants.create(
        client_id="client-1",
        client_name="Assistant",
        account="account-1",
        linked=ApiKeyLink("KEY0123456789abcdef_MARKED"),
        permission=permission({"messaging": Level.LOOK}),
        scopes=frozenset({"messaging.read"}),
    )
    await grants.begin(draft.id, 3_600)
    return draft.id


async def run(*arguments: object) -> int:
    return await anyio.to_thread.run_sync(main, ["revoke", *map(str, arguments)])


async def test_nothing_is_left_of_it_and_a_server_that_runs_notices(
    tmp_path: Path, store: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    now = 1_000.0
    grants = Grants(store, Secret.load(None, tmp_path), monotonic=lambda: now)
    one, other = await granted(grants), await granted(grants)
    assert await grants.get(one) is not None
    assert await run(one, "--data-dir", tmp_path) == 0
    assert "The connection of Assistant is ended" in capfd.readouterr().out
    now += RECENT_SECS
    assert await grants.get(one) is None
    assert await grants.get(other) is not None
    assert [len(await store.keys(kind)) for kind in KINDS] == [1, 1, 1]
    assert await run(one, "--data-dir", tmp_path) == 1
    assert "no such connection" in capfd.readouterr().err


async def test_with_another_secret_nothing_is_written(
    tmp_path: Path, store: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    grant = await granted(Grants(store, Secret.load(None, tmp_path)))
    (tmp_path / FILE_NAME).write_text("o" * 32)
    assert await run(grant, "--data-dir", tmp_path) == 1
    assert "another TELNYX_MCP_SECRET; nothing was changed" in capfd.readouterr().err
    assert [len(await store.keys(kind)) for kind in (*KINDS, "names")] == [1, 1, 1, 0]


def test_where_no_store_is_none_is_made(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for directory in (tmp_path, tmp_path / "none"):
        assert main(["revoke", "a", "--data-dir", str(directory)]) == 1
        assert "There is no store" in capfd.readouterr().err
    assert [*tmp_path.iterdir()] == []
