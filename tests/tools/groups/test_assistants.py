"""Assistants as an agent builds them, talks to them and lets them call, and what it reads of them."""

import json
from typing import Any

import httpx2
import pytest
from tests.sandbox.buckets import FILES, give_bucket
from tests.tools.groups.sandboxed import answering, call, sandboxed

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError, OutcomeUnknown
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.registry import registry
from telnyx_tools.results.result import BUDGET

SENDER, RECIPIENT = "+12025550101", "+12025550123"
KEY_IN_A_HEADER = "Bearer fictitious"


@pytest.fixture(autouse=True)
def _bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    give_bucket(monkeypatch, "kb", FILES)


async def make(telnyx: Telnyx, **arguments: object) -> dict[str, Any]:
    return await call(telnyx, "create_assistant", **{"name": "Shop", "instructions": "Sell tools.", **arguments})


def written(result: object) -> int:
    """The characters that the agent reads."""
    return len(json.dumps(result, ensure_ascii=False, separators=(",", ":")))


async def items(telnyx: Telnyx, tool: str, **arguments: object) -> list[dict[str, Any]]:
    """The items of all pages, each of which fits the budget."""
    found: list[dict[str, Any]] = []
    while True:
        page = await call(telnyx, tool, **arguments)
        assert written(page) <= BUDGET["summary"]
        found += page["items"]
        if "next" not in page:
            return found
        arguments["page"] = page["next"]


async def test_a_name_and_instructions_are_enough(telnyx: Telnyx) -> None:
    made = await make(telnyx)
    assert made["enabled_features"] == ["telephony", "messaging"]
    assert made["telephony_settings"]["default_texml_app_id"]
    assert await call(telnyx, "get_assistant", assistant_id=made["id"]) == made
    assert [each["name"] for each in await items(telnyx, "list_assistants", name_contains="SHO")] == ["Shop"]
    assert await items(telnyx, "list_assistants", name_contains="garage") == []


async def test_settings_reach_telnyx_as_they_were_given(telnyx: Telnyx) -> None:
    voice = {"voice": "AWS.Polly.Joanna-Neural"}
    made = await make(telnyx, greeting="", enabled_features=["messaging"], voice_settings=voice)
    assert (made["greeting"], made["enabled_features"], made["voice_settings"]) == ("", ["messaging"], voice)
    await call(
        telnyx,
        "update_assistant",
        assistant_id=made["id"],
        voice_settings={**voice, "voice_speed": 1.2},
        telephony_settings={"recording_settings": {"enabled": True}, "noise_suppression": "krisp"},
        privacy_settings={"pii_redaction": "redact"},
        version_name="Quick",
    )
    full = await call(telnyx, "get_assistant", assistant_id=made["id"], detail="full")
    assert full["voice_settings"] == {**voice, "voice_speed": 1.2}
    assert full["telephony_settings"]["default_texml_app_id"] == made["telephony_settings"]["default_texml_app_id"]
    assert full["telephony_settings"]["noise_suppression"] == "krisp"
    assert full["privacy_settings"] == {"data_retention": True, "pii_redaction": "redact"}
    assert (full["greeting"], full["version_name"]) == ("", "Quick")


async def test_long_assistants_are_summaries_page_by_page(telnyx: Telnyx) -> None:
    long = "Be kind. " * 2_000
    for number in range(30):
        made = await make(telnyx, name=f"Shop {number}", instructions=long, dynamic_variables={"a": "b" * 5_000})
    assert [each["name"] for each in await items(telnyx, "list_assistants")] == [f"Shop {n}" for n in range(30)]
    summary = await call(telnyx, "get_assistant", assistant_id=made["id"])
    assert written(summary) <= BUDGET["summary"]
    assert summary["instructions"].startswith("Be kind.")
    full = await call(telnyx, "get_assistant", assistant_id=made["id"], detail="full")
    assert full["instructions"] == long


