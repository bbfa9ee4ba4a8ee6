"""Commands on calls: what they do, when it is over, which events they leave."""

import httpx2
import pytest
from tests.sandbox.answers import RECIPIENT, SENDER, code, data
from tests.sandbox.calling import act, answered, arrive, dial, events, happened, last

from telnyx_sandbox.clock import Clock

SPEECH = {"voice": "AWS.Polly.Joanna", "payload": "x" * 45}


async def test_a_call_arrives_and_is_answered(
    api: httpx2.AsyncClient, control: httpx2.AsyncClient, clock: Clock
) -> None:
    call_id = await arrive(control)
    assert code(await act(api, call_id, "speak", **SPEECH)) == "90034"
    assert data(await act(api, call_id, "answer"))["result"] == "ok"
    assert code(await act(api, call_id, "answer")) == "90102"
    first = await last(api, "call.initiated")
    assert (first["direction"], first["from"], first["to"]) == ("incoming", RECIPIENT, SENDER)
    clock.advance(60)
    assert (await last(api, "call.hangup"))["hangup_source"] == "caller"


async def test_a_call_that_arrives_can_be_rejected_or_missed(
    api: httpx2.AsyncClient, control: httpx2.AsyncClient, clock: Clock
) -> None:
    data(await act(api, await arrive(control), "reject", cause="USER_BUSY"))
    assert (await last(api, "call.hangup"))["hangup_cause"] == "user_busy"
    await arrive(control)
    clock.advance(30)
    assert (await last(api, "call.hangup"))["hangup_cause"] == "originator_cancel"
    refused = await control.post("/calls", json={"key": "KEY_sandbox_first", "from": RECIPIENT, "to": RECIPIENT})
    assert refused.status_code == 400


async def test_text_is_spoken_one_after_the_other_for_its_length(api: httpx2.AsyncClient, clock: Clock) -> None:
    call = await answered(api, clock)
    for _ in range(2):
        data(await act(api, call["call_control_id"], "speak", **SPEECH))
    assert await happened(api, name="call.speak.started") == ["call.speak.started"]
    clock.advance(3)
    assert await happened(api) == [
        "call.initiated", "call.answered", "call.speak.started", "call.speak.ended", "call.speak.started",
    ]  # fmt: skip
    clock.advance(1)
    data(await act(api, call["call_control_id"], "hangup"))
    assert (await last(api, "call.speak.ended"))["status"] == "call_hangup"


async def test_audio_is_played_until_it_ends_or_is_stopped(api: httpx2.AsyncClient, clock: Clock) -> None:
    call_id = (await answered(api, clock))["call_control_id"]
    url = "https://example.com/music.mp3"
    assert code(await act(api, call_id, "playback_start")) == "10004"
    assert code(await act(api, call_id, "playback_start", audio_url=url, loop="often")) == "90009"
    data(await act(api, call_id, "playback_start", audio_url=url))
    clock.advance(5)
    ended = await last(api, "call.playback.ended")
    assert (ended["status"], ended["media_url"]) == ("completed", url)
    data(await act(api, call_id, "playback_start", audio_url=url, loop="infinity"))
    clock.advance(300)
    data(await act(api, call_id, "playback_stop"))
    assert (await last(api, "call.playback.ended"))["status"] == "cancelled"
    data(await act(api, call_id, "playback_start", audio_url="https://files.invalid/none.mp3"))
    assert (await last(api, "call.playback.ended"))["status"] == "file_not_found"


