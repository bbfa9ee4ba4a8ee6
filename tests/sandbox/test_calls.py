"""Calls: who may call, how they begin and end, what they cost, what is left of them."""

import httpx2
import pytest
from tests.sandbox.answers import RECIPIENT, SENDER, balance, code, data
from tests.sandbox.calling import act, application, dial, events, happened, last

from telnyx_sandbox.clock import Clock


async def test_a_call_rings_is_answered_and_ended_by_the_other_side(api: httpx2.AsyncClient, clock: Clock) -> None:
    call = data(await dial(api))
    assert (call["record_type"], call["is_alive"]) == ("call", False)
    assert await happened(api) == ["call.initiated"]
    clock.advance(2)
    shown = data(await api.get(f"/calls/{call['call_control_id']}"))
    assert (shown["is_alive"], shown["call_duration"]) == (True, 0)
    clock.advance(60)
    ended = data(await api.get(f"/calls/{call['call_control_id']}"))
    assert (ended["is_alive"], ended["call_duration"], ended["end_time"]) == (False, 60, "2026-09-21T14:14:22.000Z")
    assert await happened(api, leg_id=call["call_leg_id"]) == ["call.initiated", "call.answered", "call.hangup"]
    assert (await last(api, "call.hangup"))["hangup_source"] == "callee"


async def test_a_call_is_paid_by_the_minute_when_it_ends(api: httpx2.AsyncClient, clock: Clock) -> None:
    data(await dial(api))
    clock.advance(2)
    assert await balance(api) == "100.00"
    clock.advance(60)
    assert await balance(api) == "99.993"


async def test_the_other_side_stays_while_something_happens(api: httpx2.AsyncClient, clock: Clock) -> None:
    call_id = data(await dial(api))["call_control_id"]
    for _ in range(4):
        clock.advance(40)
        assert data(await act(api, call_id, "send_dtmf", digits="1"))["result"] == "ok"
    data(await act(api, call_id, "hangup"))
    ended = await last(api, "call.hangup")
    assert (ended["hangup_cause"], ended["hangup_source"], ended["sip_hangup_cause"]) == (
        "normal_clearing",
        "caller",
        "200",
    )
    assert await balance(api) == "99.979"


@pytest.mark.parametrize(
    ("to", "cause", "source", "sip_code", "after_secs"),
    [
        ("+15550000486", "user_busy", "callee", "486", 1),
        ("+15550000480", "timeout", "caller", "487", 20),
        ("+15550000408", "no_answer", "callee", "408", 10),
        ("+15550000603", "call_rejected", "callee", "603", 1),
        ("+15550000404", "not_found", "callee", "404", 0.5),
        ("sip:503@sandbox.example", "unspecified", "callee", "503", 1),
        ("+15550000205", "normal_clearing", "callee", "200", 7),
    ],
)
async def test_a_scripted_number_decides_how_its_call_ends(
    api: httpx2.AsyncClient, clock: Clock, to: str, cause: str, source: str, sip_code: str, after_secs: float
) -> None:
    call_id = data(await dial(api, to=to, timeout_secs=20))["call_control_id"]
    clock.advance(after_secs - 0.1)
    assert data(await api.get(f"/calls/{call_id}"))["is_alive"]
    clock.advance(0.2)
    assert not data(await api.get(f"/calls/{call_id}"))["is_alive"]
    ended = await last(api, "call.hangup")
    assert (ended["hangup_cause"], ended["hangup_source"], ended["sip_hangup_cause"]) == (cause, source, sip_code)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"connection_id": None}, "10004"),
        ({"connection_id": "1"}, "10015"),
        ({"from": "+12025550199"}, "10010"),
        ({"from": "Sandbox"}, "10016"),
        ({"to": "someone"}, "10016"),
        ({"to": []}, "10004"),
        ({"to": "+15550090041"}, "90041"),
        ({"to": "+15550010010"}, "10010"),
        ({"client_state": "no base64!"}, "90017"),
    ],
)
async def test_a_bad_call_is_refused_with_its_code(
    api: httpx2.AsyncClient, fields: dict[str, object], expected: str
) -> None:
    assert code(await dial(api, **fields)) == expected
    assert await happened(api) == []


async def test_of_several_numbers_the_first_that_answers_has_the_call(api: httpx2.AsyncClient, clock: Clock) -> None:
    data(await dial(api, to=["+15550000207", RECIPIENT, "+15550000486"]))
    clock.advance(3)
    ends = {event["metadata"]["payload"]["to"]: event for event in await events(api, name="call.hangup")}
    assert {to: end["metadata"]["payload"]["hangup_cause"] for to, end in ends.items()} == {
        "+15550000207": "originator_cancel",
        "+15550000486": "user_busy",
    }
    active = data(await api.get(f"/connections/{await application(api)}/active_calls"))
    assert len(active) == 1
    assert len({event["call_session_id"] for event in await events(api)}) == 1


async def test_a_call_sent_again_is_dialled_once(api: httpx2.AsyncClient) -> None:
    first, again = data(await dial(api, command_id="one")), data(await dial(api, command_id="one"))
    assert first == again
    assert await happened(api) == ["call.initiated"]


