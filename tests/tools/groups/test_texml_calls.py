"""TeXML calls: placed with a document or an address, followed, changed, ended."""

import json
from typing import Any

import httpx2
import pytest
from tests.tools.groups.calls import answered_call
from tests.tools.groups.sandboxed import answering, call, losing

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError, OutcomeUnknown
from telnyx_tools.argument_errors import InvalidArguments

pytestmark = pytest.mark.anyio

ACCOUNT = {"account_sid": "account-1"}
CALL = {**ACCOUNT, "call_sid": "v3:call"}
DIALLED = {"texml_application_id": "app-1", "to": "+12025550123", "from_number": "+12025550101"}
HELLO = "<Response><Say>Hello</Say></Response>"
WAIT = '<Response><Pause length="60"/></Response>'


class Recorder:
    def __init__(self, answer: object) -> None:
        self.sent: list[tuple[str, Any]] = []
        self._answer = answer

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append((request.url.path.removeprefix("/v2"), json.loads(request.content)))
        return httpx2.Response(200, json=self._answer)


async def test_a_call_is_placed_followed_and_ended(telnyx: Telnyx, clock: Clock) -> None:
    account = await account_of(telnyx)
    started = await call(telnyx, "start_texml_call", **await dialled(telnyx), texml=WAIT)
    clock.advance(5)
    sids = {**account, "call_sid": started["call_sid"]}
    assert (await call(telnyx, "get_texml_call", **sids))["status"] == "in-progress"
    await call(telnyx, "update_texml_call", **sids, texml=HELLO)
    assert (await call(telnyx, "end_texml_call", **sids))["status"] == "completed"
    assert (await call(telnyx, "list_texml_calls", **account, status="busy"))["items"] == []
    (found,) = (await call(telnyx, "list_texml_calls", **account, page_size=1))["items"]
    assert (found["call_sid"], found["to"]) == (started["call_sid"], "+12025550123")
    assert float(found["price"]) > 0


async def test_somebody_is_dialled_into_a_conference_muted_and_taken_out(telnyx: Telnyx, clock: Clock) -> None:
    first = await answered_call(telnyx, clock)
    await call(telnyx, "create_conference", call_control_id=first, name="Standup")
    account = await account_of(telnyx)
    (found,) = (await call(telnyx, "list_texml_conferences", **account, name="Standup"))["items"]
    room = {**account, "conference_sid": found["conference_sid"]}
    numbers = {"to": "+12025550124", "from_number": "+12025550101"}
    joining = await call(telnyx, "dial_texml_conference_participant", **room, **numbers, muted=True)
    assert joining["status"] == "connecting"
    clock.advance(5)
    shown = (await call(telnyx, "list_texml_conference_participants", **room))["items"]
    assert [(each["call_sid"], each["muted"]) for each in shown] == [(first, False), (joining["call_sid"], True)]
    guest = {**room, "participant": joining["call_sid"]}
    assert not (await call(telnyx, "update_texml_conference_participant", **guest, muted=False))["muted"]
    await call(telnyx, "remove_texml_conference_participant", **guest)
    assert (await call(telnyx, "end_texml_conference", **room))["status"] == "completed"


async def account_of(telnyx: Telnyx) -> dict[str, str]:
    profiles: Any = await telnyx.get("/messaging_profiles")
    return {"account_sid": profiles["data"][0]["organization_id"]}


async def dialled(telnyx: Telnyx) -> dict[str, str]:
    """What places a call, through an application that may."""
    profiles: Any = await telnyx.get("/outbound_voice_profiles")
    outbound = {"outbound_voice_profile_id": profiles["data"][0]["id"]}
    fields = {"friendly_name": "Menu", "voice_url": "https://example.com/texml", "outbound": outbound}
    made: Any = await telnyx.post("/texml_applications", body=fields)
    return {**DIALLED, "texml_application_id": made["data"]["id"]}


