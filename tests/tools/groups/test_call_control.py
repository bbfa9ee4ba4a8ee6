"""Calls as an agent places, follows and steers them."""

import base64
import json
from typing import Any

import httpx2
import pytest
from tests.tools.groups.sandboxed import answering, call

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError, OutcomeUnknown
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.registry import registry

SENDER, CUSTOMER, BUSY = "+12025550101", "+12025551234", "+15550000486"
CALL_ID = "v3:MdI91X4lWFEs7IgbBEOT9M4AigoY08M0WWZFISt1Yw2axZ_IiE4pqg"


async def placed(telnyx: Telnyx, to: str = CUSTOMER, **arguments: object) -> str:
    return str((await call(telnyx, "make_call", to=to, from_number=SENDER, **arguments))["call_control_id"])


async def answered(telnyx: Telnyx, to: str = CUSTOMER) -> str:
    call_id = await placed(telnyx, to)
    state = await call(telnyx, "wait_for_call", call_control_id=call_id, until="answered")
    assert (state["status"], state["event"]) == ("answered", "call.answered")
    return call_id


class Heard:
    """Telnyx as far as a command needs it: keeps what it was asked, and says ok."""

    def __init__(self, *applications: str) -> None:
        self.requests: list[httpx2.Request] = []
        self._applications = [{"id": name, "application_name": f"App {name}"} for name in applications]

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if request.method == "GET":
            return httpx2.Response(200, json={"data": self._applications})
        return httpx2.Response(200, json={"data": {"result": "ok", "call_control_id": CALL_ID}})

    @property
    def sent(self) -> list[httpx2.Request]:
        return [request for request in self.requests if request.method != "GET"]

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.sent[-1].content)
        return body

    @property
    def path(self) -> str:
        return self.sent[-1].url.raw_path.decode()


async def test_a_call_uses_the_only_application_and_says_so() -> None:
    heard = Heard("1")
    async with answering(heard) as telnyx:
        made = await call(
            telnyx,
            "make_call",
            to=[CUSTOMER, "sip:desk@example.com"],
            from_number=SENDER,
            client_state="order 17",
            record="dual",
            record_format="mp3",
        )
    assert made["call_control_id"] == CALL_ID
    assert (made["connection_id"], made["note"]) == ("1", "With the account's only Call Control application: App 1.")
    body = heard.body
    assert len(body.pop("command_id")) == 36
    assert body == {
        "connection_id": "1",
        "to": [CUSTOMER, "sip:desk@example.com"],
        "from": SENDER,
        "client_state": base64.b64encode(b"order 17").decode(),
        "record": "record-from-answer",
        "record_channels": "dual",
        "record_format": "mp3",
    }


@pytest.mark.parametrize(
    ("applications", "hint"), [(("1", "2"), "App 1 (1); App 2 (2)"), ((), "create_call_control_application")]
)
async def test_without_one_clear_application_nothing_is_dialled_and_the_agent_is_told_what_there_is(
    applications: tuple[str, ...], hint: str
) -> None:
    heard = Heard(*applications)
    async with answering(heard) as telnyx:
        for tool, arguments in (("make_call", {"to": CUSTOMER, "from_number": SENDER}), ("list_active_calls", {})):
            with pytest.raises(InvalidArguments) as refused:
                await call(telnyx, tool, **arguments)
            (problem,) = refused.value.problems
            assert problem.argument == "connection_id"
            assert hint in problem.problem
    assert heard.sent == []


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ({"audio_url": "https://example.com/a.mp3", "media_name": "a"}, "media_name"),
        ({"record_format": "mp3"}, "record_format"),
        ({"to": "12025550123"}, "to"),
        ({"to": ["+12025550123", "nobody"]}, "to.1"),
    ],
)
async def test_a_call_that_makes_no_sense_is_not_dialled(arguments: dict[str, object], argument: str) -> None:
    heard = Heard("1")
    async with answering(heard) as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, "make_call", **{"to": CUSTOMER, "from_number": SENDER, **arguments})
    assert argument in [problem.argument for problem in refused.value.problems]
    assert heard.requests == []