async def test_a_call_is_forgotten_ten_minutes_after_its_end(api: httpx2.AsyncClient, clock: Clock) -> None:
    call_id = data(await dial(api))["call_control_id"]
    data(await act(api, call_id, "hangup"))
    assert (await last(api, "call.hangup"))["hangup_cause"] == "originator_cancel"
    clock.advance(600)
    assert not data(await api.get(f"/calls/{call_id}"))["is_alive"]
    clock.advance(1)
    assert code(await api.get(f"/calls/{call_id}")) == "10005"
    assert code(await act(api, call_id, "hangup")) == "90018"


async def test_commands_are_refused_where_the_call_does_not_take_them(api: httpx2.AsyncClient, clock: Clock) -> None:
    assert code(await act(api, "v3:none", "hangup")) == "90015"
    call_id = data(await dial(api))["call_control_id"]
    assert code(await act(api, call_id, "send_dtmf", digits="1")) == "90034"
    assert code(await act(api, call_id, "answer")) == "90102"
    clock.advance(2)
    assert code(await act(api, call_id, "send_dtmf", digits="1", client_state="?")) == "90017"
    refused = await events(api, type="command", failed="true")
    assert [event["name"] for event in refused] == ["send_dtmf", "answer", "send_dtmf"]


async def test_events_carry_the_state_of_the_last_command(api: httpx2.AsyncClient) -> None:
    call_id = data(await dial(api, client_state="Zmlyc3Q="))["call_control_id"]
    state = {"client_state": "c2Vjb25k"}
    data(await api.put(f"/calls/{call_id}/actions/client_state_update", json=state))
    data(await act(api, call_id, "hangup"))
    assert (await last(api, "call.hangup"))["client_state"] == "c2Vjb25k"


async def test_events_are_found_by_call_time_and_kind(api: httpx2.AsyncClient, clock: Clock) -> None:
    first = data(await dial(api))
    clock.advance(100)
    second = data(await dial(api, to="+12025550124"))
    assert await happened(api, application_session_id=second["call_session_id"]) == ["call.initiated"]
    assert len(await happened(api, to=RECIPIENT)) == 3
    assert len(await events(api, type="command", **{"from": SENDER})) == 2
    later = "/call_events?filter[occurred_at][gt]=2026-09-21T14:14:00Z&filter[product]=call_control"
    assert {event["name"] for event in data(await api.get(later))} == {"call.hangup", "call.initiated", "dial"}
    clock.advance(24 * 60 * 60 + 10)
    assert await happened(api, to=RECIPIENT) == []
    assert len(await happened(api, leg_id=first["call_leg_id"])) == 3


async def test_applications_are_made_changed_found_and_deleted(api: httpx2.AsyncClient) -> None:
    url = "https://example.com/hook"
    made = data(
        await api.post("/call_control_applications", json={"application_name": "One", "webhook_event_url": url})
    )
    assert code(await dial(api, connection_id=made["id"])) == "10010"
    profile_id = data(await api.get("/outbound_voice_profiles"))[0]["id"]
    outbound = {"outbound_voice_profile_id": profile_id}
    change = {"application_name": "Two", "webhook_event_url": url, "outbound": outbound, "tags": ["x"]}
    changed = data(await api.patch(f"/call_control_applications/{made['id']}", json=change))
    assert (changed["application_name"], changed["tags"]) == ("Two", ["x"])
    data(await dial(api, connection_id=made["id"]))
    for query in ("filter[application_name][contains]=two", f"filter[outbound.outbound_voice_profile_id]={profile_id}"):
        found = data(await api.get(f"/call_control_applications?{query}"))
        assert found[-1] == changed
    assert code(await api.delete(f"/call_control_applications/{made['id']}")) == "10021"
    assert code(await api.delete(f"/call_control_applications/{await application(api)}")) == "10021"


async def test_calls_leave_detail_records_and_usage(api: httpx2.AsyncClient, clock: Clock) -> None:
    data(await dial(api, to="+15550000201", answering_machine_detection="premium"))
    data(await dial(api, to="+15550000486"))
    data(await dial(api, to="sip:someone@sandbox.example"))
    clock.advance(100)
    for record_type, count in (("call-control", 3), ("sip-trunking", 2), ("amd", 1), ("conference", 0)):
        found = data(await api.get(f"/detail_records?filter[record_type]={record_type}&filter[date_range]=today"))
        assert len(found) == count, record_type
    query = "filter[record_type]=call-control&filter[cld]=%2B15550000201&filter[started_at][gte]=2026-09-21"
    (record,) = data(await api.get(f"/detail_records?{query}&sort=-cost"))
    assert (record["call_sec"], record["billed_sec"], record["cost"], record["direction"]) == (
        60,
        60,
        "0.002",
        "outbound",
    )
    (usage,) = data(
        await api.get("/usage_reports?product=call-control&dimensions=direction&metrics=cost,attempted,completed")
    )
    assert (usage["cost"], usage["attempted"], usage["completed"]) == (0.004, 3, 2)
    assert await balance(api) == "99.9845"
