"""Assistants: their versions, what they refer to, what they say in chats, messages and calls, and when."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from telnyx import AsyncTelnyx
from tests.sandbox.answers import RECIPIENT, SENDER, balance, code, data
from tests.sandbox.buckets import FILES, give_bucket

from telnyx_sandbox.clock import Clock

NAMED = {"name": "Shop", "instructions": "We open at nine o'clock. {{owner}} runs the shop."}


@pytest.fixture(autouse=True)
def _bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    give_bucket(monkeypatch, "kb", FILES)


@pytest.fixture
async def telnyx(base_url: str) -> AsyncIterator[AsyncTelnyx]:
    async with AsyncTelnyx(
        api_key="KEY_sandbox_sdk", base_url=base_url, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


async def post(api: httpx2.AsyncClient, path: str, **body: object) -> Any:
    answer = await api.post(path, json=body)
    assert answer.is_success, answer.text
    return answer.json()


async def make(api: httpx2.AsyncClient, **more: object) -> dict[str, Any]:
    made: dict[str, Any] = await post(api, "/ai/assistants", **{**NAMED, **more})
    return made


async def chat(api: httpx2.AsyncClient, assistant_id: str, content: str) -> str:
    conversation = await post(api, "/ai/conversations", metadata={"owner": "Ada"})
    body = {"content": content, "conversation_id": conversation["id"]}
    return str((await post(api, f"/ai/assistants/{assistant_id}/chat", **body))["content"])


async def test_a_new_assistant_has_an_application_that_may_call_and_a_messaging_profile(
    api: httpx2.AsyncClient,
) -> None:
    made = await make(api)
    application = made["telephony_settings"]["default_texml_app_id"]
    profile = made["messaging_settings"]["default_messaging_profile_id"]
    assert data(await api.get(f"/texml_applications/{application}"))["outbound"]["outbound_voice_profile_id"]
    assert data(await api.get(f"/messaging_profiles/{profile}"))["name"] == "Shop (assistant)"


async def test_what_was_asked_for_is_not_overwritten(api: httpx2.AsyncClient) -> None:
    made = await make(api, enabled_features=["messaging"], voice_settings={"voice": "AWS.Polly.Joanna-Neural"})
    assert made["enabled_features"] == ["messaging"]
    assert made["voice_settings"] == {"voice": "AWS.Polly.Joanna-Neural"}


async def test_ten_versions_are_kept_and_the_main_one_among_them(api: httpx2.AsyncClient) -> None:
    made = await make(api)
    path = f"/ai/assistants/{made['id']}"
    for number in range(12):
        await post(api, path, greeting=f"Greeting {number}", promote_to_main=False)
    versions = data(await api.get(f"{path}/versions"))
    assert len(versions) == 10
    assert made["version_id"] in {version["version_id"] for version in versions}
    assert (await api.get(path)).json()["greeting"] == made["greeting"]
    last = next(each for each in versions if each["greeting"] == "Greeting 11")
    await post(api, f"{path}/versions/{last['version_id']}/promote")
    assert (await api.get(path)).json()["greeting"] == "Greeting 11"
    assert code(await api.delete(f"{path}/versions/{last['version_id']}")) == "10015"
    assert (await api.delete(f"{path}/versions/{made['version_id']}")).status_code == 204


async def test_a_deleted_assistant_comes_back_for_thirty_days(api: httpx2.AsyncClient, clock: Clock) -> None:
    path = f"/ai/assistants/{(await make(api))['id']}"
    assert (await api.delete(path)).json()["deleted"] is True
    assert code(await api.get(path)) == "10005"
    assert data(await api.get("/ai/assistants")) == []
    assert [each["name"] for each in data(await api.get("/ai/assistants/deleted"))] == ["Shop"]
    await post(api, f"{path}/restore")
    await api.delete(path)
    clock.advance(31 * 24 * 60 * 60)
    assert code(await api.post(f"{path}/restore")) == "10005"


async def test_an_assistant_that_another_one_hands_over_to_stays(api: httpx2.AsyncClient) -> None:
    target = await make(api)
    handoff = {"ai_assistants": [{"id": target["id"], "name": "Shop"}]}
    tool = await post(api, "/ai/tools", display_name="To the shop", type="handoff", handoff=handoff)
    first = await make(api, name="Desk", tool_ids=[tool["id"]])
    assert code(await api.delete(f"/ai/assistants/{target['id']}")) == "10015"
    await api.delete(f"/ai/assistants/{first['id']}/tools/{tool['id']}")
    application = target["telephony_settings"]["default_texml_app_id"]
    assert (await api.delete(f"/ai/assistants/{target['id']}?hard_delete=true")).is_success
    assert code(await api.get(f"/texml_applications/{application}")) == "10005"
    assert code(await api.post(f"/ai/assistants/{target['id']}/restore")) == "10005"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"llm_api_key_ref": "nothing"}, "/llm_api_key_ref"),
        ({"tool_ids": ["nothing"]}, "/tool_ids/0"),
        ({"mcp_servers": [{"id": "nothing"}]}, "/mcp_servers/0/id"),
        ({"telephony_settings": {"default_texml_app_id": "1"}}, "/telephony_settings/default_texml_app_id"),
    ],
)
async def test_what_it_refers_to_has_to_be_there(
    api: httpx2.AsyncClient, body: dict[str, object], pointer: str
) -> None:
    refused = await api.post("/ai/assistants", json={**NAMED, **body})
    assert code(refused) == "10017"
    assert refused.json()["errors"][0]["source"] == {"pointer": pointer}


async def test_it_answers_from_its_knowledge_its_instructions_or_not_at_all(
    api: httpx2.AsyncClient, clock: Clock
) -> None:
    retrieval = {"bucket_ids": ["kb"]}
    tool = await post(api, "/ai/tools", display_name="Knowledge", type="retrieval", retrieval=retrieval)
    assistant = await make(api, tool_ids=[tool["id"]])
    data(await api.post("/ai/embeddings", json={"bucket_name": "kb"}))
    clock.advance(5)
    assert "refunded within 30 days" in await chat(api, assistant["id"], "Are returned goods refunded?")
    assert await chat(api, assistant["id"], "Who runs it?") == "Ada runs the shop."
    assert await chat(api, assistant["id"], "Zebra") == "You said: Zebra"
    assert await balance(api) == "99.9955"


async def test_a_conversation_is_found_by_its_filters_and_looked_at_when_it_is_over(
    api: httpx2.AsyncClient, clock: Clock
) -> None:
    assistant = await make(api)
    ids = []
    for number in range(3):
        conversation = await post(
            api, "/ai/conversations", name=f"Chat {number}", metadata={"telnyx_end_user_target": "a"}
        )
        ids.append(conversation["id"])
        clock.advance(1)
    body = {"content": "When?", "conversation_id": ids[0]}
    await post(api, f"/ai/assistants/{assistant['id']}/chat", **body)
    path = "/ai/conversations"
    assert [each["id"] for each in data(await api.get(f"{path}?order=created_at.asc&limit=2"))] == ids[:2]
    assert [each["id"] for each in data(await api.get(f"{path}?metadata->assistant_id=eq.{assistant['id']}"))] == ids[
        :1
    ]
    assert [
        each["id"] for each in data(await api.get(f"{path}?name=like.Chat%25&created_at=gt.2026-09-21T14:13:21Z"))
    ] == [ids[2]]
    assert len(data(await api.get(f"{path}?or=(id.eq.{ids[0]},id.eq.{ids[1]})"))) == 2
    assert code(await api.get(f"{path}?name=odd")) == "10015"
    assert [each["role"] for each in data(await api.get(f"{path}/{ids[0]}/messages"))] == ["user", "assistant"]
    statuses = []
    for _ in range(2):
        (insights,) = data(await api.get(f"{path}/{ids[0]}/conversations-insights"))
        statuses.append(insights["status"])
        clock.advance(10)
    assert statuses == ["pending", "completed"]


async def test_a_call_leaves_a_conversation(api: httpx2.AsyncClient, clock: Clock) -> None:
    assistant = await make(api, greeting="Hello {{name}}", dynamic_variables={"name": "you"})
    application = assistant["telephony_settings"]["default_texml_app_id"]
    asked = {"From": SENDER, "To": RECIPIENT, "AIAssistantId": assistant["id"]}
    asked["AIAssistantDynamicVariables"] = {"name": "Ada"}
    await post(api, f"/texml/ai_calls/{application}", **asked)
    assert data(await api.get("/ai/conversations")) == []
    clock.advance(20)
    query = f"metadata->assistant_id=eq.{assistant['id']}&metadata->telnyx_conversation_channel=eq.phone_call"
    (conversation,) = data(await api.get(f"/ai/conversations?{query}"))
    assert conversation["metadata"]["telnyx_end_user_target"] == RECIPIENT
    said = data(await api.get(f"/ai/conversations/{conversation['id']}/messages"))
    assert [(each["role"], each["text"]) for each in said][:2] == [
        ("assistant", "Hello Ada"),
        ("user", "Hello, my number ends in 0123."),
    ]
    draft = await post(api, f"/ai/assistants/{assistant['id']}", greeting="Good day", promote_to_main=False)
    await post(api, f"/texml/ai_calls/{application}", **asked, AIAssistantVersion=draft["version_id"])
    clock.advance(20)
    latest = data(await api.get("/ai/conversations?limit=1"))[0]
    said = data(await api.get(f"/ai/conversations/{latest['id']}/messages"))
    assert said[0]["text"] == "Good day"
    nobody = await api.post(f"/texml/ai_calls/{application}", json={**asked, "AIAssistantId": "assistant-1"})
    assert code(nobody) == "10005"


async def test_it_texts_somebody_and_goes_on_in_the_same_conversation(api: httpx2.AsyncClient) -> None:
    path = f"/ai/assistants/{(await make(api))['id']}/chat/sms"
    first = await post(api, path, **{"from": SENDER, "to": RECIPIENT, "text": "Hello"})
    again = await post(api, path, **{"from": SENDER, "to": RECIPIENT})
    anew = await post(api, path, **{"from": SENDER, "to": RECIPIENT, "should_create_conversation": True})
    assert first == again != anew
    said = data(await api.get(f"/ai/conversations/{first['conversation_id']}/messages"))
    assert [each["text"] for each in said] == ["Hello", "Hello, how can I help you today?"]
    assert await balance(api) == "99.979"
    mute = f"/ai/assistants/{(await make(api, enabled_features=['telephony']))['id']}/chat/sms"
    assert code(await api.post(mute, json={"from": SENDER, "to": RECIPIENT})) == "10015"


async def test_it_answers_the_texts_that_people_write_back(
    api: httpx2.AsyncClient, control: httpx2.AsyncClient
) -> None:
    async def write(text: str, person: str = RECIPIENT) -> None:
        message = {"key": "KEY_sandbox_first", "channel": "sms", "from": person, "to": SENDER, "text": text}
        assert (await control.post("/inbound", json=message)).is_success

    assistant = await make(api)
    await write("When do you open?")
    assert data(await api.get("/ai/conversations")) == []
    asked = {"from": SENDER, "to": RECIPIENT, "text": "Hello"}
    started = await post(api, f"/ai/assistants/{assistant['id']}/chat/sms", **asked)
    for text in ("When do you open?", "STOP"):
        await write(text)
    said = data(await api.get(f"/ai/conversations/{started['conversation_id']}/messages"))
    assert [each["text"] for each in said] == ["Hello", "When do you open?", "We open at nine o'clock."]
    (profile,) = data(await api.get("/messaging_profiles?filter[name]=Sandbox profile"))
    await api.patch(f"/messaging_profiles/{profile['id']}", json={"ai_assistant_id": assistant["id"]})
    await write("Are you open?", "+12025550177")
    query = "metadata->telnyx_end_user_target=eq.%2B12025550177"
    assert len(data(await api.get(f"/ai/conversations?{query}"))) == 1


async def test_it_begins_on_whatsapp_from_a_number_that_is_there(api: httpx2.AsyncClient) -> None:
    path = f"/ai/assistants/{(await make(api))['id']}/chat/whatsapp"
    body = {"from": SENDER, "to": RECIPIENT, "content": "Ask how the saw is"}
    started = await post(api, path, **body)
    shown = data(await api.get(f"/ai/conversations/{started['conversation_id']}"))
    assert shown["metadata"]["telnyx_conversation_channel"] == "whatsapp"
    assert code(await api.post(path, json={**body, "from": "+12025550199"})) == "10015"


async def test_what_is_scheduled_happens_at_its_time_unless_it_is_cancelled(
    api: httpx2.AsyncClient, clock: Clock
) -> None:
    path = f"/ai/assistants/{(await make(api))['id']}/scheduled_events"
    later = {
        "telnyx_agent_target": SENDER,
        "telnyx_end_user_target": RECIPIENT,
        "scheduled_at_fixed_datetime": "2026-09-21T15:00:00Z",
    }
    call = await post(api, path, **later, telnyx_conversation_channel="phone_call")
    text = await post(api, path, **later, telnyx_conversation_channel="sms_chat", text="Hello")
    lost = await post(
        api, path, **{**later, "telnyx_agent_target": "+12025550199"}, telnyx_conversation_channel="phone_call"
    )
    gone = await post(api, path, **later, telnyx_conversation_channel="phone_call")
    assert (await api.delete(f"{path}/{gone['scheduled_event_id']}")).status_code == 204
    assert {each["status"] for each in data(await api.get(path))} == {"pending"}
    clock.advance(60 * 60)
    assert (await api.get(f"{path}/{call['scheduled_event_id']}")).json()["status"] == "in_progress"
    clock.advance(5 * 60)
    statuses = []
    for event in (call, text, lost):
        shown = (await api.get(f"{path}/{event['scheduled_event_id']}")).json()
        statuses.append((shown["status"], bool(shown["conversation_id"]), bool(shown["errors"])))
    assert statuses == [("completed", True, False), ("completed", True, False), ("failed", False, True)]
    assert code(await api.delete(f"{path}/{text['scheduled_event_id']}")) == "10015"
    past = await api.post(path, json={**later, "telnyx_conversation_channel": "phone_call"})
    assert code(past) == "10015"


async def test_assistants_have_the_shape_of_the_official_types(telnyx: AsyncTelnyx) -> None:
    assistants = telnyx.ai.assistants
    secret = {"identifier": "key", "type": "bearer", "token": "example"}
    await telnyx.integration_secrets.create(**secret)  # type: ignore[arg-type] # texts, all of them
    server = await telnyx.ai.mcp_servers.create(
        name="Docs", type="http", url="https://example.com/mcp", api_key_ref="key"
    )
    tool = await telnyx.ai.tools.create(display_name="Find", type="retrieval", retrieval={"bucket_ids": ["kb"]})
    made = await assistants.create(
        name="Shop", instructions="Sell.", tool_ids=[tool.id], mcp_servers=[{"id": server.id}], tags=["eu"]
    )
    await assistants.update(made.id, greeting="Hi", telephony_settings={"time_limit_secs": 60})
    await assistants.clone(made.id)
    await assistants.list()
    await assistants.versions.list(made.id)
    rules: Any = [{"serve": {"rollout": [{"version_id": made.version_id, "weight": 10}]}}]
    await assistants.canary_deploys.create(made.id, rules=rules)
    await assistants.canary_deploys.delete(made.id)
    assert (await assistants.tags.add(made.id, tag="b2b")).tags == ["eu", "b2b"]
    assert made.id in str(await assistants.get_texml(made.id))
    assert len((await assistants.imports(provider="vapi", api_key_ref="key")).data) == 1
    conversation = await telnyx.ai.conversations.create(metadata={})
    await assistants.chat(made.id, content="Hello", conversation_id=conversation.id)
    messages = await telnyx.ai.conversations.messages.list(conversation.id)
    assert len(messages.data or ()) == 2
    await telnyx.ai.conversations.retrieve_conversations_insights(conversation.id)
    assert [each.id async for each in telnyx.ai.mcp_servers.list()] == [server.id]
    await assistants.tools.remove(tool.id, assistant_id=made.id)
    await telnyx.ai.tools.delete(tool.id)
    await telnyx.ai.mcp_servers.delete(server.id)
    await assistants.delete(made.id)
    assert [each.id for each in (await assistants.deleted.list()).data or ()] == [made.id]
