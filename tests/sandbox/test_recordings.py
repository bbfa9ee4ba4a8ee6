"""Recordings of calls: begun, paused, ended, listened to, written down, deleted."""

import io
import wave

import httpx2
from tests.sandbox.answers import code, data
from tests.sandbox.calling import act, answered, dial, last

from telnyx_sandbox.clock import Clock

WAV = {"format": "wav", "channels": "dual"}


async def recorded(api: httpx2.AsyncClient, clock: Clock, **fields: object) -> str:
    """A recording of four seconds."""
    call_id = (await answered(api, clock))["call_control_id"]
    data(await act(api, call_id, "record_start", **{**WAV, **fields}))
    clock.advance(4)
    data(await act(api, call_id, "record_stop"))
    return str((await last(api, "call.recording.saved"))["recording_id"])


async def test_a_recording_can_be_listened_to_by_whoever_has_its_address(api: httpx2.AsyncClient, clock: Clock) -> None:
    recording = data(await api.get(f"/recordings/{await recorded(api, clock)}"))
    assert (recording["duration_millis"], recording["channels"], recording["status"]) == (4000, "dual", "completed")
    async with httpx2.AsyncClient() as anyone:
        heard = await anyone.get(recording["download_urls"]["wav"])
        missing = await anyone.get(recording["download_urls"]["wav"].replace(".wav", ".mp3"))
    assert (heard.headers["content-type"], missing.status_code) == ("audio/wav", 404)
    with wave.open(io.BytesIO(heard.content)) as sound:
        assert (sound.getnframes() / sound.getframerate(), sound.getnchannels()) == (4, 2)


async def test_an_mp3_is_made_of_frames(api: httpx2.AsyncClient, clock: Clock) -> None:
    recording = data(await api.get(f"/recordings/{await recorded(api, clock, format='mp3')}"))
    async with httpx2.AsyncClient() as anyone:
        heard = await anyone.get(recording["download_urls"]["mp3"])
    assert (heard.headers["content-type"], heard.content[:2], len(heard.content) % 104) == (
        "audio/mpeg",
        b"\xff\xfb",
        0,
    )


async def test_a_pause_is_left_out(api: httpx2.AsyncClient, clock: Clock) -> None:
    call_id = (await answered(api, clock))["call_control_id"]
    data(await act(api, call_id, "record_start", **WAV))
    for action in ("record_pause", "record_resume"):
        clock.advance(5)
        data(await act(api, call_id, action))
    assert data(await api.get("/recordings")) == []
    assert code(await act(api, call_id, "record_stop", recording_id="none")) == "10005"
    clock.advance(1)
    data(await act(api, call_id, "hangup"))
    (recording,) = data(await api.get("/recordings"))
    assert recording["duration_millis"] == 6000


async def test_a_call_is_recorded_from_its_answer_up_to_a_limit(api: httpx2.AsyncClient, clock: Clock) -> None:
    call = data(await dial(api, record="record-from-answer", record_max_length=7))
    clock.advance(20)
    recording = data(await api.get(f"/recordings/{call['recording_id']}"))
    assert (recording["duration_millis"], recording["initiated_by"]) == (7000, "OutboundAPI")


async def test_a_recording_is_written_down(api: httpx2.AsyncClient, clock: Clock) -> None:
    recording_id = await recorded(api, clock, transcription=True)
    (text,) = data(await api.get(f"/recording_transcriptions?filter[recording_id]={recording_id}"))
    assert (text["status"], text["transcription_text"]) == ("in-progress", None)
    clock.advance(2)
    done = data(await api.get(f"/recording_transcriptions/{text['id']}"))
    assert (done["status"], done["transcription_text"]) == ("completed", "Hello, my number ends in 0123.")
    assert (await last(api, "call.recording.transcription.saved"))["recording_id"] == recording_id
    data(await api.delete(f"/recording_transcriptions/{text['id']}"))
    assert data(await api.get("/recording_transcriptions")) == []


async def test_what_is_said_is_written_while_the_call_goes_on(api: httpx2.AsyncClient, clock: Clock) -> None:
    call_id = (await answered(api, clock))["call_control_id"]
    data(await act(api, call_id, "transcription_start"))
    assert code(await act(api, call_id, "transcription_start")) == "90054"
    assert code(await act(api, call_id, "record_start", timeout_secs=5, **WAV)) == "90053"
    clock.advance(3)
    heard = (await last(api, "call.transcription"))["transcription_data"]
    assert (heard["transcript"], heard["is_final"]) == ("Hello, my number ends in 0123.", True)
    data(await act(api, call_id, "transcription_stop"))


async def test_recordings_are_found_and_deleted(api: httpx2.AsyncClient, clock: Clock) -> None:
    first, second = await recorded(api, clock), await recorded(api, clock)
    shown = data(await api.get(f"/recordings/{second}"))
    for name in ("call_control_id", "call_leg_id", "call_session_id"):
        assert [each["id"] for each in data(await api.get(f"/recordings?filter[{name}]={shown[name]}"))] == [second]
    later = f"/recordings?filter[created_at][gte]={shown['created_at']}"
    assert [each["id"] for each in data(await api.get(later))] == [second]
    data(await api.delete(f"/recordings/{first}"))
    assert code(await api.get(f"/recordings/{first}")) == "10005"
    assert (await api.post("/recordings/actions/delete", json={"ids": [second]})).json() == {"status": "ok"}
    assert data(await api.get("/recordings")) == []
