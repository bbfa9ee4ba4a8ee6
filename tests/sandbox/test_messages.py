"""Messages: what is refused and why, what it costs, how it ends."""

import httpx2
import pytest
from tests.sandbox.answers import RECIPIENT, SENDER, balance, code, data, send

from telnyx_sandbox.clock import Clock


async def status(api: httpx2.AsyncClient, message_id: str) -> str:
    return str(data(await api.get(f"/messages/{message_id}"))["to"][0]["status"])


async def patch_profile(api: httpx2.AsyncClient, **fields: object) -> str:
    profile_id = str(data(await api.get("/messaging_profiles"))[0]["id"])
    data(await api.patch(f"/messaging_profiles/{profile_id}", json=fields))
    return profile_id


async def test_a_message_moves_with_time(api: httpx2.AsyncClient, clock: Clock) -> None:
    message_id = data(await send(api))["id"]
    seen = [await status(api, message_id)]
    for secs in (0.3, 0.3, 0.5):
        clock.advance(secs)
        seen.append(await status(api, message_id))
    assert seen == ["queued", "sending", "sent", "delivered"]


async def test_a_message_planned_for_later_waits(api: httpx2.AsyncClient, clock: Clock) -> None:
    message_id = data(await send(api, send_at="2026-09-21T15:00:00Z"))["id"]
    assert await status(api, message_id) == "scheduled"
    clock.advance(24 * 60 * 60)
    assert await status(api, message_id) == "delivered"


@pytest.mark.parametrize(
    ("text", "encoding", "parts"),
    [
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("€" * 80, "GSM-7", 1),
        ("a" * 152 + "€" * 80, "GSM-7", 3),
        ("ж" * 70, "UCS-2", 1),
        ("ж" * 71, "UCS-2", 2),
        ("😀" * 35, "UCS-2", 1),
    ],
)
async def test_a_text_is_counted_and_charged_by_parts(
    api: httpx2.AsyncClient, text: str, encoding: str, parts: int
) -> None:
    message = data(await send(api, text=text))
    assert (message["encoding"], message["parts"]) == (encoding, parts)
    assert message["cost"] == {"amount": f"{0.007 * parts:.3f}", "currency": "USD"}
    assert float(await balance(api)) == pytest.approx(100 - 0.007 * parts)


async def test_media_makes_an_mms_of_one_part(api: httpx2.AsyncClient) -> None:
    message = data(await send(api, text="", media_urls=["https://example.com/cat.png"]))
    assert (message["type"], message["parts"], message["cost"]["amount"]) == ("MMS", 1, "0.025")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"to": None}, "10004"),
        ({"from": None}, "10004"),
        ({"to": "not a number"}, "40310"),
        ({"text": ""}, "40316"),
        ({"text": 7}, "10026"),
        ({"text": "ж" * 671}, "40302"),
        ({"text": "ж", "encoding": "gsm7"}, "10015"),
        ({"media_urls": ["ftp://example.com/cat.png"]}, "10003"),
        ({"media_urls": ["https://example.com/cat.png"] * 11}, "40317"),
        ({"media_urls": "https://example.com/cat.png"}, "10026"),
        ({"type": "FAX"}, "10032"),
        ({"from": "+12025550199"}, "40305"),
        ({"to": "+447700900123"}, "40309"),
        ({"from": None, "messaging_profile_id": "none"}, "10017"),
        ({"from": "Sandbox"}, "10004"),
        ({"to": "+15550040300"}, "40300"),
        ({"to": "+15550040333"}, "40333"),
        ({"send_at": "tomorrow"}, "10015"),
    ],
)
async def test_a_bad_message_is_refused_with_its_code_and_costs_nothing(
    api: httpx2.AsyncClient, fields: dict[str, object], expected: str
) -> None:
    response = await send(api, **fields)
    assert response.is_client_error
    assert code(response) == expected
    assert await balance(api) == "100.00"


@pytest.mark.parametrize(
    ("failure", "ending"),
    [("40010", "sending_failed"), ("40329", "sending_failed"), ("40008", "delivery_failed")],
)
async def test_a_number_that_names_an_error_is_taken_and_ends_with_it(
    api: httpx2.AsyncClient, clock: Clock, failure: str, ending: str
) -> None:
    message = data(await send(api, to=f"+155500{failure}"))
    assert message["errors"] == []
    clock.advance(1)
    ended = data(await api.get(f"/messages/{message['id']}"))
    assert ended["to"][0]["status"] == ending
    assert [error["code"] for error in ended["errors"]] == [failure]


