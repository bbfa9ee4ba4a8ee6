"""The messaging tools against the sandbox, whose clock stands still until a test moves it."""

import json
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from tests.tools.groups import sandboxed

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.groups.messaging import messaging

SENDER, RECIPIENT = "+12025550101", "+12025550123"
TOOLS = {tool.name: tool for tool in messaging.tools}


@dataclass
class Caller:
    telnyx: Telnyx
    clock: Clock

    async def __call__(self, tool: str, /, **arguments: object) -> dict[str, Any]:
        return await sandboxed.call(self.telnyx, tool, **arguments)

    async def send(self, **arguments: object) -> dict[str, Any]:
        return await self("send_message", **{"to": RECIPIENT, "from_number": SENDER, "text": "Hello", **arguments})

    async def profile_id(self) -> str:
        return str((await self("list_messaging_profiles"))["items"][0]["id"])


@pytest.fixture
def call(telnyx: Telnyx, clock: Clock) -> Caller:
    return Caller(telnyx, clock)


async def sent_body(tool: str, /, **arguments: object) -> tuple[str, Any]:
    """The one request that a tool makes: method and path, and its body."""
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json={"data": {"id": "1"}})

    async with sandboxed.answering(answer) as telnyx:
        await sandboxed.call(telnyx, tool, **arguments)
    (request,) = seen
    return f"{request.method} {request.url.path}", json.loads(request.content)


async def test_every_argument_of_a_message_reaches_its_field() -> None:
    call, body = await sent_body(
        "send_message",
        to=RECIPIENT,
        text="Hello",
        from_number=SENDER,
        messaging_profile_id="p1",
        media_urls=["https://example.com/cat.png"],
        subject="Cat",
        type="MMS",
        encoding="gsm7",
        auto_detect=False,
        send_at="2026-03-01T15:00:00-05:00",
        webhook_url="https://example.com/events",
        webhook_failover_url="https://example.com/others",
        use_profile_webhooks=False,
    )
    assert call == "POST /v2/messages"
    assert body == {
        "to": RECIPIENT,
        "from": SENDER,
        "messaging_profile_id": "p1",
        "text": "Hello",
        "media_urls": ["https://example.com/cat.png"],
        "subject": "Cat",
        "type": "MMS",
        "encoding": "gsm7",
        "auto_detect": False,
        "send_at": "2026-03-01T20:00:00Z",
        "webhook_url": "https://example.com/events",
        "webhook_failover_url": "https://example.com/others",
        "use_profile_webhooks": False,
    }


async def test_what_is_not_given_is_not_sent() -> None:
    _, body = await sent_body("send_message", to=RECIPIENT, text="Hello", from_number=SENDER)
    assert body == {"to": RECIPIENT, "from": SENDER, "text": "Hello"}


async def test_a_message_without_content_or_sender_is_refused_before_sending(call: Caller) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call("send_message", to=RECIPIENT)
    problems = {problem.argument: problem.problem for problem in refused.value.problems}
    assert "media_urls" in problems["text"]
    assert "list_phone_numbers" in problems["from_number"]
    assert "list_messaging_profiles" in problems["from_number"]


@pytest.mark.parametrize("send_at", ["2026-03-01T15:00:00", "tomorrow at 3pm", "0001-01-01T00:00:00+23:00"])
async def test_a_time_without_a_zone_or_that_is_none_is_refused(call: Caller, send_at: str) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call.send(send_at=send_at)
    assert [problem.argument for problem in refused.value.problems] == ["send_at"]


@pytest.mark.parametrize("tool", ["send_message", "schedule_message"])
async def test_a_message_is_scheduled_and_cancelled(call: Caller, tool: str) -> None:
    scheduled = await call(tool, to=RECIPIENT, from_number=SENDER, text="Hello", send_at="2026-09-21T10:00:00-05:00")
    assert scheduled["to"][0]["status"] == "scheduled"
    cancelled = await call("cancel_scheduled_message", message_id=scheduled["id"])
    assert cancelled["to"][0]["status"] == "cancelled"
    call.clock.advance(24 * 60 * 60)
    assert (await call("get_message", message_id=scheduled["id"]))["to"][0]["status"] == "cancelled"
    assert (await call("search_message_records", period="today"))["items"] == []


async def test_waiting_for_the_delivery_of_a_scheduled_message_ends_at_once(call: Caller) -> None:
    message = await call.send(send_at="2026-09-21T15:00:00Z", wait_for="delivered")
    assert message["to"][0]["status"] == "scheduled"