@pytest.mark.parametrize(
    ("tool", "arguments", "action", "body"),
    [
        ("gather", {"maximum_digits": 4}, "gather", {"maximum_digits": 4}),
        (
            "gather_digits",
            {"payload": "Your code?", "maximum_tries": 2},
            "gather_using_speak",
            {"payload": "Your code?", "voice": "AWS.Polly.Joanna-Neural", "maximum_tries": 2},
        ),
        (
            "gather_digits",
            {"audio_url": "https://example.com/code.mp3"},
            "gather_using_audio",
            {"audio_url": "https://example.com/code.mp3"},
        ),
        (
            "speak_on_call",
            {"payload": "Hi", "voice": "ElevenLabs.v3.Ann", "voice_api_key_ref": "eleven"},
            "speak",
            {
                "payload": "Hi",
                "voice": "ElevenLabs.v3.Ann",
                "voice_settings": {"type": "elevenlabs", "api_key_ref": "eleven"},
            },
        ),
        (
            "start_recording",
            {"trim_silence": True},
            "record_start",
            {"channels": "single", "format": "mp3", "trim": "trim-silence"},
        ),
        ("transfer_call", {"to": "sip:desk@example.com"}, "transfer", {"to": "sip:desk@example.com"}),
        ("bridge_calls", {"queue": "support"}, "bridge", {"call_control_id": "", "queue": "support"}),
        (
            "join_call_assistant",
            {"conversation_id": "c", "participant": {"call_control_id": "v3:other"}},
            "ai_assistant_join",
            {"conversation_id": "c", "participant": {"id": "v3:other", "role": "user"}},
        ),
    ],
)
async def test_a_tool_sends_the_command_that_fits_what_it_was_given(
    tool: str, arguments: dict[str, object], action: str, body: dict[str, object]
) -> None:
    heard = Heard()
    found = registry().find(tool)
    assert found is not None
    async with answering(heard) as telnyx:
        assert (await call(telnyx, found.name, call_control_id=CALL_ID, **arguments))["result"] == "ok"
    assert heard.path == f"/v2/calls/{CALL_ID}/actions/{action}"
    assert heard.body == {**body, "command_id": heard.body["command_id"]}


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("gather_digits", {"payload": "?", "audio_url": "https://example.com/a.mp3"}, "audio_url"),
        ("gather_digits", {"invalid_payload": "Again"}, "invalid_payload"),
        ("speak", {"payload": "Hi", "voice_api_key_ref": "key"}, "voice_api_key_ref"),
        ("playback_start", {}, "audio_url"),
        ("bridge_calls", {}, "call_control_id_to_bridge_with"),
        ("list_call_events", {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}, "until"),
    ],
)
async def test_what_does_not_go_together_is_named_and_not_sent(
    tool: str, arguments: dict[str, object], named: str
) -> None:
    heard = Heard()
    call_id = {} if tool == "list_call_events" else {"call_control_id": CALL_ID}
    async with answering(heard) as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, tool, **call_id, **arguments)
    assert [problem.argument for problem in refused.value.problems] == [named]
    assert heard.requests == []


async def test_a_command_is_repeated_under_the_same_id_and_a_transfer_is_not() -> None:
    heard = Heard()

    def fails_once(request: httpx2.Request) -> httpx2.Response:
        answer = heard(request)
        return httpx2.Response(502) if len(heard.sent) == 1 else answer

    async with answering(fails_once) as telnyx:
        await call(telnyx, "speak", call_control_id=CALL_ID, payload="Hi")
        first, second = (json.loads(request.content) for request in heard.sent)
        assert first == second
        heard.requests.clear()
        with pytest.raises(OutcomeUnknown):
            await call(telnyx, "transfer", call_control_id=CALL_ID, to=CUSTOMER)
        assert len(heard.sent) == 1


async def test_a_call_is_followed_from_ringing_to_its_end(telnyx: Telnyx, clock: Clock) -> None:
    call_id = await placed(telnyx, client_state="Zm9v")
    assert (await call(telnyx, "get_call_status", call_control_id=call_id))["status"] == "ringing"
    state = await call(telnyx, "wait_for_call", call_control_id=call_id, until="answered")
    assert (state["status"], state["client_state"]) == ("answered", "Zm9v")
    (active,) = (await call(telnyx, "list_active_calls"))["items"]
    assert (active["call_control_id"], active["client_state"]) == (call_id, "Zm9v")
    ended = await call(telnyx, "wait_for_call", call_control_id=call_id, until="ended", timeout_secs=120)
    assert (ended["status"], ended["hangup_cause"], ended["hangup_source"]) == ("ended", "normal_clearing", "callee")
    assert (await call(telnyx, "list_active_calls"))["items"] == []
    events = (await call(telnyx, "list_call_events", call_leg_id=ended["call_leg_id"]))["items"]
    assert {event["name"] for event in events} >= {"call.initiated", "call.answered", "call.hangup"}
    (hangup,) = [event for event in events if event["name"] == "call.hangup"]
    assert (hangup["hangup_cause"], hangup["to"]) == ("normal_clearing", CUSTOMER)


