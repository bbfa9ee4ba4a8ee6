"""One server on its file, killed with -9 in the midst of a flood of webhooks: no event is lost, and none is told twice.

In full: `python -m scripts.webhooks` and `python -m scripts.deliveries`, which do the same to replicas on Redis.
"""

from pathlib import Path

import pytest
from scripts import deliveries, webhooks

pytestmark = pytest.mark.anyio


async def test_every_event_is_in_its_inbox_once_and_agents_see_each_once_and_in_order(tmp_path: Path) -> None:
    outcome = await webhooks.flood(None, tmp_path, webhooks=300, secs=2)
    assert outcome.is_right, outcome
    assert outcome.again > 0, "the server was killed"


async def test_deliveries_go_on_after_the_restart_under_the_same_webhook_ids(tmp_path: Path) -> None:
    """One of the two receivers is down before, while and after the server is."""
    assert await deliveries.flood(None, tmp_path, webhooks=300, secs=2, down_secs=2, pace="quick")
