"""What is left to find out from: deliveries of webhooks, audit events, the records of calls."""

import httpx2
import pytest
from tests.sandbox.answers import RECIPIENT, code, data, send
from tests.sandbox.calling import application, dial

from telnyx_sandbox.clock import Clock

FAILING = "https://example.com/fail"


@pytest.mark.parametrize(
    ("url", "status", "attempts", "answer"),
    [
        ("https://example.com/hook", "delivered", 1, 200),
        (FAILING, "failed", 3, 500),
        ("https://example.com/timeout", "failed", 3, None),
    ],
)
async def test_the_url_decides_how_a_webhook_ends(
    api: httpx2.AsyncClient, clock: Clock, url: str, status: str, attempts: int, answer: int | None
) -> None:
    data(await send(api, webhook_url=url))
    clock.advance(60)
    sent, finalized = data(await api.get("/webhook_deliveries"))[::-1]
    assert [each["webhook"]["event_type"] for each in (sent, finalized)] == ["message.sent", "message.finalized"]
    assert (sent["status"], len(sent["attempts"])) == (status, attempts)
    assert sent["attempts"][0]["http"].get("response", {}).get("status") == answer
    assert data(await api.get(f"/webhook_deliveries/{sent['id']}")) == sent
    assert len(data(await api.get(f"/webhook_deliveries?filter[status][eq]={status}"))) == 2


async def test_a_failed_delivery_goes_to_the_failover_url(api: httpx2.AsyncClient, clock: Clock) -> None:
    change = {"webhook_event_failover_url": "https://example.com/second"}
    required = {"application_name": "App", "webhook_event_url": FAILING}
    data(await api.patch(f"/call_control_applications/{await application(api)}", json={**required, **change}))
    call = data(await dial(api))
    clock.advance(120)
    query = f"filter[webhook][contains]={call['call_leg_id']}&filter[event_type]=call.initiated"
    second, first = data(await api.get(f"/webhook_deliveries?{query}"))
    assert (first["status"], second["status"]) == ("failed", "delivered")
    assert second["started_at"] == first["finished_at"]


async def test_every_change_leaves_an_audit_event(api: httpx2.AsyncClient, clock: Clock) -> None:
    made = data(await api.post("/ip_connections", json={"connection_name": "PBX"}))
    clock.advance(10)
    data(await api.patch(f"/ip_connections/{made['id']}", json={"active": False}))
    data(await api.delete(f"/ip_connections/{made['id']}"))
    data(await send(api))
    assert code(await api.patch("/ip_connections/1", json={"active": False})) == "10005"
    found = data(await api.get("/audit_events"))
    assert [event["change_type"] for event in found] == ["delete", "update", "create"]
    assert {(event["resource_id"], event["record_type"]) for event in found} == {(made["id"], "ip_connection")}
    assert found[1]["changes"] == [{"field": "active", "from": None, "to": False}]
    earlier = data(await api.get(f"/audit_events?sort=asc&filter[created_before]={found[0]['created_at']}"))
    assert earlier == found[2:]


async def test_a_call_leaves_a_record_when_it_has_ended(api: httpx2.AsyncClient, clock: Clock) -> None:
    call = data(await dial(api))
    clock.advance(10)
    query = f"filter[record_type]=call-control&filter[call_leg_id]={call['call_leg_id']}"
    assert data(await api.get(f"/detail_records?{query}")) == []
    clock.advance(100)
    (record,) = data(await api.get(f"/detail_records?{query}&filter[started_at][gte]=2026-09-21"))
    assert (record["cld"], record["call_sec"], record["cost"]) == (RECIPIENT, 60, "0.002")
    (trunk,) = data(await api.get(f"/detail_records?{query.replace('call-control', 'sip-trunking')}"))
    assert trunk["cost"] == "0.005"
    assert code(await api.get(f"/detail_records?{query}&filter[colour]=red")) == "10031"
    assert data(await api.get(f"/detail_records?{query}&filter[started_at][gte]=2026-09-22")) == []