@pytest.mark.parametrize("send_at", ["2026-09-21T14:18:00Z", "2026-09-27T00:00:00Z"])
async def test_a_message_cannot_be_scheduled_too_soon_or_too_late(call: Caller, send_at: str) -> None:
    with pytest.raises(ApiError) as refused:
        await call("schedule_message", to=RECIPIENT, from_number=SENDER, text="Hello", send_at=send_at)
    assert refused.value.describe()["pointer"] == "/send_at"


async def test_a_sent_message_cannot_be_cancelled(call: Caller) -> None:
    message = await call.send()
    with pytest.raises(ApiError, match="10015 DELETE"):
        await call("cancel_scheduled_message", message_id=message["id"])


async def test_a_group_message_goes_to_every_member(call: Caller) -> None:
    members = [RECIPIENT, "+12025550124", "+15550040008"]
    group = await call("send_group_message", to=members, from_number=SENDER, text="Lunch?")
    assert group["type"] == "MMS"
    assert group["cost"] == {"amount": "0.075", "currency": "USD"}
    call.clock.advance(5)
    found = await call("get_group_messages", message_id=group["id"])
    assert {message["to"][0]["phone_number"]: message["to"][0]["status"] for message in found["items"]} == {
        RECIPIENT: "delivered",
        "+12025550124": "delivered",
        "+15550040008": "delivery_failed",
    }
    whole = await call("get_message", message_id=group["id"])
    assert [party["phone_number"] for party in whole["to"]] == members


async def test_a_group_has_at_most_eight_members(call: Caller) -> None:
    members = [f"+1202555{ending:04}" for ending in range(9)]
    with pytest.raises(InvalidArguments) as refused:
        await call("send_group_message", to=members, from_number=SENDER, text="Lunch?")
    assert [problem.argument for problem in refused.value.problems] == ["to"]


@pytest.mark.parametrize(("code", "word"), [("40010", "10DLC"), ("40329", "verified")])
async def test_a_message_that_failed_says_what_to_do(call: Caller, code: str, word: str) -> None:
    message = await call.send(to=f"+155500{code}")
    call.clock.advance(5)
    (error,) = (await call("get_message", message_id=message["id"]))["errors"]
    assert error["code"] == code
    assert word in error["remedy"]


async def test_a_delivered_message_has_no_errors(call: Caller) -> None:
    message = await call.send()
    call.clock.advance(5)
    found = await call("get_message", message_id=message["id"])
    assert found["to"][0]["status"] == "delivered"
    assert "errors" not in found


async def test_records_are_found_by_what_happened(call: Caller) -> None:
    for recipient in (RECIPIENT, "+15550040008", "+15550040008", "+15550040010"):
        await call.send(to=recipient)
        call.clock.advance(60)
    everything = await call("search_message_records")
    assert [record["to"] for record in everything["items"]][-1] == RECIPIENT
    assert everything["items"][-1] == {
        "id": everything["items"][-1]["id"],
        "created_at": "2026-09-21T14:13:20.000Z",
        "direction": "outbound",
        "from": SENDER,
        "to": RECIPIENT,
        "message_type": "SMS",
        "status": "delivered",
        "parts": 1,
        "cost": "0.007",
        "currency": "USD",
        "profile_name": "Sandbox profile",
    }
    assert everything["remedies"].keys() == {"40008", "40010"}
    failed = await call("search_message_records", status="failed", to="+15550040008")
    assert [record["errors"] for record in failed["items"]] == [["40008"], ["40008"]]
    assert (await call("search_message_records", direction="inbound"))["items"] == []
    assert "remedies" not in await call("search_message_records", status="delivered")


async def test_records_are_found_by_day(call: Caller) -> None:
    await call.send()
    call.clock.advance(24 * 60 * 60)
    await call.send(text="Next day")
    call.clock.advance(60)

    async def created(**arguments: object) -> list[str]:
        found = await call("search_message_records", **arguments)
        return [record["created_at"][:10] for record in found["items"]]

    assert await created(start_date="2026-09-21", end_date="2026-09-21") == ["2026-09-21"]
    assert await created(start_date="2026-09-22") == ["2026-09-22"]
    assert await created(end_date="2026-09-20") == []
    assert await created(period="yesterday") == ["2026-09-21"]
    assert await created(period="last_3_days") == ["2026-09-22", "2026-09-21"]


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({"period": "today", "start_date": "2026-09-21"}, "period"),
        ({"start_date": "2026-09-22", "end_date": "2026-09-21"}, "end_date"),
        ({"period": "someday"}, "period"),
        ({"status": "lost"}, "status"),
    ],
)
async def test_a_search_that_makes_no_sense_is_refused(call: Caller, arguments: dict[str, str], wrong: str) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call("search_message_records", **arguments)
    assert [problem.argument for problem in refused.value.problems] == [wrong]


