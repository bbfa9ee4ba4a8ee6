"""Why a call or a webhook failed, and who changed what."""

import json
import re
from typing import Any

import httpx2
import pytest
from tests.tools.groups.sandboxed import answering, call

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.groups.diagnostics.hangups import _table, explain
from telnyx_tools.registry import registry
from telnyx_tools.results.result import BUDGET

SENDER, RECIPIENT = "+12025550101", "+12025550123"
BUSY, UNANSWERED = "+15550000486", "+15550000480"
DAY_SECS = 24 * 60 * 60


async def dial(telnyx: Telnyx, to: str, **fields: object) -> dict[str, Any]:
    connection_id = (await call(telnyx, "list_connections"))["items"][0]["id"]
    body = {"connection_id": connection_id, "from": SENDER, "to": to, **fields}
    answer = await telnyx.post("/calls", body=body)
    assert isinstance(answer, dict)
    found: dict[str, Any] = answer["data"]
    return found


async def test_a_busy_line_is_explained_with_its_timeline(telnyx: Telnyx, clock: Clock) -> None:
    placed = await dial(telnyx, BUSY)
    clock.advance(60)
    diagnosis = await call(telnyx, "diagnose_call", call_leg_id=placed["call_leg_id"])
    assert (diagnosis["failed"], diagnosis["meaning"]) == (True, "The line was busy.")
    assert (diagnosis["hangup_cause"], diagnosis["hangup_source"], diagnosis["sip_code"]) == (
        "user_busy",
        "callee",
        "486",
    )
    assert (diagnosis["from"], diagnosis["to"], diagnosis["direction"]) == (SENDER, BUSY, "outgoing")
    assert [step["event"] for step in diagnosis["timeline"]] == ["call.initiated", "dial", "call.hangup"]
    assert diagnosis["next_steps"] == ["Call again in some minutes."]
    assert (float(diagnosis["cost"]), "answered_at" in diagnosis) == (0, False)
    for one in ({"call_control_id": placed["call_control_id"]}, {"call_session_id": placed["call_session_id"]}):
        assert await call(telnyx, "diagnose_call", **one) == diagnosis


async def test_yesterdays_failed_call_is_found_by_its_numbers(telnyx: Telnyx, clock: Clock) -> None:
    await dial(telnyx, RECIPIENT)
    clock.advance(3_600)
    placed = await dial(telnyx, UNANSWERED, timeout_secs=20)
    clock.advance(60)
    await dial(telnyx, RECIPIENT)
    clock.advance(DAY_SECS)
    nothing = await call(telnyx, "diagnose_call", to=UNANSWERED)
    assert not nothing["found"]
    assert "day" in nothing["next_steps"][0]
    by_numbers = await call(telnyx, "diagnose_call", from_number=SENDER, to=UNANSWERED, day="2026-09-21")
    assert (by_numbers["call_leg_id"], by_numbers["hangup_cause"]) == (placed["call_leg_id"], "timeout")
    assert "timeout_secs" in by_numbers["meaning"]
    by_day = await call(telnyx, "diagnose_call", day="2026-09-21")
    assert by_day["call_leg_id"] == placed["call_leg_id"]
    assert len(by_day["other_calls"]) == 2
    assert not (await call(telnyx, "diagnose_call", day="2026-09-20"))["found"]


async def test_a_call_that_went_well_is_not_called_a_failure(telnyx: Telnyx, clock: Clock) -> None:
    placed = await dial(telnyx, RECIPIENT)
    clock.advance(10)
    going_on = await call(telnyx, "diagnose_call", call_leg_id=placed["call_leg_id"])
    assert (going_on["failed"], going_on["meaning"]) == (False, "The call has not ended.")
    clock.advance(100)
    ended = await call(telnyx, "diagnose_call", call_leg_id=placed["call_leg_id"])
    assert (ended["failed"], ended["secs"], ended["cost"]) == (False, 60, "0.007")


async def test_webhooks_that_did_not_arrive_are_part_of_the_reason(telnyx: Telnyx, clock: Clock) -> None:
    placed = await dial(telnyx, BUSY, webhook_url="https://example.com/fail")
    clock.advance(120)
    diagnosis = await call(telnyx, "diagnose_call", call_leg_id=placed["call_leg_id"])
    assert {each["attempts"][0]["http_status"] for each in diagnosis["failed_webhooks"]} == {500}
    assert "update_connection" in diagnosis["next_steps"][-1]
    failed = (await call(telnyx, "list_webhook_deliveries", status="failed", attempt_contains="/fail"))["items"]
    assert [each["event_type"] for each in failed] == ["call.hangup", "call.initiated"]
    full = await call(telnyx, "get_webhook_delivery", delivery_id=failed[0]["id"], detail="full")
    assert full["webhook"]["payload"]["call_leg_id"] == placed["call_leg_id"]
    assert len(full["attempts"]) == 3


