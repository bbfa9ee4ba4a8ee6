"""Verify profiles: how codes are worded and sent, per channel, and how much a day may cost."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.verify import verify
from telnyx_tools.groups.verify.channels import Call, ChannelSettings, Flashcall, Sms, Whatsapp
from telnyx_tools.results.pages import Cursor, Page, PageCursor, PageSize, fetch_page, page_of_whole
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.tool.bodies import OMITTED, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import Url, VerifyProfileId

Dollars = Annotated[float, Field(ge=0, description="USD a day")]
Language = Annotated[str, Field(description="of the message, like en-US")]


class VerifyProfile(Result):
    id: str | None = None
    name: str | None = None
    language: str | None = None
    sms: ChannelSettings | None = None
    call: ChannelSettings | None = None
    flashcall: ChannelSettings | None = None
    whatsapp: ChannelSettings | None = None
    daily_spend_limit: float | None = Field(None, description="USD")
    daily_spend_limit_enabled: bool | None = None
    webhook_url: str | None = None
    created_at: str | None = None


class Template(Result):
    id: str | None = None
    text: str | None = None


@verify.tool(effect=Effect.READ, scope="verify.read", calls="GET /verify_profiles")
async def list_verify_profiles(
    telnyx: Telnyx,
    name: str | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[VerifyProfile]:
    """Verify profiles; start_verification needs one."""
    query = {"filter": {"name": name}}
    return await fetch_page(
        VerifyProfile, telnyx, "/verify_profiles", query, page=page, page_size=page_size, detail=detail
    )


@verify.tool(effect=Effect.READ, scope="verify.read", calls="GET /verify_profiles/{verify_profile_id}")
async def get_verify_profile(
    telnyx: Telnyx, verify_profile_id: VerifyProfileId, detail: Detail = "summary"
) -> VerifyProfile:
    """A verify profile with its settings per channel."""
    answer = await telnyx.get("/verify_profiles/{verify_profile_id}", verify_profile_id=verify_profile_id)
    return shape(VerifyProfile, answer, detail)


@verify.tool(effect=Effect.READ, scope="verify.read", calls="GET /verify_profiles/templates")
async def list_verify_templates(telnyx: Telnyx, page: PageCursor = "1") -> Page[Template]:
    """Available texts for verification messages."""
    answer = await telnyx.get("/verify_profiles/templates")
    return page_of_whole(Template, answer, Cursor.parse(page))


@verify.tool(effect=Effect.WRITE, scope="verify.write", calls="POST /verify_profiles")
async def create_verify_profile(
    telnyx: Telnyx,
    name: Annotated[str, Field(min_length=1)],
    sms: Sms | None = None,
    call: Call | None = None,
    flashcall: Flashcall | None = None,
    whatsapp: Whatsapp | None = None,
    language: Language | None = None,
    daily_spend_limit: Dollars | None = None,
    daily_spend_limit_enabled: bool | None = None,
    webhook_url: Url | None = None,
) -> VerifyProfile:
    """Create a verify profile, with settings for each channel it should use."""
    body = {
        "name": name,
        "sms": sms,
        "call": call,
        "flashcall": flashcall,
        "whatsapp": whatsapp,
        "language": language,
        "daily_spend_limit": daily_spend_limit,
        "daily_spend_limit_enabled": daily_spend_limit_enabled,
        "webhook_url": webhook_url,
    }
    return shape(VerifyProfile, await telnyx.post("/verify_profiles", body=present(body)))


@verify.tool(
    effect=Effect.WRITE,
    scope="verify.write",
    calls="PATCH /verify_profiles/{verify_profile_id}",
    idempotent=True,
    sensitive={
        "call.whitelisted_destinations": "limits",
        "daily_spend_limit": "limits",
        "daily_spend_limit_enabled": "limits",
        "sms.whitelisted_destinations": "limits",
        "whatsapp.whitelisted_destinations": "limits",
    },
)
async def update_verify_profile(
    telnyx: Telnyx,
    verify_profile_id: VerifyProfileId,
    name: NewValue[str] = OMITTED,
    sms: NewValue[Sms] = OMITTED,
    call: NewValue[Call] = OMITTED,
    whatsapp: NewValue[Whatsapp] = OMITTED,
    language: NewValue[Language] = OMITTED,
    daily_spend_limit: NewValue[Dollars] = OMITTED,
    daily_spend_limit_enabled: NewValue[bool] = OMITTED,
    webhook_url: NewValue[Url] = OMITTED,
) -> VerifyProfile:
    """Change a verify profile. Omitted fields keep their values."""
    body = changed(
        {
            "name": name,
            "sms": sms,
            "call": call,
            "whatsapp": whatsapp,
            "language": language,
            "daily_spend_limit": daily_spend_limit,
            "daily_spend_limit_enabled": daily_spend_limit_enabled,
            "webhook_url": webhook_url,
        }
    )
    answer = await telnyx.patch("/verify_profiles/{verify_profile_id}", body=body, verify_profile_id=verify_profile_id)
    return shape(VerifyProfile, answer)


@verify.tool(effect=Effect.DESTROY, scope="verify.write", calls="DELETE /verify_profiles/{verify_profile_id}")
async def delete_verify_profile(telnyx: Telnyx, verify_profile_id: VerifyProfileId) -> VerifyProfile:
    """Delete a verify profile for good. Codes already sent can no longer be checked."""
    answer = await telnyx.delete("/verify_profiles/{verify_profile_id}", verify_profile_id=verify_profile_id)
    return shape(VerifyProfile, answer)
