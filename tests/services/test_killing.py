"""As over a file, so over Redis: a process that dies in the midst of a call spends once at most."""

from pathlib import Path
from types import ModuleType

import pytest
from tests.e2e import approved_once, never_twice
from tests.services.conftest import RedisServer

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("scenario", [never_twice, approved_once], ids=["never twice", "approved once"])
async def test_kill_9_and_a_retry_send_no_second_message(
    redis_server: RedisServer, tmp_path: Path, scenario: ModuleType
) -> None:
    redis_server.flush()
    played = await scenario.play(10, tmp_path, TELNYX_MCP_REDIS_URL=redis_server.url)
    assert [point for point in played if not point.is_right] == []
