"""Messaging profiles: where a sender may send to, what it may spend, and how its messages are handled."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.messaging import messaging
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.tool.bodies import OMITTED, Change, Given, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import Id, MessagingProfileId, Url
from telnyx_tools.tool.written import Written

RedactionLevel = Annotated[int, Field(ge=1, le=2, description="1: records and reports; 2: inbound webhooks too")]
Destinations = Annotated[
    list[Annotated[str, Field(pattern=r"^([A-Z]{2}|\*)$")]],
    Field(description='countries it may send to, ISO 3166-1 alpha-2; ["*"]: all'),
]
SpendLimit = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$", description="USD a day (UTC), like 25.00"), Written()]
LimitEnabled = Annotated[bool, Field(description="enforces daily_spend_limit")]
AlphaSender = Annotated[str, Field(pattern=r"^[A-Za-z0-9 ]{1,11}$", description="name for countries that require one")]
WebhookVersion = Literal["1", "2", "2010-04-01"]
Responder = Annotated[Id, From("list_assistants", what="AI assistant that answers inbound messages")]


class NumberPool(Given):
    """How the profile picks one of its numbers for a message without from_number."""

    long_code_weight: Annotated[float, Field(ge=0)]
    toll_free_weight: Annotated[float, Field(ge=0)]
    skip_unhealthy: bool
    geomatch: Annotated[bool, Field(description="prefer the recipient's area code")] = False
    sticky_sender: Annotated[bool, Field(description="same number for the same recipient")] = False


class UrlShortener(Given):
    domain: str
    prefix: str = ""
    replace_blacklist_only: bool = False
    send_webhooks: bool = False


class Features(Given):
    ai_opt_out_detection_enabled: bool = False


class PoolSettings(Part):
    long_code_weight: float | None = None
    toll_free_weight: float | None = None
    skip_unhealthy: bool | None = None
    geomatch: bool | None = None
    sticky_sender: bool | None = None


class MessagingProfile(Result):
    id: str | None = None
    name: str | None = None
    enabled: bool | None = None
    whitelisted_destinations: list[str] | None = Field(None, description="countries; * means all")
    number_pool_settings: PoolSettings | None = Field(None, description="absent: no number pool")
    alpha_sender: str | None = None
    webhook_url: str | None = None
    daily_spend_limit: str | None = Field(None, description="USD")
    daily_spend_limit_enabled: bool | None = None
    ai_assistant_id: str | None = None
    created_at: str | None = None


@messaging.tool(effect=Effect.READ, scope="messaging.read", calls="GET /messaging_profiles", core=True)
async def list_messaging_profiles(
    telnyx: Telnyx,
    name_contains: str | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[MessagingProfile]:
    """Messaging profiles: the settings and number pools for sending messages."""
    query = {"filter": {"name": {"contains": name_contains}}}
    return await fetch_page(
        MessagingProfile, telnyx, "/messaging_profiles", query, page=page, page_size=page_size, detail=detail
    )


@messaging.tool(effect=Effect.READ, scope="messaging.read", calls="GET /messaging_profiles/{messaging_profile_id}")
async def get_messaging_profile(
    telnyx: Telnyx, messaging_profile_id: MessagingProfileId, detail: Detail = "summary"
) -> MessagingProfile:
    """A messaging profile's allowed countries, spend limit, number pool and webhooks."""
    answer = await telnyx.get("/messaging_profiles/{messaging_profile_id}", messaging_profile_id=messaging_profile_id)
    return shape(MessagingProfile, answer, detail)


