"""Business accounts, numbers and profiles on WhatsApp, against a sandbox."""

import base64
import json

import httpx2
import pytest
from tests.tools.groups.sandboxed import answering, call

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments

NUMBER, NEW_NUMBER = "+12025550101", "+12025550160"
PNG = b"\x89PNG\r\n\x1a\n example"


async def business_id(telnyx: Telnyx) -> str:
    (business,) = (await call(telnyx, "list_whatsapp_business_accounts"))["items"]
    return str(business["id"])


async def test_a_number_is_added_verified_and_taken_off(telnyx: Telnyx) -> None:
    waba, one = {"waba_id": await business_id(telnyx)}, {"phone_number": NEW_NUMBER}
    added = await call(telnyx, "add_whatsapp_phone_number", **waba, **one, display_name="Second shop")
    assert "verify_whatsapp_phone_number" in added["next_step"]
    assert (await call(telnyx, "get_whatsapp_phone_number", **one))["enabled"] is False
    await call(telnyx, "resend_whatsapp_verification", verification_method="voice", **one)
    with pytest.raises(ApiError, match="10015") as refused:
        await call(telnyx, "verify_whatsapp_phone_number", code="000000", **one)
    assert "resend_whatsapp_verification" in str(refused.value.describe()["remedy"])
    assert (await call(telnyx, "verify_whatsapp_phone_number", code="550160", **one))["done"] == "verified"
    listed = [(await call(telnyx, "list_whatsapp_phone_numbers", **of))["items"] for of in ({}, waba)]
    assert [[number["status"] for number in numbers] for numbers in listed] == [["CONNECTED"] * 2] * 2
    assert (await call(telnyx, "delete_whatsapp_phone_number", **one))["id"] == NEW_NUMBER
    assert len((await call(telnyx, "list_whatsapp_phone_numbers"))["items"]) == 1


async def test_an_account_its_settings_and_its_end(telnyx: Telnyx) -> None:
    one = {"waba_id": await business_id(telnyx)}
    settings = {"webhook_url": "https://example.com/hook", "webhook_enabled": True}
    changed = await call(telnyx, "update_whatsapp_business_account_settings", **one, **settings)
    assert changed.pop("updated") == ["webhook_enabled", "webhook_url"]
    assert changed == await call(telnyx, "get_whatsapp_business_account_settings", **one)
    assert (changed["webhook_url"], changed["timezone"]) == ("https://example.com/hook", "America/Chicago")
    assert (await call(telnyx, "get_whatsapp_business_account", **one))["phone_numbers_count"] == 1
    assert (await call(telnyx, "delete_whatsapp_business_account", **one))["done"] == "deleted"
    for tool in ("list_whatsapp_business_accounts", "list_whatsapp_phone_numbers", "list_whatsapp_templates"):
        assert (await call(telnyx, tool))["items"] == []


async def test_a_profile_and_its_photo_are_changed(telnyx: Telnyx) -> None:
    one = {"phone_number": NUMBER}
    changed = await call(telnyx, "update_whatsapp_business_profile", about="Open till six", **one)
    assert (changed["about"], changed["display_name"]) == ("Open till six", "Sandbox Shop")
    assert "profile_photo_url" not in await call(telnyx, "get_whatsapp_profile_photo", **one)
    content = base64.b64encode(PNG).decode()
    shown = await call(telnyx, "upload_whatsapp_profile_photo", content=content, **one)
    assert shown["profile_photo_url"].startswith("https://")
    await call(telnyx, "delete_whatsapp_profile_photo", **one)
    assert "profile_photo_url" not in await call(telnyx, "get_whatsapp_business_profile", **one)


async def test_a_photo_goes_as_a_file_of_its_type() -> None:
    seen: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.content)
        return httpx2.Response(200, json={"data": {}})

    async with answering(answer) as telnyx:
        content = base64.b64encode(PNG).decode()
        await call(telnyx, "upload_whatsapp_profile_photo", phone_number=NUMBER, content=content)
        for other in ("abcde", base64.b64encode(b"GIF89a").decode()):
            with pytest.raises(InvalidArguments) as refused:
                await call(telnyx, "upload_whatsapp_profile_photo", phone_number=NUMBER, content=other)
            assert [problem.argument for problem in refused.value.problems] == ["content"]
    (form,) = seen
    assert b'filename="photo.png"' in form
    assert PNG in form


async def test_calls_and_the_first_words_of_a_chat_are_set(telnyx: Telnyx) -> None:
    one = {"phone_number": NUMBER}
    (owned,) = (await call(telnyx, "list_phone_numbers"))["items"]
    await call(telnyx, "update_whatsapp_calling_settings", enabled=True, **one)
    await call(telnyx, "update_whatsapp_calling_routing", connection_id=owned["connection_id"], **one)
    calling = await call(telnyx, "get_whatsapp_calling", **one)
    assert (calling["enabled"], calling["connection_id"]) == (True, owned["connection_id"])
    await call(telnyx, "update_whatsapp_calling_routing", clear=["connection_id"], **one)
    assert "connection_id" not in await call(telnyx, "get_whatsapp_calling", **one)
    commands = [{"command": "hours", "description": "When the shop is open"}]
    await call(telnyx, "update_whatsapp_conversational_components", commands=commands, **one)
    ice_breakers = ["Where is my order?"]
    await call(telnyx, "update_whatsapp_conversational_components", ice_breakers=ice_breakers, **one)
    shown = await call(telnyx, "get_whatsapp_conversational_components", **one)
    assert (shown["commands"], shown["ice_breakers"]) == (commands, ice_breakers)


async def test_the_credential_in_a_sign_up_link_is_not_shown(telnyx: Telnyx) -> None:
    made = await call(telnyx, "create_whatsapp_signup_link", app_id="1")
    seen = [
        made,
        await call(telnyx, "list_whatsapp_signup_links"),
        await call(telnyx, "get_whatsapp_signup_link", signup_link_id=made["id"]),
    ]
    assert "jwt" not in json.dumps(seen)
    assert "url" in made
    assert "url" not in json.dumps(seen[1:])
    (signup, *_) = (await call(telnyx, "list_whatsapp_signups", start_date="2026-01-01"))["items"]
    assert (await call(telnyx, "get_whatsapp_signup", signup_id=signup["session_id"]))["status"]


async def test_events_of_no_business_account_have_a_target(telnyx: Telnyx) -> None:
    await call(telnyx, "update_whatsapp_user_data", webhook_url="https://example.com/hook")
    await call(telnyx, "update_whatsapp_user_data", webhook_failover_url="https://example.com/other")
    target = await call(telnyx, "get_whatsapp_user_data")
    assert (target["webhook_url"], target["webhook_failover_url"]) == (
        "https://example.com/hook",
        "https://example.com/other",
    )
