"""Conferences and queues: which action a tool takes, what it sends, what it refuses."""

import json
import uuid
from typing import Any

import httpx2
import pytest
from tests.tools.groups.calls import answered_call
from tests.tools.groups.sandboxed import answering, call

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments

pytestmark = pytest.mark.anyio

CONFERENCE = {"conference_id": "conf-1"}


class Recorder:
    """Takes any command, after as many failures as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.sent: list[tuple[str, Any]] = []
        self._failures = failures

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content) if request.content else None
        self.sent.append((request.url.path.removeprefix("/v2"), body))
        if len(self.sent) <= self._failures:
            return httpx2.Response(503, headers={"retry-after": "0"}, json={"errors": []})
        return httpx2.Response(200, json={"data": {"result": "ok"}})


async def sent(name: str, **arguments: object) -> list[tuple[str, Any]]:
    recorder = Recorder()
    async with answering(recorder) as telnyx:
        assert await call(telnyx, name, **CONFERENCE, **arguments) == {"result": "ok"}
    return recorder.sent


async def test_calls_meet_are_muted_and_held_hear_something_and_are_sent_home(telnyx: Telnyx, clock: Clock) -> None:
    first, second = [await answered_call(telnyx, clock) for _ in range(2)]
    made = await call(telnyx, "create_conference", call_control_id=first, name="Standup")
    room = {"conference_id": made["id"]}
    await call(telnyx, "join_conference", **room, call_control_id=second, mute=True)
    assert await inside(telnyx, room, muted=True) == [second]
    await call(telnyx, "mute_conference_participants", **room, mute=False)
    assert await inside(telnyx, room, muted=True) == []
    await call(telnyx, "hold_conference_participants", **room)
    await call(telnyx, "hold_conference_participants", **room, hold=False, call_control_ids=[first])
    assert await inside(telnyx, room, on_hold=True) == [second]
    await call(telnyx, "start_conference_recording", **room)
    await call(telnyx, "speak_in_conference", **room, payload="Welcome", voice="Telnyx.KokoroTTS.af")
    clock.advance(5)
    await call(telnyx, "control_conference_recording", **room, action="stop")
    await call(telnyx, "leave_conference", **room, call_control_id=second)
    assert await inside(telnyx, room) == [first]
    await call(telnyx, "end_conference", **room)
    (found,) = (await call(telnyx, "list_conferences", name="Standup", status="completed"))["items"]
    assert (found["id"], found["end_reason"]) == (made["id"], "ended_via_api")
    (recording,) = (await call(telnyx, "list_recordings", **room))["items"]
    assert recording["source"] == "conference"


async def inside(telnyx: Telnyx, room: dict[str, str], **filters: bool) -> list[str]:
    shown = await call(telnyx, "list_conference_participants", **room, **filters)
    return [participant["call_control_id"] for participant in shown["items"] if participant["status"] != "left"]


async def test_a_call_waits_in_a_queue_and_is_taken_out(telnyx: Telnyx, clock: Clock) -> None:
    made = await call(telnyx, "create_queue", queue_name="support", max_size=5)
    assert (made["name"], made["max_size"]) == ("support", 5)
    call_id = await answered_call(telnyx, clock)
    await telnyx.post("/calls/{id}/actions/enqueue", body={"queue_name": "support"}, id=call_id)
    clock.advance(7)
    queued = {"queue_name": "support", "call_control_id": call_id}
    assert (await call(telnyx, "list_queue_calls", queue_name="support"))["items"][0]["wait_time_secs"] == 7
    assert (await call(telnyx, "get_queue_call", **queued))["queue_position"] == 1
    await call(telnyx, "update_queue_call", **queued, keep_after_hangup=True)
    assert (await call(telnyx, "get_queue", queue_name="support"))["current_size"] == 1
    await call(telnyx, "remove_queue_call", **queued)
    assert (await call(telnyx, "list_queue_calls", queue_name="support"))["items"] == []
    assert (await call(telnyx, "update_queue", queue_name="support", max_size=9))["max_size"] == 9
    await call(telnyx, "delete_queue", queue_name="support")
    assert (await call(telnyx, "list_queues"))["items"] == []


@pytest.mark.parametrize(
    ("tool", "arguments", "action", "body"),
    [
        ("mute_conference_participants", {}, "mute", {}),
        ("mute_conference_participants", {"mute": False, "region": "US"}, "unmute", {"region": "US"}),
        ("hold_conference_participants", {"media_name": "music"}, "hold", {"media_name": "music"}),
        (
            "hold_conference_participants",
            {"hold": False, "call_control_ids": ["a"]},
            "unhold",
            {"call_control_ids": ["a"]},
        ),
        ("stop_conference_audio", {"call_control_ids": ["a"]}, "stop", {"call_control_ids": ["a"]}),
        (
            "play_in_conference",
            {"media_name": "m", "loop": "infinity"},
            "play",
            {"media_name": "m", "loop": "infinity"},
        ),
    ],
)
async def test_a_choice_is_the_action_that_it_says(
    tool: str, arguments: dict[str, object], action: str, body: dict[str, object]
) -> None:
    assert await sent(tool, **arguments) == [(f"/conferences/conf-1/actions/{action}", body)]


@pytest.mark.parametrize(
    ("tool", "arguments", "action"),
    [
        ("join_conference", {"call_control_id": "a", "mute": True}, "join"),
        ("leave_conference", {"call_control_id": "a"}, "leave"),
        ("speak_in_conference", {"payload": "Hello"}, "speak"),
        ("start_conference_recording", {}, "record_start"),
        ("control_conference_recording", {"action": "pause"}, "record_pause"),
        ("set_conference_supervisor", {"call_control_id": "a", "supervisor_role": "monitor"}, "update"),
        ("end_conference", {}, "end"),
    ],
)
async def test_a_command_that_failed_is_repeated_under_the_same_id(
    tool: str, arguments: dict[str, object], action: str
) -> None:
    recorder = Recorder(failures=1)
    async with answering(recorder) as telnyx:
        await call(telnyx, tool, **CONFERENCE, **arguments)
    assert [path for path, _ in recorder.sent] == [f"/conferences/conf-1/actions/{action}"] * 2
    first, second = (uuid.UUID(body["command_id"]) for _, body in recorder.sent)
    assert first == second


async def test_every_command_has_an_id_of_its_own() -> None:
    ids = {body["command_id"] for _ in range(2) for _, body in await sent("end_conference")}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("tool", "arguments", "argument", "said"),
    [
        ("hold_conference_participants", {"hold": False}, "call_control_ids", "list_conference_participants"),
        (
            "hold_conference_participants",
            {"hold": False, "call_control_ids": ["a"], "media_name": "m"},
            "hold",
            "leave it out",
        ),
        ("play_in_conference", {}, "audio_url", "audio_url or media_name"),
        (
            "play_in_conference",
            {"audio_url": "https://example.com/a.mp3", "media_name": "m"},
            "media_name",
            "not both",
        ),
        ("play_in_conference", {"media_name": "m", "loop": 101}, "loop", "100"),
        ("send_conference_dtmf", {"digits": "12x"}, "digits", "0-9 A-D"),
        ("update_conference_participant", {"participant_id": "p"}, "", "Nothing to change"),
    ],
)
async def test_what_cannot_be_is_refused_before_anything_is_sent(
    tool: str, arguments: dict[str, object], argument: str, said: str
) -> None:
    recorder = Recorder()
    async with answering(recorder) as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, tool, **CONFERENCE, **arguments)
    assert said in {problem.argument: problem.problem for problem in refused.value.problems}[argument]
    assert recorder.sent == []


async def test_a_voice_of_ones_own_and_a_state_travel_as_the_api_takes_them() -> None:
    voice = {"voice": "ElevenLabs.v2.abc", "voice_api_key_ref": "my_key"}
    ((_, body),) = await sent("speak_in_conference", payload="Hello", language="en-US", **voice)
    assert body["voice_settings"] == {"type": "elevenlabs", "api_key_ref": "my_key"}
    ((_, body),) = await sent("join_conference", call_control_id="a", client_state="order 7")
    assert body["client_state"] == "b3JkZXIgNw=="


async def test_conferences_are_filtered_as_the_api_nests_it() -> None:
    queries: list[dict[str, str]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        queries.append(dict(request.url.params))
        return httpx2.Response(200, json={"data": [{"id": "conf-1", "name": "Standup"}], "meta": {"total_pages": 1}})

    async with answering(answer) as telnyx:
        found = await call(
            telnyx, "list_conferences", application_name_contains="sales", from_number="+12025550101", region="Europe"
        )
        await call(telnyx, "list_conference_participants", **CONFERENCE, on_hold=True)
    assert found == {"items": [{"id": "conf-1", "name": "Standup"}]}
    paging = {"page[number]": "1", "page[size]": "20"}
    assert queries == [
        {
            "filter[application_name][contains]": "sales",
            "filter[from]": "+12025550101",
            "region": "Europe",
            **paging,
        },
        {"filter[on_hold]": "true", **paging},
    ]


async def test_a_queue_name_stays_one_segment_of_the_path() -> None:
    paths: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        paths.append(request.url.raw_path)
        return httpx2.Response(204)

    async with answering(answer) as telnyx:
        queued = {"queue_name": "sales north?", "call_control_id": "v3:a"}
        assert (await call(telnyx, "update_queue_call", **queued, keep_after_hangup=True))["status"] == "updated"
        assert (await call(telnyx, "remove_queue_call", **queued))["status"] == "removed"
        assert await call(telnyx, "delete_queue", queue_name="support") == {"name": "support", "status": "deleted"}
    assert paths == [
        b"/v2/queues/sales%20north%3F/calls/v3:a",
        b"/v2/queues/sales%20north%3F/calls/v3:a",
        b"/v2/queues/support",
    ]
