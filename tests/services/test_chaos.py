"""A minute of the chaos, another one each time; an hour of it by hand: scripts/chaos 60."""

import random

import pytest
from tests.services import chaos

MINUTES = 1.0
RECOVERY_SECS = 60.0
"""Long: other tests take the processors meanwhile. By hand it is 10."""


@pytest.mark.anyio
async def test_whatever_breaks_nothing_is_sent_twice_or_lost_or_said_wrongly() -> None:
    assert await chaos.main(MINUTES, random.randrange(1_000_000), RECOVERY_SECS) == 0
