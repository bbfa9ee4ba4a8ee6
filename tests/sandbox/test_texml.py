"""TeXML: the same calls, recordings, conferences and queues under other names."""

from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.sandbox.answers import RECIPIENT, SENDER, code, data
from tests.sandbox.calling import answered, application, happened, last

from telnyx_sandbox.clock import Clock


async def account_sid(api: httpx2.AsyncClient) -> str:
    return str(data(await api.get("/messaging_profiles"))[0]["organization_id"])


@pytest.fixture
async def texml(api: httpx2.AsyncClient) -> str:
    """A TeXML application that may call."""
    profile_id = data(await api.get("/outbound_voice_profiles"))[0]["id"]
    outbound = {"outbound_voice_profile_id": profile_id}
    fields = {"friendly_name": "Menu", "voice_url": "https://example.com/texml", "outbound": outbound}
    return str(data(await api.post("/texml_applications", json=fields))["id"])


async def place(api: httpx2.AsyncClient, path: str, **fields: object) -> str:
    response = await api.post(path, json={"From": SENDER, "To": RECIPIENT, **fields})
    assert response.is_success, response.text
    return str(response.json()["call_sid"])


async def test_a_call_is_placed_followed_and_ended(api: httpx2.AsyncClient, clock: Clock, texml: str) -> None:
    sid = await place(api, f"/texml/calls/{texml}", Texml="<Response><Pause length='30'/></Response>")
    calls = f"/texml/Accounts/{await account_sid(api)}/Calls"
    assert (await api.get(f"{calls}/{sid}")).json()["status"] == "ringing"
    clock.advance(2)
    assert (await api.get(f"{calls}/{sid}")).json()["status"] == "in-progress"
    clock.advance(10)
    ended = (await api.post(f"{calls}/{sid}", json={"Status": "completed"})).json()
    assert (ended["status"], ended["duration"], ended["price"]) == ("completed", "10", "0.007")
    assert (ended["direction"], ended["start_time"]) == ("outbound", "Mon, 21 Sep 2026 14:13:22 +0000")
    assert await happened(api, product="texml") == ["call.initiated", "call.answered", "call.hangup"]
    assert code(await api.post(f"{calls}/{sid}", json={"Status": "completed"})) == "90018"


async def test_an_assistant_calls(api: httpx2.AsyncClient, clock: Clock, texml: str) -> None:
    made = await api.post("/ai/assistants", json={"name": "Caller", "instructions": "Call."})
    asked = {"AIAssistantId": made.json()["id"], "MachineDetection": "Enable", "Record": True}
    await place(api, f"/texml/ai_calls/{texml}", **asked)
    clock.advance(10)
    assert (await last(api, "call.conversation.created"))["assistant_id"] == made.json()["id"]
    assert (await last(api, "call.machine.detection.ended"))["result"] == "human"


async def test_calls_are_paged_from_zero_and_filtered(api: httpx2.AsyncClient, clock: Clock, texml: str) -> None:
    calls = f"/texml/Accounts/{await account_sid(api)}/Calls"
    for to in (RECIPIENT, "+15550000486", "+15550000480"):
        await place(api, calls, To=to, ApplicationSid=texml, Url="https://example.com/texml")
    clock.advance(30)
    first = (await api.get(f"{calls}?PageSize=2")).json()
    assert [call["status"] for call in first["calls"]] == ["no-answer", "busy"]
    following = urlsplit(first["next_page_uri"])
    assert parse_qs(following.query)["Page"] == ["1"]
    second = (await api.get(f"{calls}?{following.query}")).json()
    assert ([call["status"] for call in second["calls"]], second["next_page_uri"]) == (["in-progress"], None)
    for query, count in (
        ("Status=busy", 1),
        (f"To={RECIPIENT.replace('+', '%2B')}", 1),
        ("StartTime=2026-09-21", 3),
        ("StartTime%3E=2026-09-21", 0),
        ("EndTime%3C=2026-09-22", 2),
    ):
        assert len((await api.get(f"{calls}?{query}")).json()["calls"]) == count, query
    assert code(await api.get("/texml/Accounts/other/Calls")) == "10005"


