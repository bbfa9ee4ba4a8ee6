"""What people send to the account's numbers."""

import httpx2
import pytest
from tests.sandbox.answers import RECIPIENT, SENDER, balance, code, data, send

from telnyx_sandbox.clock import Clock


async def write(control: httpx2.AsyncClient, text: str, to: str = SENDER) -> httpx2.Response:
    message = {"key": "KEY_sandbox_first", "channel": "sms", "from": RECIPIENT, "to": to, "text": text}
    return await control.post("/inbound", json=message)


async def test_a_text_is_read_like_other_messages_and_costs_nothing(
    api: httpx2.AsyncClient, control: httpx2.AsyncClient, clock: Clock
) -> None:
    message_id = (await write(control, "Is it open today?")).json()["id"]
    message = data(await api.get(f"/messages/{message_id}"))
    assert (message["direction"], message["type"], message["text"]) == ("inbound", "SMS", "Is it open today?")
    assert message["from"]["phone_number"] == RECIPIENT
    clock.advance(1)
    query = {"filter[record_type]": "messaging", "filter[direction]": "inbound"}
    (record,) = data(await api.get("/detail_records", params=query))
    assert (record["uuid"], record["status"], record["cli"]) == (message_id, "received", RECIPIENT)
    metrics = data(await api.get(f"/messaging_profiles/{message['messaging_profile_id']}/metrics"))["overview"]
    assert (metrics["inbound"]["received"], metrics["outbound"]["sent"]) == (1, 0)
    assert await balance(api) == "100.00"


@pytest.mark.parametrize("word", ["STOP", "unsubscribe "])
async def test_who_texts_stop_gets_nothing_until_they_text_start(
    api: httpx2.AsyncClient, control: httpx2.AsyncClient, word: str
) -> None:
    assert (await write(control, word)).is_success
    assert (await write(control, word)).is_success
    assert code(await send(api)) == "40300"
    found = [one for one in data(await api.get("/messaging_optouts")) if one["to"] == RECIPIENT]
    assert [one["keyword"] for one in found] == [word.strip().upper()]
    assert (await write(control, "start")).is_success
    data(await send(api))


async def test_a_number_of_nobody_gets_no_text(control: httpx2.AsyncClient) -> None:
    assert code(await write(control, "Hi", to="+12025550199")) == "10005"
