"""What people ask when calls go wrong or have to be set up, through an MCP client, the server and the sandbox."""

import httpx2
import pytest
from mcp.client import Client
from tests.e2e.clients import call
from tests.server.stories.agent import KEY

from telnyx_sandbox.clock import Clock

SENDER, CALLER = "+12025550101", "+12025550123"
DISCONNECTED = "+15550000404"
DAY_SECS = 24 * 60 * 60
GROUPS = "call_control,connections,diagnostics,numbers,account"


@pytest.fixture
def clock() -> Clock:
    return Clock(lambda: 1_790_000_000.0)  # 2026-09-21T14:13:20Z


async def test_find_out_why_yesterdays_call_failed(client: Client, clock: Clock) -> None:
    placed = await call(client, "make_call", to=DISCONNECTED, from_number=SENDER)
    clock.advance(DAY_SECS + 3_600)
    found = await call(client, "diagnose_call", to=DISCONNECTED, day="2026-09-21")
    assert (found["call_leg_id"], found["failed"]) == (placed["call_leg_id"], True)
    assert (found["hangup_cause"], found["sip_code"]) == ("not_found", "404")
    assert "does not exist" in found["meaning"]
    assert any("Check the number" in step for step in found["next_steps"])
    assert [step["event"] for step in found["timeline"]][-1] == "call.hangup"
    records = await call(client, "search_detail_records", record_type="call-control", period="yesterday")
    assert [record["cld"] for record in records["items"]] == [DISCONNECTED]


async def test_set_up_an_auto_attendant_for_a_number_and_see_that_nothing_answers_it(
    client: Client, clock: Clock, control: httpx2.AsyncClient
) -> None:
    (profile,) = (await call(client, "list_outbound_voice_profiles"))["items"]
    menu = await call(
        client,
        "create_texml_application",
        friendly_name="Office menu",
        voice_url="https://example.com/fail/menu.xml",
        outbound={"outbound_voice_profile_id": profile["id"]},
    )
    await call(client, "update_phone_number", phone_number=SENDER, connection_id=menu["id"])
    shown = await call(client, "get_phone_number", phone_number=SENDER)
    assert (shown["connection_id"], shown["connection_name"]) == (menu["id"], "Office menu")
    assert (await call(client, "list_connections", name_contains="menu"))["items"][0]["record_type"] == (
        "texml_application"
    )
    (await control.post("/calls", json={"key": KEY, "from": CALLER, "to": SENDER})).raise_for_status()
    clock.advance(120)
    missed = await call(client, "diagnose_call", from_number=CALLER, to=SENDER)
    assert (missed["connection_id"], missed["hangup_cause"]) == (menu["id"], "originator_cancel")
    assert missed["failed"]
    assert "voice_url" in missed["next_steps"][0]
    mended = await call(
        client, "update_texml_application", application_id=menu["id"], voice_url="https://example.com/menu.xml"
    )
    assert (mended["connection_name"], mended["voice_url"]) == ("Office menu", "https://example.com/menu.xml")