@pytest.mark.parametrize(
    ("to", "fields", "digits", "status", "after_secs"),
    [
        (RECIPIENT, {"maximum_digits": 4}, "0123", "valid", 4),
        (RECIPIENT, {}, "0123", "valid", 4),
        (RECIPIENT, {"minimum_digits": 6, "maximum_digits": 6}, "550123", "valid", 5),
        (RECIPIENT, {"valid_digits": "12", "maximum_digits": 1}, "1", "valid", 4),
        ("+15550000206", {"initial_timeout_millis": 5000}, "", "timeout", 5),
        ("+15550000206", {}, "", "timeout", 60),
    ],
)
async def test_digits_are_gathered(
    api: httpx2.AsyncClient, clock: Clock, to: str, fields: dict[str, object], digits: str, status: str, after_secs: int
) -> None:
    call_id = (await answered(api, clock, to=to))["call_control_id"]
    data(await act(api, call_id, "gather", **fields))
    clock.advance(after_secs)
    ended = await last(api, "call.gather.ended")
    assert (ended["digits"], ended["status"]) == (digits, status)
    assert "".join(each["metadata"]["payload"]["digit"] for each in await events(api, name="call.dtmf.received")) in (
        digits,
        f"{digits}#",
    )


async def test_a_scripted_party_types_what_it_was_told_and_is_asked_again(
    api: httpx2.AsyncClient, control: httpx2.AsyncClient, clock: Clock
) -> None:
    script = {"key": "KEY_sandbox_first", "number": RECIPIENT, "digits": "12"}
    assert (await control.post("/callees", json=script)).status_code == 201
    call_id = (await answered(api, clock))["call_control_id"]
    asked = {**SPEECH, "minimum_digits": 3, "maximum_digits": 3, "maximum_tries": 2}
    data(await act(api, call_id, "gather_using_speak", **asked))
    clock.advance(30)
    ended = await last(api, "call.gather.ended")
    assert (ended["digits"], ended["status"]) == ("12", "invalid")
    assert len(await events(api, name="call.dtmf.received")) == 4


async def test_a_gather_is_stopped_or_ends_with_the_call(api: httpx2.AsyncClient, clock: Clock) -> None:
    call_id = (await answered(api, clock))["call_control_id"]
    data(await act(api, call_id, "gather"))
    data(await act(api, call_id, "gather_stop"))
    data(await act(api, call_id, "gather_using_audio", audio_url="https://example.com/question.mp3"))
    data(await act(api, call_id, "hangup"))
    statuses = [event["metadata"]["payload"]["status"] for event in await events(api, name="call.gather.ended")]
    assert statuses == ["cancelled", "call_hangup"]


@pytest.mark.parametrize(
    ("to", "mode", "names"),
    [
        (RECIPIENT, "detect", {"call.machine.detection.ended": "human"}),
        (RECIPIENT, "premium", {"call.machine.premium.detection.ended": "human_residence"}),
        (
            "+15550000201",
            "premium",
            {
                "call.machine.premium.detection.ended": "machine",
                "call.machine.premium.greeting.ended": "beep_detected",
            },
        ),
        (
            "+15550000202",
            "greeting_end",
            {"call.machine.detection.ended": "machine", "call.machine.greeting.ended": "ended"},
        ),
        ("+15550000203", "premium", {"call.machine.premium.detection.ended": "fax_detected"}),
        ("+15550000204", "detect_words", {"call.machine.detection.ended": "not_sure"}),
    ],
)
async def test_who_answered_is_detected(
    api: httpx2.AsyncClient, clock: Clock, to: str, mode: str, names: dict[str, str]
) -> None:
    await dial(api, to=to, answering_machine_detection=mode)
    clock.advance(8)
    found = [event for event in await events(api, type="webhook") if event["name"].startswith("call.machine")]
    assert {event["name"]: event["metadata"]["payload"]["result"] for event in found} == names


async def test_a_transfer_rings_is_bridged_and_ends_with_either_side(api: httpx2.AsyncClient, clock: Clock) -> None:
    call = await answered(api, clock)
    data(await act(api, call["call_control_id"], "transfer", to="+12025550124", target_leg_client_state="YQ=="))
    clock.advance(2)
    assert (await happened(api, name="call.bridged")) == ["call.bridged"] * 2
    legs = {event["metadata"]["payload"]["to"]: event for event in await events(api, name="call.bridged")}
    assert legs["+12025550124"]["call_session_id"] == call["call_session_id"]
    data(await act(api, call["call_control_id"], "hangup"))
    assert await happened(api, name="call.hangup") == ["call.hangup"] * 2


