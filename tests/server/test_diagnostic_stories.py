"""What people ask when calls go wrong or have to be set up, through an MCP client, the server and the sandbox."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from mcp.client import Client
from tests.e2e.clients import call, connected
from tests.server.serving import serving

from telnyx_remote_mcp.app import create_app
from telnyx_remote_mcp.settings import Settings
from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.server import serving as serving_sandbox

KEY = "KEY_sandbox_diagnostics"
SENDER, CALLER = "+12025550101", "+12025550123"
DISCONNECTED = "+15550000404"
DAY_SECS = 24 * 60 * 60
GROUPS = "call_control,connections,diagnostics,numbers,account"


@pytest.fixture
async def sandbox() -> AsyncIterator[httpx2.AsyncClient]:
    clock = Clock(lambda: 1_790_000_000.0)
    async with serving_sandbox(create_sandbox(clock=clock)) as base_url, httpx2.AsyncClient() as http:
        http.base_url = httpx2.URL(base_url)
        yield http


@pytest.fixture
async def client(sandbox: httpx2.AsyncClient, tmp_path: Path) -> AsyncIterator[Client]:
    app = create_app(Settings(api_base_url=str(sandbox.base_url).rstrip("/"), data_dir=tmp_path))
    async with (
        app.router.lifespan_context(app),
        serving(app) as server,
        connected(f"{server}/mcp?groups={GROUPS}", KEY) as client,
    ):
        yield client


async def switch(sandbox: httpx2.AsyncClient, name: str, **body: object) -> None:
    """One of the sandbox's own switches."""
    (await sandbox.post(sandbox.base_url.join(f"/sandbox/{name}"), json=body)).raise_for_status()


async def test_find_out_why_yesterdays_call_failed(client: Client, sandbox: httpx2.AsyncClient) -> None:
    placed = await call(client, "make_call", to=DISCONNECTED, from_number=SENDER)
    await switch(sandbox, "clock", advance_secs=DAY_SECS + 3_600)
    found = await call(client, "diagnose_call", to=DISCONNECTED, day="2026-09-21")
    assert (found["call_leg_id"], found["failed"]) == (placed["call_leg_id"], True)
    assert (found["hangup_cause"], found["sip_code"]) == ("not_found", "404")
    assert "does not exist" in found["meaning"]
    assert any("Check the number" in step for step in found["next_steps"])
    assert [step["event"] for step in found["timeline"]][-1] == "call.hangup"
    records = await call(client, "search_detail_records", record_type="call-control", period="yesterday")
    assert [record["cld"] for record in records["items"]] == [DISCONNECTED]


async def test_set_up_an_auto_attendant_for_a_number_and_see_that_nothing_answers_it(
    client: Client, sandbox: httpx2.AsyncClient
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
    await switch(sandbox, "calls", key=KEY, **{"from": CALLER, "to": SENDER})
    await switch(sandbox, "clock", advance_secs=120)
    missed = await call(client, "diagnose_call", from_number=CALLER, to=SENDER)
    assert (missed["connection_id"], missed["hangup_cause"]) == (menu["id"], "originator_cancel")
    assert missed["failed"]
    assert "voice_url" in missed["next_steps"][0]
    mended = await call(
        client, "update_texml_application", application_id=menu["id"], voice_url="https://example.com/menu.xml"
    )
    assert (mended["connection_name"], mended["voice_url"]) == ("Office menu", "https://example.com/menu.xml")
