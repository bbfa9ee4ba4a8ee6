"""The store in Redis."""

from contextlib import aclosing
from pathlib import Path

import anyio
import pytest
import redis
from tests.e2e.processes import run
from tests.server.commands.test_revoke import granted
from tests.server.store.behaviour import StoreBehaviour
from tests.services.conftest import RedisServer

from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.cli import main
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import Store, StoreError, StoreUnavailable
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.telemetry.meter import Meter


@pytest.fixture
def settings(redis_server: RedisServer, tmp_path: Path) -> Settings:
    redis_server.flush()
    return Settings(secret="s" * 32, redis_url=redis_server.url, data_dir=tmp_path)


class TestRedisStore(StoreBehaviour):
    async def test_it_writes_no_file(self, settings: Settings, store: Store) -> None:
        await store.put("code", "a", b"one")
        assert list(settings.data_dir.iterdir()) == []

    async def test_it_is_unavailable_while_redis_is_down_and_back_when_it_is(
        self, redis_server: RedisServer, store: Store
    ) -> None:
        await store.put("code", "a", b"one")
        await anyio.to_thread.run_sync(redis_server.stop)
        with pytest.raises(StoreUnavailable):
            await store.get("code", "a")
        await anyio.to_thread.run_sync(redis_server.start)
        assert await store.get("code", "a") == b"one"

    @pytest.mark.parametrize(
        ("refuse", "allow"),
        [
            ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
            ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
        ],
    )
    async def test_it_is_away_for_a_moment_after_redis_refused_to_write(
        self, redis_server: RedisServer, store: Store, monkeypatch: pytest.MonkeyPatch, refuse: str, allow: str
    ) -> None:
        monkeypatch.setattr("telnyx_remote_mcp.store.redis.client.LOOK_EVERY_SECS", 0.5)
        await store.put("code", "a", b"one")
        with redis.Redis.from_url(redis_server.admin_url) as admin:
            admin.execute_command(refuse)
            try:
                for write in (store.put("code", "a", b"two"), store.counters.add("code", "a", 1, 60)):
                    assert not store.is_away
                    with pytest.raises(StoreUnavailable):
                        await write
                    assert await store.get("code", "a") == b"one"
                    assert store.is_away
                    await anyio.sleep(0.6)
            finally:
                admin.execute_command(allow)
        assert not store.is_away
        await store.put("code", "a", b"two")
        assert not store.is_away

    async def test_an_error_does_not_quote_the_password(self, tmp_path: Path) -> None:
        url = f"unix://user@{tmp_path}/none.sock?password=hunter2"
        store = open_store(Settings(secret="s" * 32, redis_url=url))
        with pytest.raises(StoreUnavailable) as caught:
            await store.get("code", "a")
        assert "hunter2" not in f"{caught.value} {caught.value.__cause__} {store!r}"
        await store.aclose()


class Uses(Meter):
    """Counts the uses of the store by their outcome."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []

    def store(self, backend: str, outcome: str, secs: float) -> None:
        self.outcomes.append(outcome)


@pytest.mark.anyio
async def test_a_watch_that_is_closed_is_no_use_that_failed(redis_server: RedisServer) -> None:
    redis_server.flush()
    meter = Uses()
    store = open_store(Settings(secret="s" * 32, redis_url=redis_server.url), meter)
    async with store.journal.watch("news") as news:
        await store.journal.append("news", "a", b"one", keep=10)
        assert await anext(news) == "a"
    with anyio.move_on_after(0.2):
        async with store.journal.watch("news") as news:
            await anext(news)
    await store.aclose()
    assert set(meter.outcomes) == {"ok"}


def test_a_url_of_another_kind_is_refused_without_quoting_it() -> None:
    with pytest.raises(StoreError, match="TELNYX_MCP_REDIS_URL") as caught:
        open_store(Settings(secret="s" * 32, redis_url="https://user:hunter2@example.com")).prepare()
    assert "hunter2" not in str(caught.value)


def test_the_doctor_says_whether_redis_answers(redis_server: RedisServer, tmp_path: Path) -> None:
    up = run(tmp_path, "doctor", "--sandbox", TELNYX_MCP_SECRET="s" * 32, TELNYX_MCP_REDIS_URL=redis_server.url)
    assert (up.returncode, up.stderr) == (0, "")
    assert "✓ Redis answers, and takes writes" in up.stdout

    with redis.Redis.from_url(redis_server.admin_url) as client:
        client.config_set("maxmemory", 1)
        full = run(tmp_path, "doctor", "--sandbox", TELNYX_MCP_SECRET="s" * 32, TELNYX_MCP_REDIS_URL=redis_server.url)
        client.config_set("maxmemory", 0)
    assert full.returncode == 1
    assert "✗ Redis answers and refuses writes" in full.stdout

    nowhere = f"unix://user@{tmp_path}/none.sock?password=hunter2"
    down = run(tmp_path, "doctor", "--sandbox", TELNYX_MCP_SECRET="s" * 32, TELNYX_MCP_REDIS_URL=nowhere)
    assert down.returncode == 1
    assert "✗ Redis: ConnectionError; check TELNYX_MCP_REDIS_URL" in down.stdout
    assert "hunter2" not in down.stdout + down.stderr


@pytest.mark.anyio
async def test_an_operator_ends_a_connection_that_replicas_share(
    redis_server: RedisServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELNYX_MCP_REDIS_URL", redis_server.url)
    monkeypatch.setenv("TELNYX_MCP_SECRET", "s" * 32)
    async with aclosing(open_store(settings)) as store:
        grant = await granted(Grants(store, Secret(b"s" * 32)))
        assert await anyio.to_thread.run_sync(main, ["revoke", grant, "--data-dir", str(tmp_path / "none")]) == 0
        assert [await store.keys(kind) for kind in ("grant", "link", "account")] == [[], [], []]
