"""Templates: what there is, what Meta would reject, what is submitted and what becomes of it."""

import json
from typing import Any

import httpx2
import pytest
from tests.tools.groups.sandboxed import answering, call, unasked

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments

NEW = {"name": "parcel_sent", "category": "UTILITY", "language": "en_US", "body": "Your parcel is on its way."}
QUICK = {"type": "QUICK_REPLY", "text": "Stop"}


async def create(telnyx: Telnyx, **arguments: object) -> dict[str, Any]:
    (business,) = (await call(telnyx, "list_whatsapp_business_accounts"))["items"]
    return await call(telnyx, "create_whatsapp_template", **{"waba_id": business["id"], **NEW, **arguments})


async def submitted(**arguments: object) -> list[dict[str, Any]]:
    """The components that Meta gets."""
    bodies: list[Any] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        bodies.append(json.loads(request.content))
        return httpx2.Response(201, json={"data": {"id": "1"}})

    async with answering(answer) as telnyx:
        await call(telnyx, "create_whatsapp_template", **{"waba_id": "1", **NEW, **arguments})
    return list(bodies[0]["components"])


async def test_which_templates_are_approved_and_what_they_want_is_one_call(telnyx: Telnyx) -> None:
    found = (await call(telnyx, "list_whatsapp_templates", status="APPROVED"))["items"]
    assert [(one["name"], one["variables"]) for one in found] == [
        ("order_confirmation", 2),
        ("appointment_reminder", 1),
        ("login_code", 1),
    ]
    assert found[0]["body"] == "Hi {{1}}, your order {{2}} is confirmed and on its way."
    assert {one["status"] for one in (await call(telnyx, "list_whatsapp_templates"))["items"]} > {"PAUSED", "DISABLED"}
    (code,) = (await call(telnyx, "list_whatsapp_templates", category="AUTHENTICATION"))["items"]
    assert code["name"] == "login_code"


async def test_a_button_that_takes_a_value_is_told_and_wants_it(telnyx: Telnyx, clock: Clock) -> None:
    buttons = [
        {"type": "QUICK_REPLY", "text": "Thanks"},
        {"type": "URL", "text": "Track", "url": "https://example.com/{{1}}", "example": "https://example.com/A-17"},
    ]
    await create(telnyx, buttons=buttons)
    otp = {"type": "OTP", "otp_type": "COPY_CODE"}
    await create(telnyx, name="code", category="AUTHENTICATION", body=None, buttons=[otp])
    await create(telnyx, name="pictured", header={"format": "IMAGE", "example": "4::handle"})
    clock.advance(60)
    (found,) = (await call(telnyx, "list_whatsapp_templates", search=NEW["name"]))["items"]
    assert found["button_values"] == [1]
    sent = {"from_number": "+12025550101", "to": "+12025550177", "language": "en_US"}
    with pytest.raises(ApiError) as refused:
        await call(telnyx, "send_whatsapp_template", name=NEW["name"], **sent)
    assert "button_values" in str(refused.value.describe()["remedy"])
    value = {"index": 1, "type": "url", "text": "A-17"}
    await call(telnyx, "send_whatsapp_template", name=NEW["name"], buttons=[value], **sent)
    code = {"name": "code", "body": ["1234"], "buttons": [{"index": 0, "type": "url", "text": "1234"}]}
    await call(telnyx, "send_whatsapp_template", **sent, **code)
    with pytest.raises(ApiError) as refused:
        await call(telnyx, "send_whatsapp_template", name="pictured", **sent)
    assert "take another template" in str(refused.value.describe()["remedy"])


async def test_why_a_template_was_rejected_is_told(telnyx: Telnyx) -> None:
    (bad,) = (await call(telnyx, "list_whatsapp_templates", status="REJECTED"))["items"]
    whole = await call(telnyx, "get_whatsapp_template", template_id=bad["id"])
    assert (whole["rejection_reason"], whole["components"][0]["type"]) == ("INVALID_FORMAT", "BODY")


async def test_a_template_is_submitted_reviewed_changed_and_deleted(telnyx: Telnyx, clock: Clock) -> None:
    made = await create(telnyx)
    one = {"template_id": made["id"]}
    assert made["status"] == "PENDING"
    clock.advance(20)
    assert (await call(telnyx, "get_whatsapp_template", **one))["status"] == "APPROVED"
    changed = await call(
        telnyx, "update_whatsapp_template", body="Parcel {{1}} is here.", body_examples=["A-17"], **one
    )
    assert (changed["status"], changed["variables"], changed["category"]) == ("PENDING", 1, "UTILITY")
    await call(telnyx, "delete_whatsapp_template", **one)
    with pytest.raises(ApiError, match="10005"):
        await call(telnyx, "get_whatsapp_template", **one)


async def test_a_review_can_be_waited_for(telnyx: Telnyx) -> None:
    assert (await create(telnyx, wait_for="reviewed"))["status"] == "APPROVED"
    rejected = await create(telnyx, name="please_reject", wait_for="reviewed")
    assert (rejected["status"], rejected["rejection_reason"]) == ("REJECTED", "INVALID_FORMAT")