async def test_a_wait_for_the_answer_ends_when_nobody_answers_and_says_why(telnyx: Telnyx) -> None:
    call_id = await placed(telnyx, BUSY)
    state = await call(telnyx, "wait_for_call", call_control_id=call_id, until="answered")
    assert (state["status"], state["hangup_cause"]) == ("ended", "user_busy")
    assert state["note"] == "The call ended before it was answered."


async def test_a_wait_that_takes_too_long_says_where_the_call_stands(telnyx: Telnyx) -> None:
    call_id = await answered(telnyx)
    state = await call(telnyx, "wait_for_call", call_control_id=call_id, until="ended", timeout_secs=5)
    assert state["status"] == "answered"
    assert "Call wait_for_call again" in state["note"]


async def test_a_transfer_that_reaches_nobody_ends_the_wait_and_not_the_call(telnyx: Telnyx) -> None:
    call_id = await answered(telnyx)
    await call(telnyx, "transfer", call_control_id=call_id, to=BUSY)
    state = await call(telnyx, "wait_for_call", call_control_id=call_id, until="bridged", timeout_secs=30)
    assert (state["status"], state["result"]) == ("answered", {"to": BUSY, "hangup_cause": "user_busy"})
    assert "user_busy" in state["note"]
    await call(telnyx, "transfer", call_control_id=call_id, to="+12025550199")
    state = await call(telnyx, "wait_for_call", call_control_id=call_id, until="bridged", timeout_secs=30)
    assert state["event"] == "call.bridged"


async def test_each_gather_has_its_own_digits(telnyx: Telnyx) -> None:
    call_id = await answered(telnyx)
    asked = {"call_control_id": call_id, "payload": "Your code?", "minimum_digits": 4, "maximum_digits": 4}
    for _ in range(2):
        await call(telnyx, "gather_digits", **asked)
        state = await call(telnyx, "wait_for_call", call_control_id=call_id, until="gathered", timeout_secs=0)
        assert "digits" not in state
        state = await call(telnyx, "wait_for_call", call_control_id=call_id, until="gathered", timeout_secs=120)
        assert (state["digits"], state["gather_status"]) == ("1234", "valid")


async def test_a_payment_is_waited_for_before_a_recording_goes_on(telnyx: Telnyx) -> None:
    one = {"call_control_id": await answered(telnyx)}
    asked = await call(telnyx, "collect_payment", **one, connector_name="shop", amount=1.5)
    assert (asked["result"], "wait_for_call until paid" in asked["note"]) == ("ok", True)
    state = await call(telnyx, "wait_for_call", **one, until="paid", timeout_secs=0)
    assert "event" not in state
    assert "Resume no recording" in state["note"]
    state = await call(telnyx, "wait_for_call", **one, until="paid")
    assert (state["event"], state["result"]) == ("call.payment.completed", "success")
    await call(telnyx, "collect_payment", **one, connector_name="shop", amount=1.5)
    await call(telnyx, "hangup", **one)
    state = await call(telnyx, "wait_for_call", **one, until="paid")
    assert (state["status"], state["note"]) == ("ended", "The call ended before it was paid.")


async def test_hanging_up_twice_is_no_error(telnyx: Telnyx) -> None:
    call_id = await answered(telnyx)
    assert (await call(telnyx, "hangup", call_control_id=call_id)) == {"result": "ok"}
    assert (await call(telnyx, "hangup", call_control_id=call_id))["note"] == "The call had already ended."
    with pytest.raises(ApiError) as refused:
        await call(telnyx, "speak", call_control_id=call_id, payload="Hi")
    assert refused.value.code == "90018"


async def test_a_command_before_the_answer_names_the_tool_that_waits_for_it(telnyx: Telnyx) -> None:
    call_id = await placed(telnyx)
    with pytest.raises(ApiError) as refused:
        await call(telnyx, "speak", call_control_id=call_id, payload="Hi")
    assert (refused.value.code, "wait_for_call" in str(refused.value.describe()["remedy"])) == ("90034", True)


