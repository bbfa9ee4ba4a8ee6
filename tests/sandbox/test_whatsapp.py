"""WhatsApp: who may be written to and when, what Meta refuses, how templates and numbers come into being."""

from typing import Any

import httpx2
import pytest
from tests.sandbox.answers import RECIPIENT, SENDER, balance, code, data

from telnyx_sandbox.clock import Clock
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.operation import Operation
from telnyx_tools.catalog.validate import response_problems

WRITER = "+12025550142"
HOUR = 60 * 60
KEY = "KEY_sandbox_first"


async def send(api: httpx2.AsyncClient, message: dict[str, object], to: str = RECIPIENT) -> httpx2.Response:
    return await api.post("/messages/whatsapp", json={"from": SENDER, "to": to, "whatsapp_message": message})


def text(body: str = "Hello") -> dict[str, object]:
    return {"type": "text", "text": {"body": body}}


def template(name: str = "order_confirmation", *values: str, language: str = "en_US") -> dict[str, object]:
    parameters = [{"type": "text", "text": value} for value in values]
    components = [{"type": "body", "parameters": parameters}] if values else []
    return {
        "type": "template",
        "template": {"name": name, "language": {"code": language}, "components": components},
    }


async def window(api: httpx2.AsyncClient, person: str) -> dict[str, Any]:
    path = f"/whatsapp/phone_numbers/{SENDER}/conversation_window"
    found: dict[str, Any] = data(await api.get(path, params={"destination_number": person}))
    return found


async def write(control: httpx2.AsyncClient, person: str, **more: str) -> httpx2.Response:
    message = {"key": KEY, "channel": "whatsapp", "from": person, "to": SENDER, "text": "Hi", **more}
    return await control.post("/inbound", json=message)


def meta_code(response: httpx2.Response) -> str:
    assert code(response) == "41000"
    return str(response.json()["errors"][0]["detail"]).partition(" - ")[0]


async def test_a_template_starts_a_conversation_and_costs_what_its_category_costs(
    api: httpx2.AsyncClient, clock: Clock
) -> None:
    message = data(await send(api, template("order_confirmation", "Ada", "A-17")))
    assert (message["type"], message["to"][0]["status"]) == ("WHATSAPP", "queued")
    assert await balance(api) == "99.992"
    clock.advance(1)
    read = data(await api.get(f"/messages/{message['id']}"))
    assert (read["to"][0]["status"], read["errors"], read["cost"]["amount"]) == ("delivered", [], "0.008")
    found = await api.get("/detail_records", params={"filter[record_type]": "messaging"})
    (record,) = data(found)
    assert (record["uuid"], record["message_type"], record["cost"]) == (message["id"], "WHATSAPP", "0.008")


async def test_a_person_who_writes_opens_the_window_for_a_day(
    api: httpx2.AsyncClient, control: httpx2.AsyncClient, clock: Clock
) -> None:
    assert (await window(api, RECIPIENT))["window_active"] is False
    assert meta_code(await send(api, text())) == "131047"
    received = await write(control, RECIPIENT)
    clock.advance(23 * HOUR)
    opened = await window(api, RECIPIENT)
    assert opened["window_active"] is True
    assert opened["window_expires_at"] > opened["last_user_message_at"]
    data(await send(api, text()))
    clock.advance(HOUR)
    assert (await window(api, RECIPIENT))["window_active"] is False
    assert meta_code(await send(api, text())) == "131047"
    inbound = data(await api.get(f"/messages/{received.json()['id']}"))
    assert (inbound["direction"], inbound["text"], inbound["from"]["phone_number"]) == ("inbound", "Hi", RECIPIENT)


async def test_every_account_has_a_person_who_has_just_written(api: httpx2.AsyncClient) -> None:
    assert (await window(api, WRITER))["window_active"] is True
    media: dict[str, object] = {"type": "image", "image": {"link": "https://example.com/cat.png"}}
    assert data(await send(api, media, to=WRITER))["body"] == media


@pytest.mark.parametrize(
    ("message", "to", "expected"),
    [
        (template("order_confirmation", "Ada"), RECIPIENT, "132000"),
        (template("no_such_template"), RECIPIENT, "132001"),
        (template("order_confirmation", "Ada", "A-17", language="de"), RECIPIENT, "132001"),
        (template("rejected_offer"), RECIPIENT, "132001"),
        (template("summer_sale"), RECIPIENT, "132015"),
        (template("old_greeting"), RECIPIENT, "132016"),
        (template("login_code", "1234"), "US.13491208655302741918", "131009"),
        (template("summer_sale"), "+15550131056", "132015"),
        (template("order_confirmation", "Ada", "A-17"), "+15550131056", "131056"),
        (text("a" * 4097), WRITER, "131009"),
    ],
)
async def test_what_meta_refuses_costs_nothing(
    api: httpx2.AsyncClient, message: dict[str, object], to: str, expected: str
) -> None:
    assert meta_code(await send(api, message, to)) == expected
    assert await balance(api) == "100.00"


