"""What holds for every contract test: no tool waits in real time."""

import pytest

from telnyx_tools.api.retry import Clock
from telnyx_tools.shared import waiting


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a tool waits for, its time is over after one more look."""
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += 1_000

    monkeypatch.setattr(waiting, "CLOCK", Clock(monotonic=lambda: now, sleep=sleep))