async def test_a_call_that_telnyx_forgot_is_looked_up_among_the_events(telnyx: Telnyx, clock: Clock) -> None:
    call_id = await placed(telnyx, BUSY)
    clock.advance(700)
    with pytest.raises(ApiError) as refused:
        await call(telnyx, "get_call_status", call_control_id=call_id)
    assert "list_call_events" in str(refused.value.describe()["remedy"])


async def test_an_application_without_a_profile_is_mended_as_the_error_says(telnyx: Telnyx) -> None:
    (application,) = (await call(telnyx, "list_call_control_applications"))["items"]
    made = await call(
        telnyx,
        "create_call_control_application",
        application_name="Reminders",
        webhook_event_url="https://example.com/calls",
    )
    arguments = {"to": CUSTOMER, "from_number": SENDER, "connection_id": made["id"]}
    with pytest.raises(ApiError) as refused:
        await call(telnyx, "make_call", **arguments)
    assert "update_call_control_application" in str(refused.value.describe()["remedy"])
    with pytest.raises(ApiError) as unknown:
        await call(telnyx, "make_call", **{**arguments, "connection_id": "1"})
    assert "Leave connection_id out" in str(unknown.value.describe()["remedy"])
    profile = application["outbound"]["outbound_voice_profile_id"]
    changed = await call(
        telnyx,
        "update_call_control_application",
        application_id=made["id"],
        outbound={"outbound_voice_profile_id": profile},
    )
    assert (changed["application_name"], changed["webhook_event_url"]) == ("Reminders", "https://example.com/calls")
    await call(telnyx, "make_call", **arguments)
    (found,) = (await call(telnyx, "list_call_control_applications", name_contains="Remind"))["items"]
    assert found["id"] == made["id"]


async def test_a_list_of_calls_that_goes_on_behind_a_cursor_is_followed() -> None:
    asked: list[str] = []

    def pages(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.query.decode())
        more = "after" not in asked[-1]
        meta = {"cursors": {"after": "token" if more else None}}
        return httpx2.Response(200, json={"data": [{"call_control_id": str(len(asked))}], "meta": meta})

    async with answering(pages) as telnyx:
        first = await call(telnyx, "list_active_calls", connection_id="1")
        last = await call(telnyx, "list_active_calls", connection_id="1", page=first["next"])
    assert ([first["items"][0]["call_control_id"], last["items"][0]["call_control_id"]], "next" in last) == (
        ["1", "2"],
        False,
    )
    assert "token" in asked[1]


async def test_the_state_of_a_long_call_is_read_where_its_newest_events_are(clock: Clock) -> None:
    def oldest_first(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/call_events"):
            page = int(request.url.params["page[number]"])
            names = {1: ["call.initiated", "call.answered"], 3: ["speak", "call.hangup"]}[page]
            data = [{"name": name, "event_timestamp": f"2026-01-0{page}T00:00:0{at}Z"} for at, name in enumerate(names)]
            return httpx2.Response(200, json={"data": data, "meta": {"total_pages": 3}})
        return httpx2.Response(200, json={"data": {"call_leg_id": "leg", "is_alive": True}})

    async with answering(oldest_first) as telnyx:
        assert (await call(telnyx, "get_call_status", call_control_id=CALL_ID))["status"] == "ended"


async def test_events_that_come_after_the_end_are_waited_for_and_those_that_cannot_be_read_are_done_without(
    clock: Clock,
) -> None:
    ends = iter([httpx2.Response(403), httpx2.Response(200, json={"data": [_HANGUP]})])

    def ended(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/call_events"):
            return next(ends)
        data = {"call_leg_id": "leg", "is_alive": False, "end_time": "2026-01-01T00:00:00Z"}
        return httpx2.Response(200, json={"data": data})

    async with answering(ended) as telnyx:
        state = await call(telnyx, "wait_for_call", call_control_id=CALL_ID, until="answered")
    assert (state["status"], state["hangup_cause"]) == ("ended", "no_answer")


_HANGUP = {
    "name": "call.hangup",
    "event_timestamp": "2026-01-01T00:00:00Z",
    "metadata": {"raw": {"data": {"payload": {"hangup_cause": "no_answer"}}}},
}
