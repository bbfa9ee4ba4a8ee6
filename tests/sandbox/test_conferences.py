"""Conferences: who is in them, what they hear, how they end."""

import httpx2
from tests.sandbox.answers import code, data
from tests.sandbox.calling import act, answered, events, happened, last

from telnyx_sandbox.clock import Clock


async def conference_of(
    api: httpx2.AsyncClient, clock: Clock, calls: int = 2, **fields: object
) -> tuple[str, list[str]]:
    """A conference that the calls are in."""
    ids = [str((await answered(api, clock))["call_control_id"]) for _ in range(calls)]
    made = data(await api.post("/conferences", json={"call_control_id": ids[0], "name": "Standup", **fields}))
    for call_id in ids[1:]:
        data(await do(api, made["id"], "join", call_control_id=call_id))
    return made["id"], ids


async def do(api: httpx2.AsyncClient, conference_id: str, action: str, **fields: object) -> httpx2.Response:
    return await api.post(f"/conferences/{conference_id}/actions/{action}", json=fields)


async def participants(api: httpx2.AsyncClient, conference_id: str, query: str = "") -> list[str]:
    shown = data(await api.get(f"/conferences/{conference_id}/participants{query}"))
    return [each["call_control_id"] for each in shown]


async def test_calls_join_stay_and_are_hung_up_with_the_conference(api: httpx2.AsyncClient, clock: Clock) -> None:
    conference_id, calls = await conference_of(api, clock)
    assert await participants(api, conference_id) == calls
    clock.advance(600)
    assert code(await do(api, conference_id, "join", call_control_id=calls[0])) == "90044"
    data(await do(api, conference_id, "end"))
    ended = data(await api.get(f"/conferences/{conference_id}"))
    assert (ended["status"], ended["end_reason"]) == ("completed", "ended_via_api")
    assert await happened(api, name="call.hangup") == ["call.hangup"] * 2
    assert code(await do(api, conference_id, "end")) == "90019"
    assert code(await do(api, "none", "end")) == "90058"


async def test_a_conference_ends_when_everybody_or_its_host_has_left(api: httpx2.AsyncClient, clock: Clock) -> None:
    conference_id, (first, second) = await conference_of(api, clock)
    data(await do(api, conference_id, "leave", call_control_id=first))
    assert data(await api.get(f"/calls/{first}"))["is_alive"]
    data(await act(api, second, "hangup"))
    assert (await last(api, "conference.ended"))["reason"] == "all_left"
    conference_id, (host, guest) = await conference_of(api, clock)
    exits = {"end_conference_on_exit": True}
    data(await api.patch(f"/conferences/{conference_id}/participants/{host}", json=exits))
    data(await act(api, host, "hangup"))
    assert (await last(api, "conference.ended"))["reason"] == "host_left"
    assert not data(await api.get(f"/calls/{guest}"))["is_alive"]


async def test_a_conference_lasts_so_long_and_takes_so_many(api: httpx2.AsyncClient, clock: Clock) -> None:
    conference_id, _ = await conference_of(api, clock, max_participants=2, duration_minutes=10)
    third = (await answered(api, clock))["call_control_id"]
    assert code(await do(api, conference_id, "join", call_control_id=third)) == "90032"
    clock.advance(600)
    assert (await last(api, "conference.ended"))["reason"] == "time_exceeded"
    assert data(await api.get("/conferences?filter[status]=in_progress")) == []
    assert [each["id"] for each in data(await api.get("/conferences?filter[name]=Standup"))] == [conference_id]