async def test_a_call_is_placed_in_the_words_of_texml() -> None:
    recorder = Recorder({"call_sid": "v3:call", "status": "queued", "to": "+12025550123"})
    async with answering(recorder) as telnyx:
        started = await call(telnyx, "start_texml_call", **DIALLED, texml=HELLO)
    assert started == {"call_sid": "v3:call", "status": "queued", "to": "+12025550123"}
    body = {"To": "+12025550123", "From": "+12025550101", "Texml": HELLO}
    assert recorder.sent == [("/texml/calls/app-1", body)]


async def test_a_call_whose_answer_was_lost_is_not_placed_again() -> None:
    async with losing() as (telnyx, sent):
        with pytest.raises(OutcomeUnknown):
            await call(telnyx, "start_texml_call", **DIALLED)
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("tool", "arguments", "argument"),
    [
        ("start_texml_call", {**DIALLED, "texml": HELLO, "url": "https://example.com/t"}, "url"),
        ("start_texml_call", {**DIALLED, "to": "202-555-0123"}, "to"),
        ("update_texml_call", {**CALL, "texml": HELLO, "url": "https://example.com/t"}, "url"),
        ("update_texml_call", {**CALL, "url_method": "GET"}, "texml"),
        ("list_texml_calls", {**ACCOUNT, "page": "last"}, "page"),
    ],
)
async def test_what_cannot_be_is_refused(tool: str, arguments: dict[str, object], argument: str) -> None:
    recorder = Recorder({})
    async with answering(recorder) as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, tool, **arguments)
    assert [problem.argument for problem in refused.value.problems] == [argument]
    assert recorder.sent == []


async def test_a_running_call_is_given_other_texml_and_ended() -> None:
    recorder = Recorder({"sid": "v3:call", "status": "in-progress"})
    async with answering(recorder) as telnyx:
        await call(telnyx, "update_texml_call", **CALL, url="https://example.com/t", url_method="GET")
        await call(telnyx, "end_texml_call", **CALL)
    path = "/texml/Accounts/account-1/Calls/v3:call"
    assert recorder.sent == [
        (path, {"Url": "https://example.com/t", "Method": "GET"}),
        (path, {"Status": "completed"}),
    ]


async def test_a_list_is_followed_by_its_tokens_and_loses_nothing_to_the_size_of_a_result() -> None:
    queries: list[dict[str, str]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        queries.append(dict(request.url.params))
        first = "PageToken" not in request.url.params
        calls = [{"sid": f"{'first' if first else 'second'}-{number}-{'x' * 900}"} for number in range(10)]
        following = "/v2/texml/Accounts/account-1/Calls.json?Page=1&PageToken=a%2Fb%3D&PageSize=10" if first else None
        return httpx2.Response(200, json={"calls": calls, "next_page_uri": following, "page": 0})

    seen: list[str] = []
    async with answering(answer) as telnyx:
        page: str | None = "1"
        while page is not None:
            found = await call(
                telnyx,
                "list_texml_calls",
                **ACCOUNT,
                status="completed",
                start_date="2026-03-01",
                page=page,
                page_size=10,
            )
            seen += [item["call_sid"][:8] for item in found["items"]]
            page = found.get("next")
    assert seen == [f"first-{number}-"[:8] for number in range(10)] + [f"second-{number}"[:8] for number in range(10)]
    given = {"Status": "completed", "StartTime>": "2026-03-01", "PageSize": "10"}
    assert queries[0] == {**given, "Page": "0"}
    assert queries[-1] == {**given, "Page": "1", "PageToken": "a/b="}


async def test_where_an_account_is_not_found_at_all_the_agent_learns_of_another_way() -> None:
    missing = httpx2.Response(404, json={"errors": [{"code": "10005", "title": "Resource not found"}]})
    async with answering(lambda _: missing) as telnyx:
        for tool, arguments in (("list_texml_calls", ACCOUNT), ("get_texml_call", CALL), ("end_texml_call", CALL)):
            with pytest.raises(ApiError) as refused:
                await call(telnyx, tool, **arguments)
            assert "list_call_events" in str(refused.value.describe()["remedy"])
