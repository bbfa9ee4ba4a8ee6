"""The search of everything that is written, where people and replicas share a Redis."""

from pathlib import Path

import anyio
import pytest
from tests.e2e.test_leaks import leaks_nothing_of_people
from tests.services.conftest import RedisServer


@pytest.mark.anyio
async def test_with_redis_too_no_token_code_link_inbox_subscriber_or_phone_is_ever_written(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    redis_server.flush()
    secret = "MARKEDsecret-of-32-characters-at-least"
    with anyio.fail_after(150):
        await leaks_nothing_of_people(tmp_path, TELNYX_MCP_REDIS_URL=redis_server.url, TELNYX_MCP_SECRET=secret)