async def test_participants_are_muted_and_held_and_let_speak_again(api: httpx2.AsyncClient, clock: Clock) -> None:
    conference_id, (first, second) = await conference_of(api, clock)
    data(await do(api, conference_id, "mute", call_control_ids=[second]))
    data(await do(api, conference_id, "hold"))
    assert await participants(api, conference_id, "?filter[muted]=true") == [second]
    assert await participants(api, conference_id, "?filter[on_hold]=true") == [first, second]
    data(await do(api, conference_id, "unmute"))
    data(await do(api, conference_id, "unhold", call_control_ids=[first]))
    assert await participants(api, conference_id, "?filter[muted]=true") == []
    assert await participants(api, conference_id, "?filter[on_hold]=true") == [second]
    assert code(await do(api, conference_id, "mute", call_control_ids=["v3:none"])) == "90015"
    data(await do(api, conference_id, "update", call_control_id=first, supervisor_role="whisper"))
    assert await participants(api, conference_id, "?filter[whispering]=true") == [first]


async def test_all_or_some_hear_what_is_played_and_it_is_recorded(api: httpx2.AsyncClient, clock: Clock) -> None:
    conference_id, (first, second) = await conference_of(api, clock)
    data(await do(api, conference_id, "record_start", format="mp3"))
    data(await do(api, conference_id, "speak", payload="Welcome", voice="female"))
    url = "https://example.com/music.mp3"
    data(await do(api, conference_id, "play", audio_url=url, loop="infinity", call_control_ids=[second]))
    clock.advance(5)
    data(await do(api, conference_id, "stop"))
    data(await do(api, conference_id, "record_stop"))
    names = [event["name"] for event in await events(api) if "speak" in event["name"] or "playback" in event["name"]]
    assert names == [
        "conference.speak.started",
        "conference.participant.playback.started",
        "conference.speak.ended",
        "conference.participant.playback.ended",
    ]
    (recording,) = data(await api.get(f"/recordings?filter[conference_id]={conference_id}"))
    assert (recording["source"], recording["duration_millis"]) == ("conference", 5000)
    data(await do(api, conference_id, "gather_using_audio", call_control_id=first, audio_url=url))
    clock.advance(10)
    assert (await last(api, "call.gather.ended"))["digits"] == "0123"


async def test_the_same_command_id_acts_once(api: httpx2.AsyncClient, clock: Clock) -> None:
    conference_id, (first, second) = await conference_of(api, clock, command_id="make")
    again = {"call_control_id": first, "name": "Standup", "command_id": "make"}
    assert data(await api.post("/conferences", json=again))["id"] == conference_id
    assert code(await api.post("/conferences", json={**again, "command_id": "other"})) == "10012"
    for _ in range(2):
        data(await do(api, conference_id, "leave", call_control_id=second, command_id="leave"))


async def test_queues_are_made_changed_and_listed(api: httpx2.AsyncClient, clock: Clock) -> None:
    made = data(await api.post("/queues", json={"queue_name": "sales", "max_size": 5}))
    assert code(await api.post("/queues", json={"queue_name": "sales"})) == "10012"
    assert data(await api.post("/queues/sales", json={"max_size": 7}))["max_size"] == 7
    call_id = (await answered(api, clock))["call_control_id"]
    data(await act(api, call_id, "enqueue", queue_name="sales"))
    kept = f"/queues/sales/calls/{call_id}"
    assert (await api.patch(kept, json={"keep_after_hangup": True})).status_code == 204
    data(await act(api, call_id, "hangup"))
    assert not data(await api.get(kept))["is_alive"]
    assert (await api.delete(kept)).status_code == 204
    assert [(each["id"], each["current_size"]) for each in data(await api.get("/queues"))] == [(made["id"], 0)]


async def test_a_call_is_dialled_into_a_conference_with_audio(api: httpx2.AsyncClient, clock: Clock) -> None:
    config = {"conference_name": "Dial-in", "mute": True, "end_conference_on_exit": True}
    call = await answered(api, clock, conference_config=config, audio_url="https://example.com/hello.mp3")
    (conference,) = data(await api.get("/conferences?filter[name]=Dial-in"))
    assert await participants(api, conference["id"], "?filter[muted]=true") == [call["call_control_id"]]
    assert "call.playback.started" in await happened(api)
    data(await act(api, call["call_control_id"], "hangup"))
    assert (await last(api, "conference.ended"))["reason"] == "host_left"