async def test_a_profile_is_created_changed_and_deleted(call: Caller) -> None:
    pool = {"long_code_weight": 1, "toll_free_weight": 2.5, "skip_unhealthy": True}
    profile = await call(
        "create_messaging_profile", name="Alerts", whitelisted_destinations=["US", "GB"], number_pool_settings=pool
    )
    assert profile["number_pool_settings"] == pool
    changed = await call(
        "update_messaging_profile",
        messaging_profile_id=profile["id"],
        whitelisted_destinations=["*"],
        clear=["number_pool_settings"],
        daily_spend_limit="25.00",
        daily_spend_limit_enabled=True,
        features={"ai_opt_out_detection_enabled": True},
    )
    assert changed["name"] == "Alerts"
    assert changed["whitelisted_destinations"] == ["*"]
    assert "number_pool_settings" not in changed
    assert changed["features"] == {"ai_opt_out_detection_enabled": True}
    found = await call("get_messaging_profile", messaging_profile_id=profile["id"])
    assert (found["daily_spend_limit"], found["daily_spend_limit_enabled"]) == ("25.00", True)
    await call("delete_messaging_profile", messaging_profile_id=profile["id"])
    left = await call("list_messaging_profiles")
    assert [profile["name"] for profile in left["items"]] == ["Sandbox profile"]


async def test_only_what_is_changed_is_sent_and_null_where_it_is_cleared() -> None:
    call, body = await sent_body(
        "update_messaging_profile", messaging_profile_id="p1", clear=["webhook_url"], enabled=False, name=None
    )
    assert call == "PATCH /v2/messaging_profiles/p1"
    assert body == {"webhook_url": None, "enabled": False}


async def test_the_secret_of_a_profile_is_never_shown(call: Caller) -> None:
    profile_id = await call.profile_id()
    shown = [
        await call("get_messaging_profile", messaging_profile_id=profile_id, detail="full"),
        await call("list_messaging_profiles", detail="full"),
        await call("update_messaging_profile", messaging_profile_id=profile_id, name="Other"),
        await call("create_messaging_profile", name="New", whitelisted_destinations=["US"]),
        await call("delete_messaging_profile", messaging_profile_id=profile_id),
    ]
    assert "sandbox-v1-secret" not in json.dumps(shown)


async def test_a_deleted_profile_leaves_its_numbers_without_one(call: Caller) -> None:
    profile_id = await call.profile_id()
    numbers = await call("list_messaging_profile_phone_numbers", messaging_profile_id=profile_id)
    assert [number["phone_number"] for number in numbers["items"]] == [SENDER]
    assert numbers["items"][0]["health"]["success_ratio"] == 1.0
    await call("delete_messaging_profile", messaging_profile_id=profile_id)
    with pytest.raises(ApiError) as refused:
        await call.send()
    assert refused.value.code == "40100"


async def test_a_number_pool_sends_for_its_profile(call: Caller) -> None:
    profile_id = await call.profile_id()
    pool = {"long_code_weight": 1, "toll_free_weight": 1, "skip_unhealthy": False}
    await call("update_messaging_profile", messaging_profile_id=profile_id, number_pool_settings=pool)
    message = await call("send_message", to=RECIPIENT, text="Hello", messaging_profile_id=profile_id)
    assert message["from"]["phone_number"] == SENDER


async def test_metrics_count_what_a_profile_sent(call: Caller) -> None:
    profile_id = await call.profile_id()
    for recipient in (RECIPIENT, RECIPIENT, RECIPIENT, "+15550040008"):
        await call.send(to=recipient)
    call.clock.advance(60)
    metrics = await call("get_messaging_profile_metrics", messaging_profile_id=profile_id)
    assert metrics["overview"]["outbound"] == {"sent": 4, "delivered": 3, "errors": 0.25}
    assert "detailed" not in metrics
    full = await call("get_messaging_profile_metrics", messaging_profile_id=profile_id, detail="full")
    assert sum(row["metrics"][0]["sent"] for row in full["detailed"]) == 4
    call.clock.advance(2 * 60 * 60)
    past = await call("get_messaging_profile_metrics", messaging_profile_id=profile_id, time_frame="1h")
    assert past["overview"]["outbound"]["sent"] == 0


