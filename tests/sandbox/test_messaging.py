"""Scheduled and group messages, senders and profiles, read with the official client and asked for what is wrong."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from telnyx import AsyncTelnyx
from tests.sandbox.answers import RECIPIENT, SENDER, balance, code, data, send

from telnyx_sandbox.clock import Clock


@pytest.fixture
async def telnyx(base_url: str) -> AsyncIterator[AsyncTelnyx]:
    async with AsyncTelnyx(
        api_key="KEY_sandbox_first", base_url=base_url, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


def at(clock: Clock, secs: float) -> str:
    return (datetime.fromtimestamp(clock.now(), UTC) + timedelta(seconds=secs)).isoformat()


async def test_a_scheduled_message_is_cancelled_and_paid_back(
    api: httpx2.AsyncClient, telnyx: AsyncTelnyx, clock: Clock
) -> None:
    message = {"from": SENDER, "to": RECIPIENT, "text": "Hello", "send_at": at(clock, 600)}
    scheduled = data(await api.post("/messages/schedule", json=message))
    assert await balance(api) == "99.993"
    cancelled = await telnyx.messages.cancel_scheduled(scheduled["id"])
    assert [recipient.status for recipient in cancelled.to or ()] == ["cancelled"]
    assert await balance(api) == "100.00"


async def test_a_message_can_be_cancelled_until_a_minute_before_its_time(api: httpx2.AsyncClient, clock: Clock) -> None:
    message = data(await send(api, send_at=at(clock, 600)))
    clock.advance(541)
    assert code(await api.delete(f"/messages/{message['id']}")) == "10015"
    clock.advance(600)
    assert data(await api.get(f"/messages/{message['id']}"))["to"][0]["status"] == "delivered"


@pytest.mark.parametrize("secs", [0, 299, 5 * 24 * 60 * 60 + 1])
async def test_a_message_is_scheduled_five_minutes_to_five_days_ahead(
    api: httpx2.AsyncClient, clock: Clock, secs: float
) -> None:
    assert code(await send(api, send_at=at(clock, secs))) == "10015"


async def test_scheduling_needs_a_time(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/messages/schedule", json={"from": SENDER, "to": RECIPIENT, "text": "Hello"})
    assert code(answer) == "10004"


async def test_a_group_message_is_one_message_to_each_member(telnyx: AsyncTelnyx, clock: Clock) -> None:
    group = (await telnyx.messages.send_group_mms(from_=SENDER, to=[RECIPIENT, "+12025550124"], text="Lunch?")).data
    assert group is not None
    assert [member.phone_number for member in group.to or ()] == [RECIPIENT, "+12025550124"]
    clock.advance(5)
    messages = (await telnyx.messages.retrieve_group_messages(group.id or "")).data or []
    assert [[member.status for member in message.to or ()] for message in messages] == [["delivered"], ["delivered"]]
    records = await telnyx.detail_records.list(filter={"record_type": "messaging", "date_range": "today"})
    assert len(records.data) == 2


async def test_a_refused_group_message_reaches_nobody_and_costs_nothing(api: httpx2.AsyncClient, clock: Clock) -> None:
    members = [RECIPIENT, "+15550040300"]
    answer = await api.post("/messages/group_mms", json={"from": SENDER, "to": members, "text": "Lunch?"})
    assert code(answer) == "40300"
    assert await balance(api) == "100.00"
    clock.advance(5)
    assert data(await api.get("/detail_records", params={"filter[record_type]": "messaging"})) == []


@pytest.mark.parametrize("members", [[], [f"+120255501{ending:02}" for ending in range(9)]])
async def test_a_group_has_one_to_eight_members(api: httpx2.AsyncClient, members: list[str]) -> None:
    answer = await api.post("/messages/group_mms", json={"from": SENDER, "to": members, "text": "Lunch?"})
    assert code(answer) == "40310"


async def test_a_profile_keeps_its_settings_and_lists_its_numbers(telnyx: AsyncTelnyx) -> None:
    profile = (await telnyx.messaging_profiles.list()).data[0]
    changed = (
        await telnyx.messaging_profiles.update(
            profile.id or "",
            alpha_sender="Sandbox",
            smart_encoding=True,
            number_pool_settings={"long_code_weight": 2, "toll_free_weight": 1, "skip_unhealthy": True},
            url_shortener_settings={"domain": "example.ex"},
        )
    ).data
    assert changed is not None
    assert (changed.alpha_sender, changed.smart_encoding, changed.webhook_api_version) == ("Sandbox", True, "2")
    assert changed.number_pool_settings is not None
    assert changed.number_pool_settings.long_code_weight == 2
    numbers = await telnyx.messaging_profiles.list_phone_numbers(profile.id or "")
    assert [number.phone_number for number in numbers.data] == [SENDER]
    assert (await telnyx.messaging_profiles.retrieve_metrics(profile.id or "")).data
    assert (await telnyx.messaging_profiles.delete(profile.id or "")).data == changed
    assert (await telnyx.messaging_profiles.list()).data == []


async def test_records_outlive_their_profile(api: httpx2.AsyncClient, clock: Clock) -> None:
    message = data(await send(api))
    data(await api.delete(f"/messaging_profiles/{message['messaging_profile_id']}"))
    clock.advance(5)
    (record,) = data(await api.get("/detail_records", params={"filter[record_type]": "messaging"}))
    assert (record["profile_id"], record["profile_name"]) == (message["messaging_profile_id"], None)


async def test_alphanumeric_senders_are_registered_with_a_profile(api: httpx2.AsyncClient, telnyx: AsyncTelnyx) -> None:
    profile = (await telnyx.messaging_profiles.list()).data[0]
    created = (
        await telnyx.alphanumeric_sender_ids.create(
            alphanumeric_sender_id="Sandbox", messaging_profile_id=profile.id or ""
        )
    ).data
    assert created is not None
    assert (await telnyx.alphanumeric_sender_ids.retrieve(created.id or "")).data == created
    assert (await telnyx.alphanumeric_sender_ids.list(filter_messaging_profile_id=profile.id or "")).data == [created]
    assert (await telnyx.alphanumeric_sender_ids.delete(created.id or "")).data == created
    assert (await telnyx.alphanumeric_sender_ids.list()).data == []
    wrong = {"alphanumeric_sender_id": "12345", "messaging_profile_id": profile.id}
    assert code(await api.post("/alphanumeric_sender_ids", json=wrong)) == "40325"
    wrong = {"alphanumeric_sender_id": "Sandbox", "messaging_profile_id": "none"}
    assert code(await api.post("/alphanumeric_sender_ids", json=wrong)) == "10017"