@messaging.tool(effect=Effect.WRITE, scope="messaging.write", calls="POST /messaging_profiles")
async def create_messaging_profile(
    telnyx: Telnyx,
    name: str,
    whitelisted_destinations: Destinations,
    enabled: bool = True,
    daily_spend_limit: SpendLimit | None = None,
    daily_spend_limit_enabled: LimitEnabled | None = None,
    number_pool_settings: NumberPool | None = None,
    alpha_sender: AlphaSender | None = None,
    webhook_url: Url | None = None,
    webhook_failover_url: Url | None = None,
    webhook_api_version: WebhookVersion | None = None,
    ai_assistant_id: Responder | None = None,
    url_shortener_settings: UrlShortener | None = None,
    features: Features | None = None,
    mms_fall_back_to_sms: bool | None = None,
    mms_transcoding: bool | None = None,
    mobile_only: bool | None = None,
    smart_encoding: bool | None = None,
) -> MessagingProfile:
    """Create a messaging profile; then put numbers on it with update_phone_number_messaging_settings."""
    body = {
        "name": name,
        "whitelisted_destinations": whitelisted_destinations,
        "enabled": enabled,
        "daily_spend_limit": daily_spend_limit,
        "daily_spend_limit_enabled": daily_spend_limit_enabled,
        "number_pool_settings": number_pool_settings,
        "alpha_sender": alpha_sender,
        "webhook_url": webhook_url,
        "webhook_failover_url": webhook_failover_url,
        "webhook_api_version": webhook_api_version,
        "ai_assistant_id": ai_assistant_id,
        "url_shortener_settings": url_shortener_settings,
        "features": features,
        "mms_fall_back_to_sms": mms_fall_back_to_sms,
        "mms_transcoding": mms_transcoding,
        "mobile_only": mobile_only,
        "smart_encoding": smart_encoding,
    }
    return shape(MessagingProfile, await telnyx.post("/messaging_profiles", body=present(body)), "full")


@messaging.tool(
    effect=Effect.WRITE,
    scope="messaging.write",
    calls="PATCH /messaging_profiles/{messaging_profile_id}",
    idempotent=True,
    sensitive={
        "daily_spend_limit": "limits",
        "daily_spend_limit_enabled": "limits",
        "enabled": "limits",
        "whitelisted_destinations": "limits",
    },
)
async def update_messaging_profile(
    telnyx: Telnyx,
    messaging_profile_id: MessagingProfileId,
    name: NewValue[str] = OMITTED,
    whitelisted_destinations: NewValue[Destinations] = OMITTED,
    enabled: NewValue[bool] = OMITTED,
    daily_spend_limit: NewValue[SpendLimit] = OMITTED,
    daily_spend_limit_enabled: NewValue[LimitEnabled] = OMITTED,
    number_pool_settings: Change[NumberPool] = OMITTED,
    alpha_sender: Change[AlphaSender] = OMITTED,
    webhook_url: Change[Url] = OMITTED,
    webhook_failover_url: Change[Url] = OMITTED,
    webhook_api_version: NewValue[WebhookVersion] = OMITTED,
    ai_assistant_id: Change[Responder] = OMITTED,
    url_shortener_settings: Change[UrlShortener] = OMITTED,
    features: Change[Features] = OMITTED,
    mms_fall_back_to_sms: NewValue[bool] = OMITTED,
    mms_transcoding: NewValue[bool] = OMITTED,
    mobile_only: NewValue[bool] = OMITTED,
    smart_encoding: NewValue[bool] = OMITTED,
    redaction_enabled: NewValue[bool] = OMITTED,
    redaction_level: NewValue[RedactionLevel] = OMITTED,
) -> MessagingProfile:
    """Change a messaging profile. Omitted fields keep their values; lists are replaced whole."""
    body = changed(
        {
            "name": name,
            "whitelisted_destinations": whitelisted_destinations,
            "enabled": enabled,
            "daily_spend_limit": daily_spend_limit,
            "daily_spend_limit_enabled": daily_spend_limit_enabled,
            "number_pool_settings": number_pool_settings,
            "alpha_sender": alpha_sender,
            "webhook_url": webhook_url,
            "webhook_failover_url": webhook_failover_url,
            "webhook_api_version": webhook_api_version,
            "ai_assistant_id": ai_assistant_id,
            "url_shortener_settings": url_shortener_settings,
            "features": features,
            "mms_fall_back_to_sms": mms_fall_back_to_sms,
            "mms_transcoding": mms_transcoding,
            "mobile_only": mobile_only,
            "smart_encoding": smart_encoding,
            "redaction_enabled": redaction_enabled,
            "redaction_level": redaction_level,
        }
    )
    answer = await telnyx.patch(
        "/messaging_profiles/{messaging_profile_id}", body=body, messaging_profile_id=messaging_profile_id
    )
    return shape(MessagingProfile, answer, "full")


@messaging.tool(
    effect=Effect.DESTROY, scope="messaging.write", calls="DELETE /messaging_profiles/{messaging_profile_id}"
)
async def delete_messaging_profile(telnyx: Telnyx, messaging_profile_id: MessagingProfileId) -> MessagingProfile:
    """Delete a messaging profile for good. Its numbers stay in the account but can no longer send messages."""
    answer = await telnyx.delete(
        "/messaging_profiles/{messaging_profile_id}", messaging_profile_id=messaging_profile_id
    )
    return shape(MessagingProfile, answer)