async def test_an_application_of_the_other_api_is_refused(api: httpx2.AsyncClient, texml: str) -> None:
    fields = {"From": SENDER, "To": RECIPIENT}
    assert code(await api.post(f"/texml/calls/{await application(api)}", json=fields)) == "10015"
    dialled = {"connection_id": texml, "from": SENDER, "to": RECIPIENT}
    assert code(await api.post("/calls", json=dialled)) == "10015"


async def test_a_call_is_recorded(api: httpx2.AsyncClient, clock: Clock) -> None:
    sid, account = (await answered(api, clock))["call_control_id"], await account_sid(api)
    recordings = f"/texml/Accounts/{account}/Calls/{sid}/Recordings"
    started = (await api.post(f"{recordings}.json", json={"RecordingChannels": "single"})).json()
    assert (started["channels"], started["duration"]) == (1, "0")
    clock.advance(3)
    for status in ("paused", "stopped"):
        changed = await api.post(f"{recordings}/{started['sid']}.json", json={"Status": status})
        assert changed.json()["duration"] == "3"
    shown = f"/texml/Accounts/{account}/Recordings/{started['sid']}.json"
    recording = (await api.get(shown)).json()
    assert (recording["status"], recording["media_url"].endswith(".mp3")) == ("completed", True)
    assert [each["sid"] for each in (await api.get(f"{recordings}.json")).json()["recordings"]] == [started["sid"]]
    assert (await api.delete(shown)).status_code == 204
    assert (await api.get(f"/texml/Accounts/{account}/Recordings.json")).json()["recordings"] == []
    assert (await api.get(f"/texml/Accounts/{account}/Transcriptions.json")).json()["transcriptions"] == []


async def test_somebody_is_called_into_a_conference(api: httpx2.AsyncClient, clock: Clock) -> None:
    host = (await answered(api, clock))["call_control_id"]
    data(await api.post("/conferences", json={"call_control_id": host, "name": "Standup"}))
    conference = f"/texml/Accounts/{await account_sid(api)}/Conferences/Standup"
    guest = await place(api, f"{conference}/Participants", Muted=True, EndConferenceOnExit=True)
    clock.advance(2)
    participant = (await api.get(f"{conference}/Participants/{guest}")).json()
    assert (participant["status"], participant["muted"]) == ("connected", True)
    unmuted = await api.post(f"{conference}/Participants/{guest}", json={"Muted": False})
    assert unmuted.json()["muted"] is False
    assert len((await api.get(f"{conference}/Participants")).json()["participants"]) == 2
    assert (await api.delete(f"{conference}/Participants/{guest}")).status_code == 204
    ended = (await api.get(conference)).json()
    reason = "participant-with-end-conference-on-exit-left"
    assert (ended["status"], ended["reason_conference_ended"]) == ("completed", reason)
    listed = (await api.get(f"{conference.removesuffix('/Standup')}?Status=completed")).json()
    assert [each["friendly_name"] for each in listed["conferences"]] == ["Standup"]
    for path in ("Recordings", "Recordings.json"):
        assert (await api.get(f"{conference}/{path}")).json()["recordings"] == []


async def test_queues_are_kept(api: httpx2.AsyncClient) -> None:
    queues = f"/texml/Accounts/{await account_sid(api)}/Queues"
    made = (await api.post(queues, json={"FriendlyName": "sales", "MaxSize": 3})).json()
    assert (await api.post(f"{queues}/{made['sid']}", json={"MaxSize": 4})).json()["max_size"] == 4
    assert (await api.get(f"{queues}/sales")).json()["sid"] == made["sid"]
    assert [each["sid"] for each in (await api.get(queues)).json()["queues"]] == [made["sid"]]
    assert (await api.delete(f"{queues}/{made['sid']}")).status_code == 204
    assert code(await api.get(f"{queues}/sales")) == "10005"