async def test_every_part_reaches_its_component() -> None:
    assert await submitted(
        body="Hi {{1}}, parcel {{2}} is here.",
        body_examples=["Ada", "A-17"],
        header={"format": "TEXT", "text": "News on {{1}} now", "example": "Monday"},
        footer="Sandbox Shop",
        buttons=[
            {"type": "URL", "text": "Track", "url": "https://example.com/{{1}}", "example": "https://example.com/7"},
            {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+12025550101"},
            QUICK,
        ],
    ) == [
        {"type": "HEADER", "format": "TEXT", "text": "News on {{1}} now", "example": {"header_text": ["Monday"]}},
        {"type": "BODY", "text": "Hi {{1}}, parcel {{2}} is here.", "example": {"body_text": [["Ada", "A-17"]]}},
        {"type": "FOOTER", "text": "Sandbox Shop"},
        {
            "type": "BUTTONS",
            "buttons": [
                {
                    "type": "URL",
                    "text": "Track",
                    "url": "https://example.com/{{1}}",
                    "example": ["https://example.com/7"],
                },
                {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+12025550101"},
                QUICK,
            ],
        },
    ]


async def test_codes_and_carousels_have_forms_of_their_own() -> None:
    otp = {"type": "OTP", "otp_type": "COPY_CODE"}
    code = await submitted(category="AUTHENTICATION", body=None, code_expiration_minutes=10, buttons=[otp])
    assert code == [{"type": "FOOTER", "code_expiration_minutes": 10}, {"type": "BUTTONS", "buttons": [otp]}]
    card = {"header_format": "IMAGE", "header_handle": "4::aW", "body": "One.", "buttons": [QUICK]}
    _, carousel = await submitted(category="MARKETING", cards=[card, card])
    assert carousel["type"] == "CAROUSEL"
    assert carousel["cards"][1]["components"] == [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
        {"type": "BODY", "text": "One."},
        {"type": "BUTTONS", "buttons": [QUICK]},
    ]


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ({"name": "Parcel Sent"}, "name"),
        ({"body": None}, "body"),
        ({"body": "a" * 1025}, "body"),
        ({"body": "{{1}} is here.", "body_examples": ["A"]}, "body"),
        ({"body": "Here is {{1}}", "body_examples": ["A"]}, "body"),
        ({"body": "From {{1}} to {{3}} it went.", "body_examples": ["A", "B"]}, "body"),
        ({"body": "From {{1}} to {{2}} it went.", "body_examples": ["A"]}, "body_examples"),
        ({"body_examples": ["A"]}, "body_examples"),
        ({"header": {"format": "TEXT", "text": "a" * 61}}, "header.text"),
        ({"header": {"format": "TEXT"}}, "header.text"),
        ({"header": {"format": "TEXT", "text": "On {{1}} and {{2}} too"}}, "header.text"),
        ({"header": {"format": "TEXT", "text": "On {{1}} now"}}, "header.example"),
        ({"header": {"format": "IMAGE"}}, "header.example"),
        ({"footer": "a" * 61}, "footer"),
        ({"footer": "Hi {{1}}!"}, "footer"),
        ({"code_expiration_minutes": 5}, "code_expiration_minutes"),
        ({"buttons": [QUICK] * 4}, "buttons"),
        ({"buttons": [{"type": "QUICK_REPLY", "text": "a" * 26}]}, "buttons.0.text"),
        ({"buttons": [QUICK, {"type": "URL", "text": "Open"}]}, "buttons.1.url"),
        ({"buttons": [{"type": "URL", "text": "Open", "url": "https://a.example/{{1}}"}]}, "buttons.0.example"),
        ({"buttons": [{"type": "OTP", "otp_type": "ONE_TAP"}]}, "buttons.0.package_name"),
        ({"category": "AUTHENTICATION", "header": {"format": "LOCATION"}}, "category"),
    ],
)
async def test_what_meta_would_reject_after_two_days_is_refused_at_once(
    arguments: dict[str, object], argument: str
) -> None:
    async with unasked() as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, "create_whatsapp_template", **{"waba_id": "1", **NEW, **arguments})
    assert [problem.argument for problem in refused.value.problems] == [argument]


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [({}, ""), ({"category": "UTILITY", "footer": "Bye"}, "body"), ({"body_examples": ["A"]}, "body_examples")],
)
async def test_a_change_of_nothing_or_to_half_a_template_is_refused(
    arguments: dict[str, object], argument: str
) -> None:
    async with unasked() as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, "update_whatsapp_template", template_id="1", **arguments)
    assert [problem.argument for problem in refused.value.problems] == [argument]


async def test_the_category_changes_alone(telnyx: Telnyx) -> None:
    (found,) = (await call(telnyx, "list_whatsapp_templates", search="order"))["items"]
    changed = await call(telnyx, "update_whatsapp_template", template_id=found["id"], category="MARKETING")
    assert (changed["category"], changed["body"]) == ("MARKETING", found["body"])