async def test_metrics_of_another_shape_are_shown_whole() -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"data": {"sent_total": 7}})

    async with sandboxed.answering(answer) as telnyx:
        metrics = await sandboxed.call(telnyx, "get_messaging_profile_metrics", messaging_profile_id="p1")
    assert metrics == {"sent_total": 7}


async def test_a_recipient_is_looked_for_on_every_page_of_the_opt_outs() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        number = int(request.url.params["page[number]"])
        items = [{"to": "+13125550123"}] if number in (1, 10) else [{"to": "+13125550124"}]
        return httpx2.Response(200, json={"data": items, "meta": {"total_pages": 10}})

    async with sandboxed.answering(answer) as telnyx:
        first = await sandboxed.call(telnyx, "list_opt_outs", to="+13125550123")
        rest = await sandboxed.call(telnyx, "list_opt_outs", to="+13125550123", page=first["next"])
    assert first["items"] == rest["items"] == [{"to": "+13125550123"}]
    assert "next" not in rest


async def test_opt_outs_say_who_takes_no_messages(call: Caller) -> None:
    found = await call("list_opt_outs", messaging_profile_id=await call.profile_id())
    assert [(opt_out["to"], opt_out["from"], opt_out["keyword"]) for opt_out in found["items"]] == [
        ("+15550040300", SENDER, "STOP")
    ]
    assert len((await call("list_opt_outs", to="+15550040300"))["items"]) == 1
    assert (await call("list_opt_outs", to="+15550040301"))["items"] == []
    assert (await call("list_opt_outs", end_date="2026-09-20"))["items"] == []
    assert len((await call("list_opt_outs", start_date="2026-09-21", end_date="2026-09-21"))["items"]) == 1


async def test_a_name_sends_abroad_and_its_fallback_at_home(call: Caller) -> None:
    profile_id = await call.profile_id()
    await call("update_messaging_profile", messaging_profile_id=profile_id, whitelisted_destinations=["*"])
    sender = await call(
        "create_alphanumeric_sender",
        name="Sandbox Inc",
        messaging_profile_id=profile_id,
        us_long_code_fallback=SENDER,
    )
    named = {"from_number": "Sandbox Inc", "messaging_profile_id": profile_id}
    assert (await call.send(to="+447700900123", **named))["from"]["phone_number"] == "Sandbox Inc"
    assert (await call.send(**named))["from"]["phone_number"] == SENDER
    listed = await call("list_alphanumeric_senders", messaging_profile_id=profile_id)
    assert listed["items"] == [sender]
    await call("delete_alphanumeric_sender", alphanumeric_sender_id=sender["id"])
    assert (await call("list_alphanumeric_senders"))["items"] == []
    with pytest.raises(ApiError) as refused:
        await call.send(**named)
    assert refused.value.code == "40301"


@pytest.mark.parametrize("name", ["", "12345", "Twelve chars", "naïve"])
async def test_a_name_that_cannot_send_is_refused(call: Caller, name: str) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call("create_alphanumeric_sender", name=name, messaging_profile_id="p1")
    assert [problem.argument for problem in refused.value.problems] == ["name"]


ODD: list[object] = [
    {"data": {}},
    {"data": {"id": None, "to": None, "errors": None, "overview": None}},
    {"data": {"id": 7, "to": "someone", "errors": "none", "uuid": [], "status": {"new": 1}, "parts": "many"}},
    {"data": [{"uuid": None, "errors": [None], "to": [{"status": "teleported"}]}], "meta": {"total_pages": "x"}},
    {"data": None},
    [],
]


@pytest.mark.parametrize("answer", ODD)
@pytest.mark.parametrize("name", TOOLS)
async def test_no_answer_of_the_api_makes_a_tool_fail(name: str, answer: object) -> None:
    arguments = {
        "to": [RECIPIENT, SENDER] if name == "send_group_message" else RECIPIENT,
        "from_number": SENDER,
        "text": "Hello",
        "send_at": "2026-03-01T20:00:00Z",
        "message_id": "1",
        "messaging_profile_id": "1",
        "alphanumeric_sender_id": "1",
        "name": "Name",
        "whitelisted_destinations": ["US"],
    }
    taken = {key: value for key, value in arguments.items() if key in TOOLS[name].input_schema["properties"]}
    async with sandboxed.answering(lambda _: httpx2.Response(200, json=answer)) as telnyx:
        assert isinstance(await sandboxed.call(telnyx, name, **taken), dict)
