"""Verification by one-time code, and the profiles behind it."""

import json

import pytest
from tests.tools.groups.sandboxed import call, losing

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError, OutcomeUnknown
from telnyx_tools.argument_errors import InvalidArguments

NUMBER = "+12025550123"
CODE, WRONG = "50123", "00000"


async def profile(telnyx: Telnyx) -> str:
    (found,) = (await call(telnyx, "list_verify_profiles"))["items"]
    return str(found["id"])


async def start(telnyx: Telnyx, **arguments: object) -> str:
    """The id of a verification of NUMBER."""
    profile_id = await profile(telnyx)
    started = await call(telnyx, "start_verification", phone_number=NUMBER, verify_profile_id=profile_id, **arguments)
    assert started["status"] == "pending"
    return str(started["id"])


async def test_a_person_gives_a_wrong_code_and_then_the_right_one(telnyx: Telnyx) -> None:
    verification_id = await start(telnyx)
    number = {"phone_number": NUMBER, "verify_profile_id": await profile(telnyx)}
    wrong = await call(telnyx, "check_verification_code", code=WRONG, **number)
    assert wrong == {"phone_number": NUMBER, "response_code": "rejected"}
    right = await call(telnyx, "check_verification_code", code=CODE, **number)
    assert right["response_code"] == "accepted"
    assert (await call(telnyx, "get_verification", verification_id=verification_id))["status"] == "accepted"


async def test_a_code_is_good_once(telnyx: Telnyx) -> None:
    verification_id = await start(telnyx)
    checks = [
        (await call(telnyx, "check_verification_code", code=CODE, verification_id=verification_id))["response_code"]
        for _ in range(2)
    ]
    assert checks == ["accepted", "rejected"]


async def test_a_code_that_came_too_late_is_rejected(telnyx: Telnyx, clock: Clock) -> None:
    verification_id = await start(telnyx, timeout_secs=60)
    clock.advance(60)
    late = await call(telnyx, "check_verification_code", code=CODE, verification_id=verification_id)
    assert late["response_code"] == "rejected"
    (listed,) = (await call(telnyx, "list_verifications", phone_number=NUMBER))["items"]
    assert (listed["id"], listed["status"], listed["timeout_secs"]) == (verification_id, "expired", 60)


@pytest.mark.parametrize("channel", ["sms", "call", "flashcall", "whatsapp"])
async def test_each_channel_has_its_own_operation_and_costs_money(telnyx: Telnyx, channel: str) -> None:
    verification_id = await start(telnyx, channel=channel)
    assert (await call(telnyx, "get_verification", verification_id=verification_id))["type"] == channel
    assert float((await call(telnyx, "get_balance"))["balance"]) < 100


async def test_a_verification_leaves_a_detail_record_with_its_fee(telnyx: Telnyx) -> None:
    verification_id = await start(telnyx)
    await call(telnyx, "send_message", to=NUMBER, from_number="+12025550101", text="Hello")
    found = await call(
        telnyx, "search_detail_records", record_type="verify", filters={"destination_phone_number": NUMBER}
    )
    (record,) = found["items"]
    assert (record["id"], record["verify_usage_fee"], record["currency"]) == (verification_id, "0.037", "USD")


async def test_a_code_of_ones_own_is_checked_and_never_shown(telnyx: Telnyx) -> None:
    verification_id = await start(telnyx, channel="call", custom_code="424242", extension="1w2")
    seen = [
        await call(telnyx, "get_verification", verification_id=verification_id),
        await call(telnyx, "list_verifications", phone_number=NUMBER),
    ]
    assert "424242" not in json.dumps(seen)
    checked = await call(telnyx, "check_verification_code", code="424242", verification_id=verification_id)
    assert checked["response_code"] == "accepted"


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ({"channel": "flashcall", "custom_code": "4242"}, "custom_code"),
        ({"channel": "sms", "extension": "12"}, "extension"),
        ({"channel": "pigeon"}, "channel"),
        ({"custom_code": "secret"}, "custom_code"),
    ],
)
async def test_what_a_channel_cannot_do_is_refused_before_anything_is_sent(
    telnyx: Telnyx, arguments: dict[str, object], argument: str
) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await start(telnyx, **arguments)
    assert [problem.argument for problem in refused.value.problems] == [argument]
    assert (await call(telnyx, "list_verifications", phone_number=NUMBER))["items"] == []


async def test_a_code_without_its_verification_says_what_is_missing(telnyx: Telnyx) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, "check_verification_code", code=CODE, phone_number=NUMBER)
    assert "verify_profile_id" in refused.value.problems[0].problem


async def test_a_code_for_a_number_that_was_never_sent_one_is_not_found(telnyx: Telnyx) -> None:
    with pytest.raises(ApiError, match="10005"):
        await call(
            telnyx,
            "check_verification_code",
            code=CODE,
            phone_number=NUMBER,
            verify_profile_id=await profile(telnyx),
        )


async def test_a_verification_whose_answer_was_lost_is_not_sent_again() -> None:
    async with losing() as (telnyx, sent):
        with pytest.raises(OutcomeUnknown):
            await call(telnyx, "start_verification", phone_number=NUMBER, verify_profile_id="1")
    assert sent == ["/v2/verifications/sms"]


async def test_a_profile_is_made_changed_and_deleted(telnyx: Telnyx) -> None:
    templates = (await call(telnyx, "list_verify_templates"))["items"]
    assert "{{code}}" in templates[0]["text"]
    sms = {"app_name": "Shop", "code_length": 6, "messaging_template_id": templates[0]["id"]}
    made = await call(telnyx, "create_verify_profile", name="Shop", sms=sms)
    assert {**made["sms"], **sms} == made["sms"]
    assert "call" not in made
    profile_id = {"verify_profile_id": made["id"]}
    changed = await call(telnyx, "update_verify_profile", sms={"code_length": 8}, daily_spend_limit=5, **profile_id)
    assert (changed["sms"]["code_length"], changed["sms"]["app_name"]) == (8, "Shop")
    assert (await call(telnyx, "get_verify_profile", **profile_id))["daily_spend_limit"] == 5
    started = await call(telnyx, "start_verification", phone_number=NUMBER, **profile_id)
    eight = await call(telnyx, "check_verification_code", code="25550123", verification_id=started["id"])
    assert eight["response_code"] == "accepted"
    assert len((await call(telnyx, "list_verify_profiles", name="Shop"))["items"]) == 1
    await call(telnyx, "delete_verify_profile", **profile_id)
    assert (await call(telnyx, "list_verify_profiles", name="Shop"))["items"] == []


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ({}, ""),
        ({"name": None}, ""),
        ({"sms": {"colour": "red"}}, "sms.colour"),
        ({"sms": {"whitelisted_destinations": ["USA"]}}, "sms.whitelisted_destinations.0"),
    ],
)
async def test_a_change_that_says_nothing_or_too_much_is_refused(
    telnyx: Telnyx, arguments: dict[str, object], argument: str
) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, "update_verify_profile", verify_profile_id=await profile(telnyx), **arguments)
    assert [problem.argument for problem in refused.value.problems] == [argument]