async def test_a_call_that_nothing_names_is_asked_for(telnyx: Telnyx) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, "diagnose_call")
    assert [problem.argument for problem in refused.value.problems] == ["call_leg_id"]


async def test_records_are_read_where_the_api_does_not_filter_by_number_and_calls_things_otherwise() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        query = dict(request.url.params)
        if request.url.path.endswith("/detail_records"):
            if "filter[cld]" in query:
                return httpx2.Response(400, json={"errors": [{"code": "10031"}]})
            if query["filter[record_type]"] == "call-control":
                return httpx2.Response(200, json={"data": []})
            rows = [
                {"id": "1", "originating_number": SENDER, "destination_number": RECIPIENT, "sip_response_code": 503,
                 "telnyx_leg_id": "leg", "telnyx_session_id": "session", "started_at": "2026-09-21T14:00:00Z",
                 "finished_at": "2026-09-21T14:00:01Z"},
                {"id": "2", "originating_number": SENDER, "destination_number": "+12025550199",
                 "started_at": "2026-09-21T15:00:00Z", "finished_at": "2026-09-21T15:00:01Z"},
            ]  # fmt: skip
            return httpx2.Response(200, json={"data": rows})
        return httpx2.Response(200, json={"data": []})

    async with answering(answer) as telnyx:
        diagnosis = await call(telnyx, "diagnose_call", to=RECIPIENT, day="2026-09-21")
    assert (diagnosis["call_leg_id"], diagnosis["call_session_id"], diagnosis["sip_code"]) == ("leg", "session", "503")
    assert (diagnosis["failed"], diagnosis["from"]) == (True, SENDER)
    assert "no free line" in diagnosis["meaning"]


def test_what_sip_says_is_taken_where_it_is_more_exact() -> None:
    assert "forbidden" in explain("call_rejected", "403").meaning
    assert explain("user_busy", "486") == explain("user_busy", "") == explain("USER_BUSY", "999")
    assert "timeout_secs" in explain("timeout", "487").meaning
    assert explain("never_heard_of", "") == explain("unspecified", "200")


def test_advice_names_tools_that_exist() -> None:
    texts = [meaning.next for rows in _table().values() for meaning in rows.values()]
    named = {name for text in texts for name in re.findall(r"`(\w+)`", text)}
    assert named
    assert {name for name in named if registry().find(name) is None} == set()


async def test_who_changed_what_is_told_without_secrets(telnyx: Telnyx, clock: Clock) -> None:
    password = "correct-horse-battery"
    made = await call(
        telnyx, "create_credential_connection", connection_name="A", user_name="office01", password=password
    )
    clock.advance(60)
    await call(telnyx, "update_connection", connection_id=made["id"], active=False)
    found = (await call(telnyx, "list_audit_events"))["items"]
    assert [(event["change_type"], event["resource_id"]) for event in found] == [
        ("update", made["id"]),
        ("create", made["id"]),
    ]
    assert found[0]["changes"] == [{"field": "active", "after": False}]
    assert {"field": "password", "after": "[redacted]"} in found[1]["changes"]
    assert password not in json.dumps(found)
    assert len((await call(telnyx, "list_audit_events", since="2026-09-21T14:14:00Z"))["items"]) == 1
    assert (await call(telnyx, "search_detail_records", record_type="call-control", period="today"))["items"] == []


async def test_a_long_call_is_told_within_the_budget_of_a_result() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        told = {"status": "x" * 500, "result": "y" * 500, "hangup_cause": "user_busy"}
        events = [
            {"name": f"event {n}", "type": "webhook", "event_timestamp": f"2026-09-21T14:{n // 60:02}:{n % 60:02}Z",
             "call_leg_id": f"leg {n % 2}", "metadata": {"payload": told}}
            for n in range(250)
        ]  # fmt: skip
        return httpx2.Response(200, json={"data": events[::-1] if "call_events" in request.url.path else []})

    async with answering(answer) as telnyx:
        diagnosis = await call(telnyx, "diagnose_call", call_session_id="1")
    assert len(json.dumps(diagnosis)) < BUDGET["summary"]
    assert diagnosis["timeline"][0]["event"] == "event 1"
    assert diagnosis["steps_left_out"] == 125 - len(diagnosis["timeline"])
