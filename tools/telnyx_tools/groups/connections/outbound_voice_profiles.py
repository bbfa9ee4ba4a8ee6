"""Outbound voice profiles: where connections may call, and how much."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.connections import connections
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.shared.updates import completed
from telnyx_tools.tool.bodies import OMITTED, Change, Given, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BillingGroupId, CountryCode, E164s, OutboundVoiceProfileId
from telnyx_tools.tool.written import Written

TEMPLATE = "/outbound_voice_profiles/{id}"

ProfileName = Annotated[str, Field(min_length=3, description="of the profile")]
Destinations = Annotated[list[CountryCode], Field(description="countries that may be called, ISO 3166-1 alpha-2")]
SpendLimit = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$", description="USD a day, like 25.00"), Written()]
LimitEnabled = Annotated[bool, Field(description="enforces daily_spend_limit")]
CallLimit = Annotated[int, Field(ge=1, description="maximum concurrent calls")]
MaxRate = Annotated[float, Field(gt=0, description="maximum rate, USD a minute")]


class Recording(Given):
    call_recording_type: Literal["all", "none", "by_caller_phone_number"]
    call_recording_caller_phone_numbers: E164s | None = None
    call_recording_channels: Literal["single", "dual"] | None = None
    call_recording_format: Literal["wav", "mp3"] | None = None


class Window(Given):
    """When calls may be made, and how often to one number."""

    start_time: str | None = Field(None, description="UTC, like 08:00:00.00Z")
    end_time: str | None = None
    calls_per_cld: int | None = Field(None, description="maximum calls to one number a day")


class OutboundVoiceProfile(Result):
    id: str | None = None
    name: str | None = None
    enabled: bool | None = None
    whitelisted_destinations: list[str] | None = Field(None, description="countries it may call")
    daily_spend_limit: str | None = Field(None, description="USD")
    daily_spend_limit_enabled: bool | None = None
    concurrent_call_limit: int | None = None
    max_destination_rate: float | None = Field(None, description="USD a minute")
    connections_count: int | None = None
    call_recording: dict[str, object] | None = None
    calling_window: dict[str, object] | None = None
    billing_group_id: str | None = None
    tags: list[str] | None = None


@connections.tool(effect=Effect.READ, scope="voice.read", calls="GET /outbound_voice_profiles")
async def list_outbound_voice_profiles(
    telnyx: Telnyx,
    name_contains: str | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[OutboundVoiceProfile]:
    """Outbound voice profiles: which countries, spend and calls their connections are allowed."""
    query = {"filter": {"name": {"contains": name_contains}}}
    return await fetch_page(
        OutboundVoiceProfile, telnyx, "/outbound_voice_profiles", query, page=page, page_size=page_size, detail=detail
    )


@connections.tool(effect=Effect.READ, scope="voice.read", calls="GET /outbound_voice_profiles/{id}")
async def get_outbound_voice_profile(
    telnyx: Telnyx, outbound_voice_profile_id: OutboundVoiceProfileId, detail: Detail = "summary"
) -> OutboundVoiceProfile:
    """An outbound voice profile's allowed countries, limits and recording."""
    return shape(OutboundVoiceProfile, await telnyx.get(TEMPLATE, id=outbound_voice_profile_id), detail)


@connections.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls="POST /outbound_voice_profiles",
    sensitive={"whitelisted_destinations": "limits"},
)
async def create_outbound_voice_profile(
    telnyx: Telnyx,
    name: ProfileName,
    whitelisted_destinations: Destinations | None = None,
    enabled: bool = True,
    daily_spend_limit: SpendLimit | None = None,
    daily_spend_limit_enabled: LimitEnabled | None = None,
    concurrent_call_limit: CallLimit | None = None,
    max_destination_rate: MaxRate | None = None,
    call_recording: Recording | None = None,
    calling_window: Window | None = None,
    billing_group_id: BillingGroupId | None = None,
    tags: list[str] | None = None,
) -> OutboundVoiceProfile:
    """Create an outbound voice profile; then put connections on it with update_connection."""
    body = {
        "name": name,
        "whitelisted_destinations": whitelisted_destinations,
        "enabled": enabled,
        "daily_spend_limit": daily_spend_limit,
        "daily_spend_limit_enabled": daily_spend_limit_enabled,
        "concurrent_call_limit": concurrent_call_limit,
        "max_destination_rate": max_destination_rate,
        "call_recording": call_recording,
        "calling_window": calling_window,
        "billing_group_id": billing_group_id,
        "tags": tags,
    }
    return shape(OutboundVoiceProfile, await telnyx.post("/outbound_voice_profiles", body=present(body)))


@connections.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls=("PATCH /outbound_voice_profiles/{id}", "GET /outbound_voice_profiles/{id}"),
    idempotent=True,
    sensitive={
        "calling_window": "limits",
        "concurrent_call_limit": "limits",
        "daily_spend_limit": "limits",
        "daily_spend_limit_enabled": "limits",
        "enabled": "limits",
        "max_destination_rate": "limits",
        "whitelisted_destinations": "limits",
    },
)
async def update_outbound_voice_profile(
    telnyx: Telnyx,
    outbound_voice_profile_id: OutboundVoiceProfileId,
    name: NewValue[ProfileName] = OMITTED,
    whitelisted_destinations: NewValue[Destinations] = OMITTED,
    enabled: NewValue[bool] = OMITTED,
    daily_spend_limit: NewValue[SpendLimit] = OMITTED,
    daily_spend_limit_enabled: NewValue[LimitEnabled] = OMITTED,
    concurrent_call_limit: Change[CallLimit] = OMITTED,
    max_destination_rate: NewValue[MaxRate] = OMITTED,
    call_recording: NewValue[Recording] = OMITTED,
    calling_window: NewValue[Window] = OMITTED,
    billing_group_id: Change[BillingGroupId] = OMITTED,
    tags: NewValue[list[str]] = OMITTED,
) -> OutboundVoiceProfile:
    """Change an outbound voice profile. Omitted fields keep their values; lists are replaced whole."""
    body = changed(
        {
            "name": name,
            "whitelisted_destinations": whitelisted_destinations,
            "enabled": enabled,
            "daily_spend_limit": daily_spend_limit,
            "daily_spend_limit_enabled": daily_spend_limit_enabled,
            "concurrent_call_limit": concurrent_call_limit,
            "max_destination_rate": max_destination_rate,
            "call_recording": call_recording,
            "calling_window": calling_window,
            "billing_group_id": billing_group_id,
            "tags": tags,
        }
    )
    body = await completed(telnyx, TEMPLATE, outbound_voice_profile_id, body, ("name",))
    return shape(OutboundVoiceProfile, await telnyx.patch(TEMPLATE, body=body, id=outbound_voice_profile_id))


@connections.tool(effect=Effect.DESTROY, scope="voice.write", calls="DELETE /outbound_voice_profiles/{id}")
async def delete_outbound_voice_profile(
    telnyx: Telnyx, outbound_voice_profile_id: OutboundVoiceProfileId
) -> OutboundVoiceProfile:
    """Delete an outbound voice profile for good. Remove its connections first; without a profile they cannot call."""
    return shape(OutboundVoiceProfile, await telnyx.delete(TEMPLATE, id=outbound_voice_profile_id))
