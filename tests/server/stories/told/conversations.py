"""What agents do with what they are told, as conversations with any server."""

import asyncio
from typing import Any

import httpx2
from mcp.client import Client
from tests.e2e.clients import call
from tests.server.stories.agent import KEY

CUSTOMER, SENDER = "+12025554711", "+12025550101"
"""The customer types the last four digits of the number when asked."""


async def dial(client: Client, **how: Any) -> dict[str, Any]:
    """Dial, wait until answered, speak, gather four digits, read them."""
    made = await call(client, "make_call", to=CUSTOMER, from_number=SENDER, **how)
    leg = {"call_control_id": made["call_control_id"]}
    answered = await call(client, "wait_for_event", **leg, types=["call.answered", "call.ended"])
    assert [event["type"] for event in answered["events"]] == ["call.answered"]
    await call(client, "speak", **leg, payload="This is Acme about your order.")
    spoken = await call(client, "wait_for_event", **leg, types=["call.speak.ended"], since=answered["next"])
    assert [event["type"] for event in spoken["events"]] == ["call.speak.ended"]
    await call(client, "gather_digits", **leg, payload="Please type four digits.", minimum_digits=4, maximum_digits=4)
    gathered = await call(client, "wait_for_event", **leg, types=["call.digits"], since=spoken["next"])
    assert [event["digits"] for event in gathered["events"]] == ["4711"]
    await call(client, "hangup", **leg)
    ended = await call(client, "wait_for_event", **leg, types=["call.hangup"], since=gathered["next"])
    assert [event["hangup_cause"] for event in ended["events"]] == ["normal_clearing"]
    return gathered


async def converse(client: Client, control: httpx2.AsyncClient) -> dict[str, Any]:
    """Send an SMS, wait for its delivery, then for the reply, and answer it."""
    sent = await call(client, "send_message", to=CUSTOMER, from_number=SENDER, text="Shall we come at noon?")
    delivered = await call(client, "wait_for_event", message_id=sent["id"], types=["message.delivered"])
    assert [event["status"] for event in delivered["events"]] == ["delivered"]
    since = delivered["next"]
    waiting = asyncio.create_task(call(client, "wait_for_reply", from_number=CUSTOMER, to=SENDER, since=since))
    written = {"key": KEY, "channel": "sms", "from": CUSTOMER, "to": SENDER, "text": "Noon is fine"}
    assert (await control.post("/inbound", json=written)).status_code == 201
    reply = await waiting
    assert [(event["type"], event["text"]) for event in reply["events"]] == [("message.received", "Noon is fine")]
    answer = await call(
        client, "send_message", to=CUSTOMER, from_number=SENDER, text="See you then", wait_for="delivered"
    )
    assert answer["to"][0]["status"] == "delivered"
    return reply


async def attend(client: Client, call_control_id: str, assistant_id: str) -> None:
    """Let an assistant answer a call, wait until it does, and read what was said."""
    leg = {"call_control_id": call_control_id}
    await call(client, "answer_call", **leg, assistant={"id": assistant_id})
    answered = await call(client, "wait_for_event", **leg, types=["call.answered"])
    assert [event["type"] for event in answered["events"]] == ["call.answered"]
    goes_on = await call(client, "wait_for_event", **leg, types=["call.ended"], since=answered["next"], timeout_secs=1)
    assert goes_on["events"] == []
    await call(client, "hangup", **leg)
    ended = await call(client, "wait_for_event", **leg, types=["call.ended"], since=goes_on["next"])
    assert [event["hangup_cause"] for event in ended["events"]] == ["normal_clearing"]
    (conversation,) = (await call(client, "list_conversations", assistant_id=assistant_id))["items"]
    said = (await call(client, "get_conversation_messages", conversation_id=conversation["id"]))["items"]
    assert said[0]["role"] == "assistant"