async def test_what_tools_send_as_credentials_is_never_shown(telnyx: Telnyx) -> None:
    headers = [
        {"name": "Authorization", "value": KEY_IN_A_HEADER},
        {"name": "X-Key", "value": "{{#integration_secret}}shop{{/integration_secret}}"},
    ]
    webhook = {"name": "stock", "description": "In stock?", "url": "https://example.com/stock", "headers": headers}
    tool = await call(telnyx, "create_assistant_tool", display_name="Stock", webhook=webhook)
    assert [each["value"] for each in tool["tool_definition"]["headers"]] == ["[redacted]", headers[1]["value"]]
    made = await make(telnyx, tool_ids=[tool["id"]])
    assert made["tools"] == [{"id": tool["id"], "type": "webhook", "name": "Stock"}]
    for name, arguments in (
        ("get_assistant", {"assistant_id": made["id"]}),
        ("list_assistants", {}),
        ("list_assistant_tools", {}),
        ("list_assistant_versions", {"assistant_id": made["id"]}),
    ):
        assert KEY_IN_A_HEADER not in json.dumps(await call(telnyx, name, **arguments, detail="full"))


async def test_a_tool_has_one_type_and_can_be_taken_away(telnyx: Telnyx) -> None:
    with pytest.raises(InvalidArguments, match="invalid") as refused:
        await call(telnyx, "create_assistant_tool", display_name="Two", retrieval={"bucket_ids": ["kb"]}, vision={})
    assert "exactly one" in refused.value.problems[0].problem
    tool = await call(telnyx, "create_assistant_tool", display_name="Find", retrieval={"bucket_ids": ["kb"]})
    assistant = (await make(telnyx))["id"]
    await call(telnyx, "attach_assistant_tool", assistant_id=assistant, tool_id=tool["id"])
    assert (await call(telnyx, "get_assistant", assistant_id=assistant))["tools"][0]["type"] == "retrieval"
    await call(telnyx, "detach_assistant_tool", assistant_id=assistant, tool_id=tool["id"])
    assert (await call(telnyx, "get_assistant", assistant_id=assistant))["tools"] == []
    await call(telnyx, "delete_assistant_tool", tool_id=tool["id"])
    assert await items(telnyx, "list_assistant_tools") == []


async def test_it_can_be_told_to_transfer_and_to_hang_up_beside_the_tools_that_it_shares(telnyx: Telnyx) -> None:
    shared = await call(telnyx, "create_assistant_tool", display_name="Find", retrieval={"bucket_ids": ["kb"]})
    made = await make(telnyx, tool_ids=[shared["id"]])
    transfer = {"targets": [{"to": RECIPIENT, "name": "Ada"}], "from": SENDER}
    tools = [{"type": "transfer", "transfer": transfer}, {"type": "hangup", "hangup": {}}]
    changed = await call(telnyx, "update_assistant", assistant_id=made["id"], tools=tools)
    assert [each["type"] for each in changed["tools"]] == ["transfer", "hangup", "retrieval"]
    full = await call(telnyx, "get_assistant", assistant_id=made["id"], detail="full")
    assert full["tools"][0]["transfer"] == transfer


async def test_the_variables_of_a_conversation_can_be_looked_at_before(telnyx: Telnyx) -> None:
    made = await make(telnyx, dynamic_variables={"name": "Ada"})
    found = await call(telnyx, "get_assistant_variables", assistant_id=made["id"], from_number=RECIPIENT, to=SENDER)
    assert found["dynamic_variables"] == {
        "name": "Ada",
        "telnyx_end_user_target": RECIPIENT,
        "telnyx_agent_target": SENDER,
    }


async def test_versions_are_made_promoted_and_deleted(telnyx: Telnyx) -> None:
    made = await make(telnyx)
    ids = {"assistant_id": made["id"]}
    draft = await call(telnyx, "update_assistant", **ids, greeting="Hi", promote_to_main=False)
    assert (await call(telnyx, "get_assistant", **ids))["greeting"] == made["greeting"]
    canary = await call(
        telnyx, "start_assistant_canary", **ids, versions=[{"version_id": draft["version_id"], "weight": 10}]
    )
    assert canary["rules"][0]["serve"]["rollout"] == [{"version_id": draft["version_id"], "weight": 10}]
    version = {**ids, "version_id": draft["version_id"]}
    await call(telnyx, "update_assistant_version", **version, version_name="Short")
    assert (await call(telnyx, "promote_assistant_version", **version))["version_name"] == "Short"
    await call(telnyx, "delete_assistant_version", **ids, version_id=made["version_id"])
    assert [each["version_id"] for each in await items(telnyx, "list_assistant_versions", **ids)] == [
        draft["version_id"]
    ]


