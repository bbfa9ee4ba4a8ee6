"""A number's settings for messages."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.numbers import numbers
from telnyx_tools.groups.numbers.fields import blank
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.shared.numbers import resolve_number
from telnyx_tools.tool.bodies import OMITTED, Change, NewValue, changed
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import MessagingProfileId, PhoneNumber


class Reach(Part):
    domestic_two_way: bool | None = None
    international_inbound: bool | None = None
    international_outbound: bool | None = None


class MessagingFeatures(Part):
    sms: Reach | None = None
    mms: Reach | None = None


class MessagingSettings(Result):
    id: str | None = None
    phone_number: str | None = None
    type: str | None = Field(None, description="long-code, toll-free or short-code")
    country_code: str | None = None
    messaging_profile_id: str | None = Field(None, description="absent: the number cannot text")
    messaging_product: str | None = None
    eligible_messaging_products: list[str] | None = None
    traffic_type: str | None = None
    features: MessagingFeatures | None = None
    tags: list[str] | None = None


@numbers.tool(
    effect=Effect.READ, scope="messaging.read", calls=("GET /phone_numbers/{id}/messaging", "GET /phone_numbers")
)
async def get_phone_number_messaging_settings(
    telnyx: Telnyx, phone_number: PhoneNumber, detail: Detail = "summary"
) -> MessagingSettings:
    """Which messages a number can send, and its messaging profile."""
    number_id = await resolve_number(telnyx, phone_number)
    return shape(MessagingSettings, await telnyx.get("/phone_numbers/{id}/messaging", id=number_id), detail)


@numbers.tool(
    effect=Effect.WRITE,
    scope="messaging.write",
    calls=("PATCH /phone_numbers/{id}/messaging", "GET /phone_numbers"),
    core=True,
    idempotent=True,
)
async def update_phone_number_messaging_settings(
    telnyx: Telnyx,
    phone_number: PhoneNumber,
    messaging_profile_id: Change[MessagingProfileId] = OMITTED,
    messaging_product: Annotated[NewValue[str], Field(description="one of its eligible_messaging_products")] = OMITTED,
) -> MessagingSettings:
    """Assign a number to a messaging profile; without one it cannot text."""
    body = changed(
        {
            "messaging_profile_id": blank(messaging_profile_id),
            "messaging_product": messaging_product,
        }
    )
    number_id = await resolve_number(telnyx, phone_number)
    return shape(MessagingSettings, await telnyx.patch("/phone_numbers/{id}/messaging", body=body, id=number_id))
