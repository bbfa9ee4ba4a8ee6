"""The official client, validating every answer strictly, finds what it expects."""

from telnyx import AsyncTelnyx
from telnyx.types import OutboundMessagePayload
from tests.sandbox.answers import RECIPIENT, SENDER

from telnyx_sandbox.clock import Clock


async def test_a_message_is_sent_and_followed_to_its_delivery(telnyx: AsyncTelnyx, clock: Clock) -> None:
    sent = (await telnyx.messages.send(from_=SENDER, to=RECIPIENT, text="Hello")).data
    assert sent is not None
    assert [recipient.status for recipient in sent.to or ()] == ["queued"]
    clock.advance(1)
    found = (await telnyx.messages.retrieve(sent.id or "")).data
    assert isinstance(found, OutboundMessagePayload)
    assert [recipient.status for recipient in found.to or ()] == ["delivered"]


async def test_a_number_is_found_bought_configured_and_released(telnyx: AsyncTelnyx, clock: Clock) -> None:
    search = await telnyx.available_phone_numbers.list(
        filter={"national_destination_code": "312", "features": ["sms", "voice"], "limit": 2}
    )
    assert search.data is not None
    number = search.data[0].phone_number or ""
    order = (await telnyx.number_orders.create(phone_numbers=[{"phone_number": number}])).data
    assert order is not None
    assert order.status == "pending"
    clock.advance(1)
    finished = (await telnyx.number_orders.retrieve(order.id or "")).data
    assert finished is not None
    assert finished.status == "success"
    owned = (await telnyx.phone_numbers.list(filter={"phone_number": number[1:]})).data[0]
    profile = (await telnyx.messaging_profiles.list()).data[0]
    await telnyx.phone_numbers.messaging.update(owned.id, messaging_profile_id=profile.id or "")
    await telnyx.phone_numbers.voice.update(owned.id, inbound_call_screening="flag_calls")
    await telnyx.phone_numbers.update(owned.id, tags=["support"])
    shown = (await telnyx.phone_numbers.retrieve(owned.id)).data
    assert shown is not None
    assert (shown.tags, shown.messaging_profile_id) == (["support"], profile.id)
    assert shown.inbound_call_screening == "flag_calls"
    await telnyx.phone_numbers.delete(owned.id)
    assert [left.phone_number for left in (await telnyx.phone_numbers.list()).data] == [SENDER]


async def test_every_list_and_setting_has_the_shape_of_the_official_types(telnyx: AsyncTelnyx, clock: Clock) -> None:
    await telnyx.messages.send(from_=SENDER, to="+15550040010", text="Hello")
    clock.advance(1)
    records = await telnyx.detail_records.list(filter={"record_type": "messaging", "date_range": "today"})
    assert [record.record_type for record in records.data] == ["messaging"]
    assert (await telnyx.messaging_optouts.list()).data[0].to == "+15550040300"
    owned = (await telnyx.phone_numbers.list()).data[0]
    assert (await telnyx.phone_numbers.voice.retrieve(owned.id)).data
    messaging = (await telnyx.phone_numbers.messaging.retrieve(owned.id)).data
    assert messaging is not None
    assert messaging.type == "long-code"
    profile = (await telnyx.messaging_profiles.list(filter_name_contains="sandbox")).data[0]
    assert (await telnyx.messaging_profiles.retrieve(profile.id or "")).data == profile
    assert (await telnyx.number_orders.list()).data == []
    account = (await telnyx.balance.retrieve()).data
    assert account is not None
    assert (account.balance, account.currency) == ("99.993", "USD")
