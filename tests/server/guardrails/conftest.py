"""What the tests of the guards are given."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path

import pytest
from tests.server.guardrails.desk import Desk, desk_at

from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store


@pytest.fixture
async def desk_with(tmp_path: Path) -> AsyncIterator[Callable[..., Desk]]:
    """Makes desks with a policy; all of them have one store."""
    settings = Settings(data_dir=tmp_path)
    async with aclosing(open_store(settings)) as store:
        yield partial(desk_at, settings, store)