async def test_a_transfer_that_fails_leaves_the_call(api: httpx2.AsyncClient, clock: Clock) -> None:
    call = await answered(api, clock)
    data(await act(api, call["call_control_id"], "transfer", to="+15550000486"))
    clock.advance(2)
    assert (await last(api, "call.hangup"))["hangup_cause"] == "user_busy"
    assert data(await api.get(f"/calls/{call['call_control_id']}"))["is_alive"]


async def test_bridged_calls_part_and_a_parked_one_stays(api: httpx2.AsyncClient, clock: Clock) -> None:
    first = (await answered(api, clock))["call_control_id"]
    second = (await answered(api, clock, to="+12025550124"))["call_control_id"]
    assert code(await act(api, first, "bridge", call_control_id=first)) == "10015"
    assert code(await act(api, first, "bridge", call_control_id="v3:none")) == "90015"
    data(await act(api, first, "bridge", call_control_id=second, park_after_unbridge="self"))
    data(await act(api, second, "hangup"))
    assert data(await api.get(f"/calls/{first}"))["is_alive"]


async def test_the_same_command_id_acts_once(api: httpx2.AsyncClient, clock: Clock) -> None:
    call_id = (await answered(api, clock))["call_control_id"]
    for _ in range(2):
        data(await act(api, call_id, "speak", command_id="once", **SPEECH))
    assert await happened(api, name="call.speak.started") == ["call.speak.started"]
    data(await act(api, call_id, "hangup", command_id="end"))
    data(await act(api, call_id, "hangup", command_id="end"))


async def test_an_assistant_talks_until_the_call_ends(api: httpx2.AsyncClient, clock: Clock) -> None:
    call_id = (await answered(api, clock))["call_control_id"]
    assistant = {"id": "assistant-1", "greeting": "Hi"}
    started = data(await act(api, call_id, "ai_assistant_start", assistant=assistant))
    clock.advance(10)
    message = {"role": "system", "content": "Be short."}
    data(await act(api, call_id, "ai_assistant_add_messages", messages=[message]))
    data(await act(api, call_id, "ai_assistant_stop"))
    ended = await last(api, "call.conversation.ended")
    assert (ended["conversation_id"], ended["duration_sec"]) == (started["conversation_id"], 10)
    assert [each["content"] for each in ended["messages"]][:2] == ["Hi", "Hello, my number ends in 0123."]
    assert code(await act(api, call_id, "ai_assistant_stop")) == "10027"


async def test_an_assistant_gathers_what_its_schema_asks_for(api: httpx2.AsyncClient, clock: Clock) -> None:
    call_id = (await answered(api, clock))["call_control_id"]
    properties = {"name": {"type": "string"}, "age": {"type": "integer"}}
    data(await act(api, call_id, "gather_using_ai", parameters={"type": "object", "properties": properties}))
    clock.advance(6)
    ended = await last(api, "call.ai_gather.ended")
    assert (ended["status"], set(ended["result"])) == ("valid", {"name", "age"})


async def test_calls_wait_in_queues_and_are_bridged_from_them(api: httpx2.AsyncClient, clock: Clock) -> None:
    caller, agent = [(await answered(api, clock))["call_control_id"] for _ in range(2)]
    assert code(await act(api, caller, "leave_queue")) == "90035"
    data(await act(api, caller, "enqueue", queue_name="support", max_size=1))
    assert code(await act(api, caller, "enqueue", queue_name="support")) == "90038"
    assert code(await act(api, agent, "enqueue", queue_name="support")) == "90036"
    assert code(await act(api, agent, "enqueue", queue_name="support", max_size=2)) == "90037"
    clock.advance(20)
    (waiting,) = data(await api.get("/queues/support/calls"))
    assert (waiting["call_control_id"], waiting["wait_time_secs"], waiting["queue_position"]) == (caller, 20, 1)
    assert (await api.delete("/queues/support")).status_code == 409
    data(await act(api, agent, "bridge", call_control_id=caller, queue="support"))
    assert (await last(api, "call.dequeued"))["reason"] == "bridged"
    shown = data(await api.get("/queues/support"))
    assert (shown["current_size"], shown["average_wait_time_secs"]) == (0, 20)
    assert (await api.delete("/queues/support")).status_code == 204