async def test_a_deleted_assistant_is_restored_copied_and_erased(telnyx: Telnyx) -> None:
    made = await make(telnyx)
    ids = {"assistant_id": made["id"]}
    assert registry().find("mcp_telnyx_delete_assistant") is registry().tools["delete_assistant"]
    await call(telnyx, "delete_assistant", **ids)
    (deleted,) = await items(telnyx, "list_deleted_assistants")
    assert deleted["permanently_deleted_at"] > deleted["deleted_at"]
    await call(telnyx, "restore_assistant", **ids)
    copy = await call(telnyx, "clone_assistant", **ids)
    assert copy["telephony_settings"] != made["telephony_settings"]
    assert made["id"] in (await call(telnyx, "get_assistant_texml", **ids))["texml"]
    await call(telnyx, "delete_assistant", **ids, hard_delete=True)
    assert await items(telnyx, "list_deleted_assistants") == []
    with pytest.raises(ApiError) as missing:
        await call(telnyx, "get_assistant", **ids)
    assert missing.value.describe()["code"] == "10005"


async def test_a_chat_goes_on_in_the_conversation_that_it_began(telnyx: Telnyx) -> None:
    assistant = (await make(telnyx))["id"]
    first = await call(telnyx, "chat_with_assistant", assistant_id=assistant, content="What do you sell?")
    assert first["content"] == "Sell tools."
    arguments = {"assistant_id": assistant, "content": "Zebra", "conversation_id": first["conversation_id"]}
    assert (await call(telnyx, "chat_with_assistant", **arguments))["content"] == "You said: Zebra"
    said = await items(telnyx, "get_conversation_messages", conversation_id=first["conversation_id"])
    assert [each["text"] for each in said] == ["What do you sell?", "Sell tools.", "Zebra", "You said: Zebra"]


async def test_a_chat_whose_answer_is_lost_names_the_conversation_that_it_began() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        said = request.url.path.endswith("/chat")
        return httpx2.Response(502) if said else httpx2.Response(200, json={"data": {"id": "conversation-1"}})

    async with answering(answer) as telnyx:
        with pytest.raises(OutcomeUnknown) as lost:
            await call(telnyx, "chat_with_assistant", assistant_id="assistant-1", content="Hello")
    assert "conversation-1" in str(lost.value.describe()["remedy"])
    one = "/v2/ai/assistants/assistant-1"
    assert asked == [one, "/v2/ai/conversations", f"{one}/chat"]


async def test_a_chat_with_no_assistant_opens_no_conversation(telnyx: Telnyx) -> None:
    with pytest.raises(ApiError, match="10005"):
        await call(telnyx, "chat_with_assistant", assistant_id="assistant-unknown", content="Hello")
    assert await items(telnyx, "list_conversations") == []


async def test_an_insight_for_no_group_is_not_made(telnyx: Telnyx) -> None:
    asked = {"name": "Wish", "instructions": "What did they want?"}
    with pytest.raises(ApiError, match="10005"):
        await call(telnyx, "create_insight", **asked, group_id="00000000-0000-4000-8000-000000000000")
    assert (await telnyx.get("/ai/conversations/insights"))["data"] == []


async def test_an_insight_that_its_group_refuses_is_told_all_the_same() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/assign"):
            return httpx2.Response(422, json={"errors": [{"code": "10015", "title": "The group is full"}]})
        return httpx2.Response(200, json={"data": {"id": "i1"}})

    async with answering(answer) as telnyx:
        made = await call(telnyx, "create_insight", name="Wish", instructions="What?", group_id="g1")
    assert made == {"id": "i1", "not_in_group": "The group is full"}


async def test_an_assistant_without_an_application_cannot_call_and_says_what_to_do() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.method)
        return httpx2.Response(200, json={"id": "assistant-1", "telephony_settings": {"default_texml_app_id": None}})

    async with answering(answer) as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, "start_assistant_call", assistant_id="assistant-1", to=RECIPIENT, from_number=SENDER)
    assert "list_texml_applications" in refused.value.problems[0].problem
    assert asked == ["GET"]


