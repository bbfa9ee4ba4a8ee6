"""A process that dies in the midst of a call that spends does it once at most, whatever its client tries then."""

from pathlib import Path

import pytest
from tests.e2e.killing import faults, play

pytestmark = pytest.mark.anyio


async def test_kill_9_and_a_retry_send_no_second_message(tmp_path: Path) -> None:
    played = await play(30, tmp_path)
    assert [point for point in played if not point.is_right] == []
    assert faults(tmp_path) == []
