"""Which store the settings open."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.redis import RedisStore
from telnyx_remote_mcp.store.sqlite import SqliteStore

URL = "redis://user:hunter2@127.0.0.1:6379/0"


@pytest.mark.anyio
async def test_the_store_is_a_file_unless_redis_is_set(tmp_path: Path) -> None:
    file, redis = open_store(Settings(data_dir=tmp_path)), open_store(Settings(secret="s" * 32, redis_url=URL))
    assert isinstance(file, SqliteStore)
    assert isinstance(redis, RedisStore)
    await file.aclose()
    await redis.aclose()


def test_redis_needs_a_secret_that_all_replicas_share() -> None:
    with pytest.raises(ValidationError, match="needs TELNYX_MCP_SECRET") as refused:
        Settings(redis_url=URL)
    assert "hunter2" not in str(refused.value.errors(include_input=False))


def test_the_settings_do_not_show_where_redis_is() -> None:
    assert "hunter2" not in repr(Settings(secret="s" * 32, redis_url=URL))


def test_no_database_is_imported_before_a_store_is_used() -> None:
    program = (
        "import sys; import telnyx_remote_mcp.store, telnyx_remote_mcp.auth.grants;"
        "from telnyx_remote_mcp.settings import Settings;"
        "telnyx_remote_mcp.store.open_store(Settings());"
        "telnyx_remote_mcp.store.open_store(Settings(secret='s' * 32, redis_url='redis://127.0.0.1:6379/0'));"
        "sys.exit(any(name in sys.modules for name in ('aiosqlite', 'redis')))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True).returncode == 0