async def test_a_document_is_carried_out_and_then_the_call_ends(
    api: httpx2.AsyncClient, clock: Clock, texml: str
) -> None:
    document = (
        "<Response><Say>Welcome to the test.</Say><Pause length='2'/>"
        "<Gather numDigits='4'><Say>Your code?</Say></Gather><Record maxLength='3'/><Play>https://a.example/b.mp3</Play>"
        "</Response>"
    )
    await place(api, f"/texml/calls/{texml}", Texml=document)
    clock.advance(60)
    names = [name for name in await happened(api) if not name.startswith("call.dtmf")]
    assert names == [
        "call.initiated",
        "call.answered",
        "call.speak.started",
        "call.speak.ended",
        "call.gather.ended",
        "call.recording.saved",
        "call.playback.started",
        "call.playback.ended",
        "call.hangup",
    ]
    assert (await last(api, "call.gather.ended"))["digits"] == "0123"
    assert (await last(api, "call.hangup"))["hangup_source"] == "caller"


async def test_the_recording_begins_before_a_document_that_hangs_up(
    api: httpx2.AsyncClient, clock: Clock, texml: str
) -> None:
    calls = f"/texml/Accounts/{await account_sid(api)}/Calls"
    await place(api, calls, ApplicationSid=texml, Record=True, Texml="<Response><Hangup/></Response>")
    clock.advance(2)
    assert (await happened(api))[1:] == ["call.answered", "call.recording.saved", "call.hangup"]


async def test_a_document_connects_an_assistant(api: httpx2.AsyncClient, clock: Clock, texml: str) -> None:
    made = await api.post("/ai/assistants", json={"name": "Desk", "instructions": "Take messages."})
    document = (await api.get(f"/ai/assistants/{made.json()['id']}/texml")).text
    await place(api, f"/texml/calls/{texml}", Texml=document)
    clock.advance(10)
    assert (await last(api, "call.conversation.created"))["assistant_id"] == made.json()["id"]
    clock.advance(60)
    assert (await happened(api, product="texml"))[-2:] == ["call.conversation.ended", "call.hangup"]


async def test_a_call_goes_on_with_another_document(api: httpx2.AsyncClient, clock: Clock, texml: str) -> None:
    sid = await place(api, f"/texml/calls/{texml}", Texml="<Response><Pause length='30'/></Response>")
    clock.advance(3)
    path = f"/texml/Accounts/{await account_sid(api)}/Calls/{sid}"
    assert code(await api.post(path, json={"Texml": "no xml"})) == "10015"
    entity = '<!DOCTYPE x [<!ENTITY a "b">]><Response>&a;</Response>'
    assert code(await api.post(path, json={"Texml": entity})) == "10015"
    await api.post(path, json={"Texml": "<Response><Hangup/></Response>"})
    assert (await api.get(path)).json()["status"] == "completed"


async def test_audio_is_streamed_until_it_is_stopped(api: httpx2.AsyncClient, clock: Clock) -> None:
    sid = (await answered(api, clock))["call_control_id"]
    calls = f"/texml/Accounts/{await account_sid(api)}/Calls/{sid}"
    for name, fields in (("Streams", {"Url": "wss://example.com/audio"}), ("Siprec", {"ConnectorName": "recorder"})):
        started = (await api.post(f"{calls}/{name}.json", json=fields)).json()
        stopped = await api.post(f"{calls}/{name}/{started['sid']}.json", json={"Status": "stopped"})
        assert (started["status"], stopped.json()["status"]) == ("in-progress", "stopped")
        assert code(await api.post(f"{calls}/{name}/{started['sid']}.json", json={"Status": "stopped"})) == "10005"