async def test_conversations_that_began_at_the_same_moment_are_each_given_once(telnyx: Telnyx, clock: Clock) -> None:
    assistant = (await make(telnyx))["id"]
    for secs in (0, 0, 0, 1, 0, 1):
        clock.advance(secs)
        await call(telnyx, "chat_with_assistant", assistant_id=assistant, content="Hello")
    arguments = {"assistant_id": assistant, "created_after": "2026-09-21T14:13:20Z"}
    found = [each["id"] for each in await items(telnyx, "list_conversations", **arguments, page_size=2)]
    assert len(set(found)) == len(found) == 6
    later = await items(
        telnyx, "list_conversations", **{**arguments, "created_after": "2026-09-21T14:13:21Z"}, page_size=2
    )
    assert len(later) == 3
    insights = await items(telnyx, "get_conversation_insights", conversation_id=found[0])
    assert insights[0]["status"] == "pending"


async def test_what_was_asked_for_is_found_out_when_a_conversation_is_over(telnyx: Telnyx, clock: Clock) -> None:
    group = await call(telnyx, "create_insight_group", name="Sales")
    schema = {"type": "object", "properties": {"wish": {"type": "string"}}}
    asked = {"name": "Wish", "instructions": "What did they want?", "json_schema": schema}
    insight = await call(telnyx, "create_insight", **asked, group_id=group["id"])
    (shown,) = await items(telnyx, "list_insight_groups")
    assert shown["insights"] == [{"id": insight["id"], "name": "Wish"}]
    assistant = (await make(telnyx))["id"]
    settings = {"insight_group_id": group["id"]}
    await call(telnyx, "update_assistant", assistant_id=assistant, insight_settings=settings)
    said = await call(telnyx, "chat_with_assistant", assistant_id=assistant, content="A saw")
    clock.advance(10)
    ids = {"conversation_id": said["conversation_id"]}
    (found,) = await items(telnyx, "get_conversation_insights", **ids)
    assert found["conversation_insights"] == [{"insight_id": insight["id"], "result": '{"wish": "A saw"}'}]
    await call(telnyx, "delete_conversation", **ids)
    assert await items(telnyx, "list_conversations") == []


async def test_what_is_scheduled_can_be_read_and_cancelled(telnyx: Telnyx) -> None:
    ids = {"assistant_id": (await make(telnyx))["id"]}
    event = {"to": RECIPIENT, "from_number": SENDER, "scheduled_at": "2026-09-22T09:00:00-05:00"}
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, "schedule_assistant_event", **ids, **event, channel="sms_chat")
    assert [problem.argument for problem in refused.value.problems] == ["text"]
    made = await call(telnyx, "schedule_assistant_event", **ids, **event, channel="phone_call")
    assert (made["status"], made["scheduled_at_fixed_datetime"]) == ("pending", "2026-09-22T14:00:00Z")
    assert await items(telnyx, "list_assistant_events", **ids, channel="phone_call") == [made]
    await call(telnyx, "cancel_assistant_event", **ids, event_id=made["scheduled_event_id"])
    assert await items(telnyx, "list_assistant_events", **ids) == []


async def test_mcp_servers_come_in_pages_although_their_list_is_bare(telnyx: Telnyx) -> None:
    for number in range(3):
        await call(telnyx, "create_assistant_mcp_server", name=f"Docs {number}", url="https://example.com/mcp")
    servers = await items(telnyx, "list_assistant_mcp_servers", page_size=2)
    assert [each["name"] for each in servers] == ["Docs 0", "Docs 1", "Docs 2"]
    ids = {"mcp_server_id": servers[0]["id"]}
    changed = await call(telnyx, "update_assistant_mcp_server", **ids, allowed_tools=["search"])
    assert (changed["name"], changed["allowed_tools"]) == ("Docs 0", ["search"])
    await call(telnyx, "delete_assistant_mcp_server", **ids)
    assert len(await items(telnyx, "list_assistant_mcp_servers")) == 2


async def test_hundreds_of_voices_are_searched_and_paged() -> None:
    voices = [
        {
            "voice_id": f"Azure.{code}-{n}",
            "name": f"Voice {n}",
            "language": code,
            "provider": "azure",
            "gender": "Female",
        }
        for code in ("en-US", "de-DE")
        for n in range(300)
    ]
    async with answering(lambda request: httpx2.Response(200, json={"voices": voices})) as telnyx:
        assert len(await items(telnyx, "list_tts_voices")) == 600
        german = await items(telnyx, "list_tts_voices", language="de", gender="female", contains="voice 29")
        assert len(german) == 11
    async with sandboxed() as telnyx:
        assert await items(telnyx, "list_ai_models")