async def test_audio_is_streamed_referred_and_paid(api: httpx2.AsyncClient, clock: Clock) -> None:
    call_id = (await answered(api, clock))["call_control_id"]
    assert code(await act(api, call_id, "streaming_stop")) == "90048"
    data(await act(api, call_id, "streaming_start", stream_url="wss://example.com/audio"))
    assert code(await act(api, call_id, "streaming_start", stream_url="wss://example.com/audio")) == "90045"
    data(await act(api, call_id, "siprec_start", connector_name="recorder"))
    data(await act(api, call_id, "pay", amount=1.5))
    data(await act(api, call_id, "refer", sip_address="sip:someone@sandbox.example"))
    clock.advance(1)
    assert (await happened(api))[-5:] == [
        "call.refer.started", "call.refer.completed", "streaming.stopped", "siprec.stopped", "call.hangup",
    ]  # fmt: skip


async def test_the_other_party_does_as_it_is_told(
    api: httpx2.AsyncClient, control: httpx2.AsyncClient, clock: Clock
) -> None:
    call_id = (await answered(api, clock, to="+15550000206"))["call_control_id"]
    deed = {"key": "KEY_sandbox_first", "call_control_id": call_id}
    assert (await control.post("/parties", json={**deed, "digits": "9"})).is_success
    data(await act(api, call_id, "gather", maximum_digits=2))
    assert (await control.post("/parties", json={**deed, "digits": "12", "hangs_up": True})).is_success
    ended = await last(api, "call.gather.ended")
    assert (ended["digits"], ended["status"]) == ("12", "valid")
    assert (await last(api, "call.hangup"))["hangup_source"] == "callee"
    assert (await control.post("/parties", json=deed)).status_code == 422


async def test_the_cost_is_reported_where_the_application_asks_for_it(api: httpx2.AsyncClient, clock: Clock) -> None:
    shown = data(await api.get("/call_control_applications"))[0]
    fields = {name: shown[name] for name in ("application_name", "webhook_event_url")}
    application = f"/call_control_applications/{shown['id']}"
    data(await api.patch(application, json={**fields, "call_cost_in_webhooks": True}))
    await answered(api, clock)
    clock.advance(60)
    told = await last(api, "call.cost")
    assert (told["total_cost"], told["billed_duration_secs"]) == ("0.007", 60)


async def test_a_supervisor_stays_as_long_as_the_call(api: httpx2.AsyncClient, clock: Clock) -> None:
    call_id = (await answered(api, clock))["call_control_id"]
    boss = await answered(api, clock, to="+12025550124", supervise_call_control_id=call_id, supervisor_role="monitor")
    data(await act(api, boss["call_control_id"], "switch_supervisor_role", role="whisper"))
    data(await act(api, call_id, "hangup"))
    assert not data(await api.get(f"/calls/{boss['call_control_id']}"))["is_alive"]


async def test_what_was_asked_for_begins_in_the_stated_order_with_the_answer(
    api: httpx2.AsyncClient, clock: Clock
) -> None:
    waiting = (await answered(api, clock))["call_control_id"]
    asked = {
        "audio_url": "https://example.com/hello.mp3",
        "conference_config": {"conference_name": "standup"},
        "assistant": {"id": "assistant-1"},
        "bridge_on_answer": True,
        "link_to": waiting,
    }
    data(await dial(api, to=["+12025550177", "+12025550178"], **asked))
    clock.advance(2)
    names = await happened(api)
    assert names[names.index("call.playback.started") - 1 :] == [
        "call.answered",
        "call.playback.started",
        "conference.created",
        "conference.participant.joined",
        "call.conversation.created",
        "call.hangup",
        "call.bridged",
        "call.bridged",
    ]
