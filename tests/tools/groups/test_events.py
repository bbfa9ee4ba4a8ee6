"""The tools of events where nothing tells this server: against the sandbox, whose clock moves when a test says so."""

from typing import Any

import httpx2
import pytest
from tests import contexts
from tests.contexts import OneInbox
from tests.tools.groups import sandboxed

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.registry import registry
from telnyx_tools.tool.context import Progress
from telnyx_tools.tool.event import Event, Events, Poll, Wanted

SENDER, PERSON = "+12025550101", "+12025554711"
BEYOND = ("1.99999999999999999999999", "9999-12-31T23:59-23:59", "0001-01-01T00:00+14:00", "0001-01-01T00:00Z")
"""Further than a calendar goes."""

pytestmark = pytest.mark.anyio


class Agent:
    """Calls tools, with one inbox, at the time of the sandbox."""

    def __init__(self, telnyx: Telnyx, clock: Clock, url: str | None = None) -> None:
        self.telnyx, self.clock, self.inbox = telnyx, clock, OneInbox(url)

    async def __call__(self, tool: str, **arguments: object) -> dict[str, Any]:
        context = contexts.context(self.telnyx, inbox=self.inbox)
        result = await contexts.run(registry().tools[tool], arguments, context)
        return result.wire()

    async def writes(self, text: str) -> None:
        """The person writes to the account."""
        base = str(self.telnyx._api.base_url).removesuffix("/v2")
        async with httpx2.AsyncClient(base_url=base) as http:
            body = {"key": "KEY_sandbox_tools", "channel": "sms", "from": PERSON, "to": SENDER, "text": text}
            assert (await http.post("/sandbox/inbound", json=body)).status_code == 201