async def test_a_number_without_a_profile_cannot_send(api: httpx2.AsyncClient) -> None:
    number_id = data(await api.get("/phone_numbers"))[0]["id"]
    data(await api.patch(f"/phone_numbers/{number_id}/messaging", json={"messaging_profile_id": ""}))
    assert code(await send(api)) == "40100"


async def test_the_profile_decides_where_messages_may_go(api: httpx2.AsyncClient) -> None:
    await patch_profile(api, whitelisted_destinations=["*"])
    assert data(await send(api, to="+447700900123"))["to"][0]["phone_number"] == "+447700900123"
    await patch_profile(api, whitelisted_destinations=[])
    assert code(await send(api)) == "40331"
    await patch_profile(api, enabled=False)
    assert code(await send(api)) == "40312"


async def test_a_profile_alone_sends_only_with_a_number_pool(api: httpx2.AsyncClient) -> None:
    profile_id = await patch_profile(api)
    message = {"from": None, "messaging_profile_id": profile_id}
    assert code(await send(api, **message)) == "40321"
    await patch_profile(
        api, number_pool_settings={"long_code_weight": 1, "toll_free_weight": 1, "skip_unhealthy": True}
    )
    assert data(await send(api, **message))["from"]["phone_number"] == SENDER


async def test_an_alphanumeric_sender_reaches_other_countries_only(api: httpx2.AsyncClient) -> None:
    profile_id = await patch_profile(api, whitelisted_destinations=["*"])
    named = {"from": "Sandbox", "messaging_profile_id": profile_id}
    assert data(await send(api, to="+447700900123", **named))["from"]["phone_number"] == "Sandbox"
    assert code(await send(api, **named)) == "40301"


async def test_the_daily_limit_of_a_profile_starts_anew_each_day(api: httpx2.AsyncClient, clock: Clock) -> None:
    await patch_profile(api, daily_spend_limit="0.01", daily_spend_limit_enabled=True)
    assert (await send(api)).is_success
    assert code(await send(api)) == "40333"
    clock.advance(24 * 60 * 60)
    assert (await send(api)).is_success


async def test_an_empty_balance_sends_nothing(api: httpx2.AsyncClient) -> None:
    found = data(await api.get("/available_phone_numbers", params={"filter[limit]": "50"}))
    order = {"phone_numbers": [{"phone_number": number["phone_number"]} for number in found]}
    data(await api.post("/number_orders", json=order))
    assert await balance(api) == "0.00"
    assert code(await send(api)) == "20100"


async def test_a_message_is_found_by_its_own_account_only(api: httpx2.AsyncClient, other: httpx2.AsyncClient) -> None:
    message_id = data(await send(api))["id"]
    response = await other.get(f"/messages/{message_id}")
    assert (response.status_code, code(response)) == (404, "10005")


async def test_detail_records_list_finished_messages_newest_first(api: httpx2.AsyncClient, clock: Clock) -> None:
    first = data(await send(api))["id"]
    clock.advance(60)
    second = data(await send(api, to="+15550040008"))["id"]
    query = {"filter[record_type]": "messaging"}
    assert [record["uuid"] for record in data(await api.get("/detail_records", params=query))] == [first]
    clock.advance(60)
    records = data(await api.get("/detail_records", params=query))
    assert [(record["uuid"], record["status"]) for record in records] == [(second, "failed"), (first, "delivered")]
    delivered = data(await api.get("/detail_records", params={**query, "filter[status]": "delivered"}))
    assert [record["cld"] for record in delivered] == [RECIPIENT]
    yesterday = data(await api.get("/detail_records", params={**query, "filter[date_range]": "yesterday"}))
    assert yesterday == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "10004"),
        ({"filter[record_type]": "pigeon"}, "10032"),
        ({"filter[record_type]": "messaging", "filter[date_range]": "someday"}, "10032"),
        ({"filter[record_type]": "messaging", "filter[colour]": "red"}, "10031"),
        ({"filter[record_type]": "messaging", "sort": "colour"}, "10015"),
    ],
)
async def test_a_bad_record_query_names_its_parameter(
    api: httpx2.AsyncClient, query: dict[str, str], expected: str
) -> None:
    response = await api.get("/detail_records", params=query)
    assert code(response) == expected
    assert response.json()["errors"][0]["source"]["parameter"]
