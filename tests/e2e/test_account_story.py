"""What an account spent, who somebody is and whose number this is, as a client asks over HTTP."""

import itertools
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mcp.client import Client
from tests.e2e.clients import call, connected
from tests.e2e.processes import served

from telnyx_sandbox.app import create_app
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.server import serving

DAY = 86_400
GROUPS = "messaging,account,verify,lookup"
SENDER, RECIPIENT, CODE = "+12025550101", "+12025550123", "50123"


@pytest.fixture
def clock() -> Clock:
    """Sixty days behind: what is done before it catches up was done in the past."""
    return Clock(lambda: time.time() - 60 * DAY)


@pytest.fixture
async def client(tmp_path: Path, clock: Clock) -> AsyncIterator[Client]:
    async with serving(create_app(clock=clock)) as base_url:
        with served(tmp_path, TELNYX_API_BASE_URL=base_url) as server:
            async with connected(f"{server.url}?groups={GROUPS}", "KEY_sandbox_account") as client:
                yield client


NUMBERS = itertools.count()
"""One for each text: the same one would be taken for a repetition."""


async def send(client: Client, times: int) -> None:
    for n in itertools.islice(NUMBERS, times):
        await call(client, "send_message", to=RECIPIENT, from_number=SENDER, text=f"Appointment {n}")


@pytest.mark.anyio
async def test_what_was_spent_on_messaging_last_month_and_in_the_last_sixty_days(client: Client, clock: Clock) -> None:
    await send(client, 1)
    last_month = datetime.now(UTC).replace(day=1) - timedelta(days=10)
    clock.advance(last_month.timestamp() - clock.now())
    await send(client, 2)
    clock.advance(time.time() - clock.now())
    await send(client, 3)
    spent = await call(client, "get_usage", product="messaging", period="last_month", metrics=["cost", "count"])
    assert spent["totals"] == [{"currency": "USD", "cost": 0.014, "count": 2}]
    every = await call(client, "get_usage", product="messaging", period="last_90_days", metrics=["cost", "count"])
    assert every["totals"] == [{"currency": "USD", "cost": 0.042, "count": 6}]
    balance = await call(client, "get_balance")
    assert float(balance["balance"]) == 100 - 0.042
    records = await call(client, "search_detail_records", record_type="messaging", period="last_month")
    assert [record["cost"] for record in records["items"]] == ["0.007", "0.007"]


@pytest.mark.anyio
async def test_a_person_is_verified_after_a_wrong_code_and_their_number_is_looked_up(client: Client) -> None:
    profile = (await call(client, "list_verify_profiles"))["items"][0]
    number = {"phone_number": RECIPIENT, "verify_profile_id": profile["id"]}
    started = await call(client, "start_verification", **number)
    wrong = await call(client, "check_verification_code", code="99999", **number)
    right = await call(client, "check_verification_code", code=CODE, **number)
    assert [wrong["response_code"], right["response_code"]] == ["rejected", "accepted"]
    verification = await call(client, "get_verification", verification_id=started["id"])
    assert verification["status"] == "accepted"
    found = await call(client, "lookup_number", phone_number=RECIPIENT)
    assert found["carrier"]["type"] == "mobile"
    overview = await call(client, "get_account_overview")
    assert float(overview["balance"]["balance"]) < 100