async def test_some_refusals_come_after_the_message_was_taken(api: httpx2.AsyncClient, clock: Clock) -> None:
    message = data(await send(api, template("order_confirmation", "Ada", "A-17"), "+15550131026"))
    clock.advance(1)
    ended = data(await api.get(f"/messages/{message['id']}"))
    assert ended["to"][0]["status"] == "delivery_failed"
    assert [(one["code"], one["detail"]) for one in ended["errors"]] == [("41000", "131026 - Message undeliverable")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({"from": "+12025550199"}, "40305"), ({"to": "me"}, "40310"), ({"messaging_profile_id": "none"}, "10017")],
)
async def test_a_message_from_or_to_nobody_is_refused(
    api: httpx2.AsyncClient, fields: dict[str, object], expected: str
) -> None:
    message = template("order_confirmation", "Ada", "A-17")
    body = {"from": SENDER, "to": RECIPIENT, "whatsapp_message": message, **fields}
    assert code(await api.post("/messages/whatsapp", json=body)) == expected


async def test_a_template_is_reviewed_changed_and_reviewed_again(api: httpx2.AsyncClient, clock: Clock) -> None:
    (business,) = data(await api.get("/whatsapp/business_accounts"))
    body = {"waba_id": business["waba_id"], "category": "UTILITY", "language": "en_US", "components": []}
    made = data(await api.post("/whatsapp/message_templates", json={**body, "name": "parcel"}))
    bad = data(await api.post("/whatsapp/message_templates", json={**body, "name": "to_reject"}))
    path = f"/whatsapp_message_templates/{made['id']}"
    assert (made["status"], meta_code(await send(api, template("parcel")))) == ("PENDING", "132001")
    clock.advance(20)
    assert data(await api.get(path))["status"] == "APPROVED"
    rejected = data(await api.get(f"/whatsapp_message_templates/{bad['id']}"))
    assert (rejected["status"], rejected["rejection_reason"]) == ("REJECTED", "INVALID_FORMAT")
    data(await send(api, template("parcel")))
    assert data(await api.patch(path, json={"category": "MARKETING"}))["status"] == "PENDING"
    found = await api.get("/whatsapp/message_templates", params={"filter[status]": "PENDING", "filter[search]": "par"})
    assert [one["id"] for one in data(found)] == [made["id"]]
    assert (await api.delete(path)).status_code == 204
    assert code(await api.get(path)) == "10005"


async def test_a_number_sends_once_it_is_verified(api: httpx2.AsyncClient) -> None:
    (business,) = data(await api.get("/whatsapp/business_accounts"))
    numbers = f"/whatsapp/business_accounts/{business['id']}/phone_numbers"
    number = {"phone_number": "+12025550160", "display_name": "Second shop"}
    assert (await api.post(numbers, json=number)).is_success
    message = {"from": "+12025550160", "to": RECIPIENT, "whatsapp_message": template("order_confirmation", "A", "B")}
    assert meta_code(await api.post("/messages/whatsapp", json=message)) == "133010"
    path = "/whatsapp/phone_numbers/+12025550160"
    assert (await api.post(f"{path}/resend_verification", json={"verification_method": "voice"})).is_success
    assert code(await api.post(f"{path}/verify", json={"code": "000000"})) == "10015"
    assert (await api.post(f"{path}/verify", json={"code": "550160"})).is_success
    data(await api.post("/messages/whatsapp", json=message))
    assert len(data(await api.get(numbers))) == 2
    assert (await api.delete(path)).is_success
    assert [one["phone_number"] for one in data(await api.get("/whatsapp/phone_numbers"))] == [SENDER]


async def test_the_switch_for_people_who_write_says_what_it_cannot_do(control: httpx2.AsyncClient) -> None:
    assert code(await write(control, RECIPIENT, to="+12025550199")) == "10005"
    assert code(await write(control, RECIPIENT, key="KEY_of_somebody")) == "10009"
    assert (await write(control, "me")).status_code == 400


async def test_another_account_has_its_own_conversations(
    other: httpx2.AsyncClient, control: httpx2.AsyncClient
) -> None:
    assert (await write(control, RECIPIENT)).is_success
    assert (await window(other, RECIPIENT))["window_active"] is False


async def test_every_answer_has_the_shape_that_the_api_documents(api: httpx2.AsyncClient) -> None:
    (business,) = data(await api.get("/whatsapp/business_accounts"))
    template_id = data(await api.get("/whatsapp/message_templates"))[0]["id"]
    account, number = f"/whatsapp/business_accounts/{business['id']}", f"/whatsapp/phone_numbers/{SENDER}"
    paths = [
        "/whatsapp/business_accounts",
        account,
        f"{account}/settings",
        f"{account}/phone_numbers",
        "/whatsapp/phone_numbers",
        number,
        *(f"{number}/{part}" for part in ("profile", "profile/photo", "calling_settings", "calling_routing")),
        f"{number}/conversational_components",
        "/whatsapp/message_templates",
        f"/whatsapp_message_templates/{template_id}",
        "/whatsapp/user_data",
    ]
    for path in paths:
        found = Catalog.load().match("GET", path)
        assert found is not None
        assert misfits(found[0], (await api.get(path)).json()) == [], path
    sent = await send(api, template("order_confirmation", "Ada", "A-17"))
    assert misfits(Catalog.load()["messages.whatsapp"], sent.json()) == []


def misfits(operation: Operation, answer: object) -> list[str]:
    """Where an answer has not what the API documents; it may have more."""
    return [str(one) for one in response_problems(operation, answer) if one.kind != "unknown"]
