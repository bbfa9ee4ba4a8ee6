"""A process that dies in the midst of a call spends once at most, and never without the yes that it needs."""

from pathlib import Path

import pytest
from tests.e2e import approved_once, never_twice
from tests.e2e.killing import faults

pytestmark = pytest.mark.anyio


async def test_kill_9_and_a_retry_send_no_second_message(tmp_path: Path) -> None:
    played = await never_twice.play(30, tmp_path)
    assert [point for point in played if not point.is_right] == []
    assert faults(tmp_path) == []


async def test_kill_9_and_a_retry_use_an_approval_once_and_send_nothing_without_it(tmp_path: Path) -> None:
    played = await approved_once.play(10, tmp_path)
    assert [point for point in played if not point.is_right] == []
    assert faults(tmp_path) == []