@pytest.fixture
def agent(telnyx: Telnyx, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Agent:
    monkeypatch.setattr("telnyx_tools.groups.events.arguments.time.time", clock.now)
    return Agent(telnyx, clock)


def types(answer: dict[str, Any]) -> list[str]:
    return [event["type"] for event in answer["events"]]


async def test_a_call_is_followed_by_its_id(agent: Agent) -> None:
    made = await agent("make_call", to=PERSON, from_number=SENDER)
    leg = {"call_control_id": made["call_control_id"]}
    begun = await agent("wait_for_event", **leg)
    assert types(begun) == ["call.initiated"]
    agent.clock.advance(5)
    assert types(await agent("wait_for_event", **leg, types=["call.answered"])) == ["call.answered"]
    await agent("hangup", **leg)
    ended = await agent("wait_for_event", **leg, types=["call.hangup"])
    assert [(event["type"], event["hangup_cause"]) for event in ended["events"]] == [("call.ended", "normal_clearing")]
    with pytest.raises(ApiError) as caught:
        await agent("wait_for_event", call_control_id="v3:nothing")
    assert "list_call_events" in str(caught.value.describe())


async def test_a_message_is_followed_to_its_delivery_or_its_failure(agent: Agent) -> None:
    for to, expected in ((PERSON, "message.delivered"), ("+15550040010", "message.failed")):
        sent = await agent("send_message", to=to, from_number=SENDER, text="Hello")
        nothing = await agent("wait_for_event", message_id=sent["id"], timeout_secs=0)
        assert nothing["events"] == []
        assert nothing["note"].endswith("as since.")
        agent.clock.advance(5)
        found = await agent("wait_for_event", message_id=sent["id"])
        assert types(found) == [expected]
    assert found["events"][0]["error_codes"] == ["40010"]


async def test_where_nothing_is_asked_for_that_is_said_with_what_would_be(agent: Agent) -> None:
    cases: list[tuple[list[str], dict[str, str], str | None]] = [
        (["message.delivered"], {}, "message_id"),
        (["message.failed", "message.read"], {"number": PERSON}, "message_id"),
        (["message.delivered", "message.received"], {}, None),
        (["call.answered"], {}, None),
        (["verification.completed"], {}, "verification_id or number"),
        (["verification.completed"], {"number": PERSON}, None),
        (["conference.created"], {}, "Only webhooks"),
        ([], {}, None),
    ]
    for types_, of, said in cases:
        note = (await agent("wait_for_event", types=types_, timeout_secs=0, **of))["note"]
        assert "call again" in note
        assert (said in note) if said else note.endswith("as since."), types_


async def test_a_flood_of_bad_types_gets_a_short_answer(agent: Agent) -> None:
    with pytest.raises(InvalidArguments) as caught:
        await agent("wait_for_event", types=["NO TYPE"] * 200)
    described = str(caught.value.describe())
    assert described.count("message.received") == 1
    assert len(described) < 2_500


async def test_a_reply_comes_with_its_text_and_once(agent: Agent) -> None:
    await agent.writes("an old one")
    agent.clock.advance(600)
    await agent.writes("Noon is fine")
    reply = await agent("wait_for_reply", from_number=PERSON)
    assert [event["text"] for event in reply["events"]] == ["Noon is fine"]
    for choice in ({"number": PERSON}, {"conversation": [SENDER, PERSON]}, {"conversation": [PERSON, SENDER]}):
        assert types(await agent("wait_for_event", **choice, types=["message.received"])) == ["message.received"]
    stranger = await agent("wait_for_event", conversation=[SENDER, "+12025550199"], types=["message.received"])
    assert stranger["events"] == []


async def test_a_verification_is_followed_to_its_end_by_its_id_or_its_number(agent: Agent) -> None:
    profile = (await agent("list_verify_profiles"))["items"][0]["id"]
    whom = {"phone_number": PERSON, "verify_profile_id": profile}
    for code, passed, expected in (("54711", 5, "verification.completed"), ("00000", 310, "verification.failed")):
        begun = await agent("start_verification", **whom)
        named = {"verification_id": begun["id"]}
        assert types(await agent("wait_for_event", **named)) == []
        await agent("check_verification_code", code=code, **named)
        agent.clock.advance(passed)
        found = await agent("wait_for_event", **named)
        assert [(event["type"], event["to"]) for event in found["events"]] == [(expected, PERSON)]
        agent.inbox.events.clear()
        of_number = {"number": PERSON, "types": ["verification.completed", "verification.failed"]}
        found = await agent("wait_for_event", **of_number)
        assert [(event["type"], event["verification_id"]) for event in found["events"]] == [(expected, begun["id"])]
        agent.inbox.events.clear()


class Told(OneInbox):
    """The inbox that webhooks told of every message already; a minute later comes the next event."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.waited_for: list[str | None] = []

    async def find(self, wanted: Wanted, since: str | None, limit: int) -> Events:
        return Events(events=[Event(id="1", type="message.sent", message_id=wanted.message_id)], next="1")

    async def wait(
        self, wanted: Wanted, since: str | None, wait_secs: float, poll: Poll | None, progress: Progress
    ) -> Events:
        assert poll is None
        self.waited_for.append(wanted.message_id)
        self.clock.advance(60)
        return Events(next="2")


@pytest.mark.parametrize(
    ("tool", "content"),
    [
        ("send_message", {"text": "Hello"}),
        ("send_whatsapp_text", {"text": "Hello"}),
        ("send_whatsapp_location", {"latitude": 52.5, "longitude": 13.4}),
        ("send_whatsapp_template", {"name": "order_confirmation", "language": "en_US", "body": ["Ada", "A-17"]}),
    ],
)
async def test_whoever_waits_for_a_delivery_looks_again_when_an_event_says_so(
    tool: str, content: dict[str, object], telnyx: Telnyx, clock: Clock
) -> None:
    inbox = Told(clock)
    arguments = {"from_number": SENDER, "to": "+12025550142", "wait_for": "delivered", **content}
    context = contexts.context(telnyx, inbox=inbox)
    message = (await contexts.run(registry().tools[tool], arguments, context)).wire()
    assert message["to"][0]["status"] == "delivered"
    assert inbox.waited_for == [message["id"]]


async def test_an_order_is_followed_to_its_numbers(agent: Agent) -> None:
    found = await agent("list_available_phone_numbers", country_code="US", limit=1)
    number = found["items"][0]["phone_number"]
    order = await agent("initiate_phone_number_order", phone_numbers=[number])
    agent.clock.advance(60)
    assert types(await agent("wait_for_event", number_order_id=order["id"])) == ["number_order.completed"]


async def test_a_list_shows_messages_and_calls_of_late(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telnyx_tools.groups.events.listing.time.time", agent.clock.now)
    await agent.writes("Hello")
    await agent("make_call", to=PERSON, from_number=SENDER)
    listed = await agent("list_events", limit=10)
    assert sorted(types(listed)) == ["call.initiated", "message.received"]
    assert types(await agent("list_events", event_type="call.initiated")) == ["call.initiated"]


async def test_what_asking_cannot_find_out_is_said_and_the_inbox_is_shown(clock: Clock) -> None:
    async with sandboxed.answering(lambda request: httpx2.Response(403, json={"errors": []})) as telnyx:
        agent = Agent(telnyx, clock)
        assert "only asking Telnyx" in (await agent("list_events"))["note"]
        with pytest.raises(ApiError):
            await agent("wait_for_event", number=PERSON)


@pytest.mark.parametrize("since", ["x", "1", "yesterday", "1.2.3", "2026-13-01", *BEYOND])
async def test_a_since_that_is_none_says_what_to_give(since: str, agent: Agent) -> None:
    for tool, named in (("list_events", {}), ("wait_for_event", {}), ("wait_for_reply", {"from_number": PERSON})):
        with pytest.raises(InvalidArguments, match="invalid arguments") as caught:
            await agent(tool, **named, since=since)
        assert "`next`" in str(caught.value.describe())


async def test_where_nothing_reaches_the_server_that_is_said(agent: Agent) -> None:
    setup = await agent("get_webhook_setup")
    assert "inbox_url" not in setup
    assert "--public-url" in setup["note"]
    profile = next(each["id"] for each in setup["webhooks"] if each["kind"] == "messaging_profile")
    with pytest.raises(InvalidArguments) as caught:
        await agent("set_up_webhooks", messaging_profile_id=profile)
    assert "--public-url" in str(caught.value.describe())
    sent = await agent("send_message", to=PERSON, from_number=SENDER, text="Hello", events=True)
    assert "wait_for_event" in sent["note"]


async def test_one_request_is_told_to_this_server_if_that_is_asked_for(
    telnyx: Telnyx, clock: Clock, agent: Agent
) -> None:
    reached = Agent(telnyx, clock, "http://192.0.2.1/webhooks/mine")
    for events, expected in ((True, reached.inbox.url), (False, None)):
        sent = await reached("send_message", to=PERSON, from_number=SENDER, text="Hello", events=events)
        message = await reached("get_message", message_id=sent["id"], detail="full")
        assert message.get("webhook_url") == expected
    with pytest.raises(InvalidArguments):
        await reached("make_call", to=PERSON, from_number=SENDER, events=True, webhook_url="https://example.com/mine")


async def test_a_whatsapp_account_is_pointed_here_and_given_back(telnyx: Telnyx, clock: Clock) -> None:
    agent = Agent(telnyx, clock, "http://192.0.2.1/webhooks/mine")
    waba = (await agent("list_whatsapp_business_accounts"))["items"][0]["id"]
    assert (await agent("set_up_webhooks", waba_id=waba))["here"]
    settings = await agent("get_whatsapp_business_account_settings", waba_id=waba)
    assert (settings["webhook_url"], settings["webhook_enabled"]) == (agent.inbox.url, True)
    await agent("set_up_webhooks", waba_id=waba, restore=True)
    settings = await agent("get_whatsapp_business_account_settings", waba_id=waba)
    assert (settings.get("webhook_url"), settings["webhook_enabled"]) in ((None, False), ("", False))
