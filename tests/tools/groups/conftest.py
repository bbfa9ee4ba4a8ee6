"""An account of a sandbox, for the tests of every group; its time passes when a test or a tool that waits says so."""

from collections.abc import AsyncIterator

import pytest
from tests.tools.groups.sandboxed import sandboxed

from telnyx_sandbox.clock import Clock
from telnyx_tools.api import retry
from telnyx_tools.api.client import Telnyx
from telnyx_tools.shared import waiting


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the sandbox, in which waiting takes place too."""
    clock = Clock(lambda: 1_790_000_000.0)  # 2026-09-21T14:13:20Z

    async def sleep(seconds: float) -> None:
        clock.advance(seconds)

    monkeypatch.setattr(waiting, "CLOCK", retry.Clock(monotonic=clock.now, sleep=sleep))
    return clock


@pytest.fixture
async def telnyx(clock: Clock) -> AsyncIterator[Telnyx]:
    async with sandboxed(clock) as telnyx:
        yield telnyx
