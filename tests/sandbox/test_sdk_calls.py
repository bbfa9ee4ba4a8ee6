"""The official client, validating every answer strictly, lives whole calls."""

from telnyx import AsyncTelnyx
from telnyx.types import CallAnswered, CallGatherEnded, CallHangup, CallInitiated
from tests.sandbox.answers import RECIPIENT, SENDER

from telnyx_sandbox.clock import Clock

VOICE = "AWS.Polly.Joanna"


async def application(telnyx: AsyncTelnyx) -> str:
    return (await telnyx.call_control_applications.list()).data[0].id or ""


async def answered(telnyx: AsyncTelnyx, clock: Clock) -> str:
    dialled = await telnyx.calls.dial(connection_id=await application(telnyx), from_=SENDER, to=RECIPIENT)
    assert dialled.data is not None
    clock.advance(2)
    return dialled.data.call_control_id


async def test_a_call_is_lived_from_dialling_to_its_records(telnyx: AsyncTelnyx, clock: Clock) -> None:
    call_id = await answered(telnyx, clock)
    status = (await telnyx.calls.retrieve_status(call_id)).data
    assert status is not None
    assert status.is_alive
    (active,) = (await telnyx.connections.list_active_calls(await application(telnyx))).data
    assert active.call_control_id == call_id
    await telnyx.calls.actions.gather_using_speak(call_id, payload="Your code?", voice=VOICE, maximum_digits=4)
    await telnyx.calls.actions.start_recording(call_id, channels="dual", format="mp3")
    await telnyx.calls.actions.start_transcription(call_id)
    clock.advance(5)
    await telnyx.calls.actions.start_ai_assistant(call_id, assistant={"id": "assistant-1"})
    await telnyx.calls.actions.stop_recording(call_id)
    await telnyx.calls.actions.update_client_state(call_id, client_state="YQ==")
    await telnyx.calls.actions.hangup(call_id)
    kinds = {
        "call.initiated": CallInitiated,
        "call.answered": CallAnswered,
        "call.gather.ended": CallGatherEnded,
        "call.hangup": CallHangup,
    }
    for event in (await telnyx.call_events.list(filter={"leg_id": status.call_leg_id, "type": "webhook"})).data:
        if event.name in kinds:
            kinds[event.name].model_validate(event.metadata, strict=False)
    (recording,) = (await telnyx.recordings.list(filter={"call_control_id": call_id})).data
    assert (await telnyx.recordings.retrieve(recording.id or "")).data == recording
    assert (await telnyx.recording_transcriptions.list()).data == []


async def test_conferences_and_queues_have_the_shape_of_the_official_types(telnyx: AsyncTelnyx, clock: Clock) -> None:
    call_id = await answered(telnyx, clock)
    made = (await telnyx.conferences.create(call_control_id=call_id, name="Standup")).data
    assert made is not None
    await telnyx.conferences.actions.speak(made.id, payload="Welcome", voice=VOICE)
    (participant,) = (await telnyx.conferences.list_participants(made.id)).data
    assert participant.call_control_id == call_id
    found = (await telnyx.conferences.retrieve_participant(participant.id, id=made.id)).data
    assert found is not None
    await telnyx.conferences.actions.leave(made.id, call_control_id=call_id)
    assert [each.end_reason for each in (await telnyx.conferences.list()).data] == ["all_left"]
    queue = (await telnyx.queues.create(queue_name="support")).data
    assert queue is not None
    await telnyx.calls.actions.enqueue(call_id, queue_name="support")
    (waiting,) = (await telnyx.queues.calls.list("support")).data
    assert (waiting.queue_id, waiting.queue_position) == (queue.id, 1)
    for record_type in ("conference", "conference-participant"):
        assert len((await telnyx.detail_records.list(filter={"record_type": record_type})).data) == 1


async def test_texml_has_the_shape_of_the_official_types(telnyx: AsyncTelnyx, clock: Clock) -> None:
    profile = (await telnyx.outbound_voice_profiles.list()).data[0]
    made = await telnyx.texml_applications.create(
        friendly_name="Menu",
        voice_url="https://example.com/texml",
        outbound={"outbound_voice_profile_id": profile.id or ""},
    )
    assert made.data is not None
    assistant = await telnyx.ai.assistants.create(name="Reception", instructions="Be short.")
    placed = await telnyx.texml.initiate_ai_call(
        made.data.id or "", ai_assistant_id=assistant.id, from_=SENDER, to=RECIPIENT, record=True
    )
    sid, account = placed.call_sid or "", (await telnyx.messaging_profiles.list()).data[0].organization_id or ""
    clock.advance(70)
    call = await telnyx.texml.accounts.calls.retrieve(sid, account_sid=account)
    assert (call.status, call.duration) == ("completed", "60")
    calls = await telnyx.texml.accounts.calls.retrieve_calls(account)
    assert [each.sid for each in calls.calls or ()] == [sid]
    recordings = await telnyx.texml.accounts.retrieve_recordings_json(account)
    assert [each.status for each in recordings.recordings or ()] == ["completed"]
    of_call = await telnyx.texml.accounts.calls.recordings_json.retrieve_recordings_json(sid, account_sid=account)
    assert len(of_call.recordings or ()) == 1
    assert (await telnyx.texml.accounts.conferences.retrieve_conferences(account)).conferences == []
    assert (await telnyx.texml.accounts.queues.list(account)).queues == []
