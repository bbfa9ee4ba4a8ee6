"""What people ask of the assistants tools, through an MCP client, the server and the sandbox, each on a socket."""

import httpx2
import pytest
from mcp.client import Client
from tests.e2e.clients import ERAS, call, connected
from tests.sandbox.buckets import FILES, give_bucket
from tests.server.stories.agent import KEY, refusal

from telnyx_sandbox.clock import Clock

GROUPS = "assistants,embeddings,connections,messaging"
SENDER, RECIPIENT = "+12025550101", "+12025550123"
SHOP = {
    "name": "Shop",
    "instructions": "You answer for a shop that sells tools. We open at nine o'clock.",
    "greeting": "Hello {{name}}, this is the shop.",
}


@pytest.fixture(autouse=True)
def _bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    give_bucket(monkeypatch, "kb", FILES)


@pytest.mark.parametrize("mode", ERAS)
async def test_create_an_assistant_let_it_call_somebody_and_read_what_was_said(
    server: str, clock: Clock, mode: str
) -> None:
    """All of it with what a client is shown that asks for nothing."""
    async with connected(server, KEY, mode) as client:
        assistant = await call(client, "create_assistant", **SHOP)
        numbers = (await call(client, "list_phone_numbers"))["items"]
        started = await call(
            client,
            "start_assistant_call",
            assistant_id=assistant["id"],
            to=RECIPIENT,
            from_number=numbers[0]["phone_number"],
            dynamic_variables={"name": "Ada"},
            machine_detection="Enable",
        )
        assert started["texml_app_id"] == assistant["telephony_settings"]["default_texml_app_id"]
        clock.advance(90)
        (conversation,) = (await call(client, "list_conversations", assistant_id=assistant["id"], end_user=RECIPIENT))[
            "items"
        ]
        assert conversation["metadata"]["call_control_id"] == started["call_sid"]
        said = (await call(client, "get_conversation_messages", conversation_id=conversation["id"]))["items"]
        assert [each["role"] for each in said] == ["assistant", "user", "assistant"]
        assert "Hello Ada, this is the shop." in said[0]["text"]
        assert "0123" in said[1]["text"]


async def test_teach_it_what_the_shop_knows_and_try_it_before_it_calls(client: Client, clock: Clock) -> None:
    await call(client, "create_embeddings", bucket_name="kb")
    clock.advance(5)
    assistant = await call(client, "create_assistant", **SHOP, knowledge=["kb"])
    assert assistant["tools"] == [{"type": "retrieval", "bucket_ids": ["kb"]}]
    ids = {"assistant_id": assistant["id"]}
    first = await call(client, "chat_with_assistant", **ids, content="How much is express delivery?")
    assert "12 USD" in first["content"]
    await call(client, "update_assistant", **ids, tools=[], version_name="Without knowledge")
    second = await call(
        client,
        "chat_with_assistant",
        **ids,
        content="When do you open?",
        conversation_id=first["conversation_id"],
    )
    assert "nine o'clock" in second["content"]


async def test_it_texts_a_customer_and_answers_what_comes_back(client: Client, control: httpx2.AsyncClient) -> None:
    assistant = await call(client, "create_assistant", **SHOP)
    arguments = {"assistant_id": assistant["id"], "to": RECIPIENT, "from_number": SENDER}
    started = await call(client, "send_assistant_sms", **arguments, text="Your saw is ready")
    written = {"key": KEY, "channel": "sms", "from": RECIPIENT, "to": SENDER, "text": "When do you open?"}
    (await control.post("/inbound", json=written)).raise_for_status()
    said = await call(client, "get_conversation_messages", conversation_id=started["conversation_id"])
    assert [each["role"] for each in said["items"]] == ["assistant", "user", "assistant"]
    assert "nine o'clock" in said["items"][2]["text"]


async def test_it_answers_the_calls_to_a_number_as_an_auto_attendant(
    server: str, control: httpx2.AsyncClient, clock: Clock
) -> None:
    async with connected(f"{server}?groups=assistants,connections,numbers,diagnostics", KEY) as client:
        desk = await call(client, "create_assistant", **{**SHOP, "greeting": "This is the shop."})
        own = desk["telephony_settings"]["default_texml_app_id"]
        document = (await call(client, "get_texml_application", application_id=own))["voice_url"]
        menu = await call(client, "create_texml_application", friendly_name="Front desk", voice_url=document)
        for application in (own, menu["id"]):
            await call(client, "update_phone_number", phone_number=SENDER, connection_id=application)
            (await control.post("/calls", json={"key": KEY, "from": RECIPIENT, "to": SENDER})).raise_for_status()
            clock.advance(120)
        first, second = (await call(client, "list_conversations", assistant_id=desk["id"], end_user=RECIPIENT))["items"]
        assert first["metadata"]["call_control_id"] != second["metadata"]["call_control_id"]
        said = (await call(client, "get_conversation_messages", conversation_id=first["id"]))["items"]
        assert [each["text"] for each in said][:2] == ["This is the shop.", "Hello, my number ends in 0123."]
        found = await call(client, "diagnose_call", from_number=RECIPIENT, to=SENDER)
        assert (found["failed"], found["connection_id"]) == (False, menu["id"])


async def test_a_model_that_there_is_not_is_refused_with_where_to_look(client: Client) -> None:
    error = await refusal(client, "create_assistant", **SHOP, model="gpt-9")
    assert (error["pointer"], "list_ai_models" in error["remedy"]) == ("/model", True)
    model = (await call(client, "list_ai_models", contains="glm"))["items"][0]["id"]
    assistant = await call(client, "create_assistant", **SHOP, model=model)
    assert assistant["model"] == model
    refused = await refusal(client, "update_assistant", assistant_id=assistant["id"], model="gpt-9")
    assert "list_ai_models" in refused["remedy"]


async def test_a_call_that_is_refused_names_the_way_out(client: Client) -> None:
    assistant = await call(client, "create_assistant", **SHOP)
    arguments = {"assistant_id": assistant["id"], "to": RECIPIENT, "from_number": SENDER}
    application = await call(
        client, "create_texml_application", friendly_name="Mute", voice_url="https://example.com/texml"
    )
    error = await refusal(client, "start_assistant_call", **arguments, texml_app_id=application["id"])
    assert (error["code"], "update_texml_application" in error["remedy"]) == ("10010", True)
    unknown = await refusal(client, "start_assistant_call", **{**arguments, "assistant_id": "assistant-1"})
    assert unknown["code"] == "10005"
    other = await call(
        client,
        "create_assistant_tool",
        display_name="Over to the shop",
        handoff={"ai_assistants": [{"id": assistant["id"], "name": "Shop"}]},
    )
    await call(client, "create_assistant", name="Desk", instructions="Receive.", tool_ids=[other["id"]])
    held = await refusal(client, "delete_assistant", assistant_id=assistant["id"])
    assert "Desk" in held["detail"]
