"""Phone numbers: find, order, list and configure them."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import uuid4

from pydantic import BeforeValidator, Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.arguments import OMITTED, Change, changed, present
from telnyx_tools.declare import Effect, Group
from telnyx_tools.numbers import resolve_number
from telnyx_tools.pages import Cursor, Page, PageCursor, PageSize, fetch_page, page_of
from telnyx_tools.results import Detail, Part, Result, shape
from telnyx_tools.types import E164, ConnectionId, CountryCode, MessagingProfileId, NumberOrderId, PhoneNumber

numbers = Group("numbers", title="Phone numbers", summary="Search, order, list and configure phone numbers.")

Feature = Literal["sms", "mms", "voice", "fax", "emergency", "hd_voice", "international_sms", "local_calling"]
NumberType = Literal["local", "toll_free", "mobile", "national", "shared_cost"]
NumberStatus = Literal[
    "purchase-pending",
    "purchase-failed",
    "port-pending",
    "port-failed",
    "active",
    "deleted",
    "emergency-only",
    "ported-out",
    "port-out-pending",
]


def _names(value: object) -> object:
    """`[{"name": "sms"}]` as `["sms"]`."""
    return (
        [item.get("name", item) if isinstance(item, dict) else item for item in value]
        if isinstance(value, list)
        else value
    )


def _regions(value: object) -> object:
    """`[{"region_type": "state", "region_name": "IL"}]` as `{"state": "IL"}`."""
    if not isinstance(value, list):
        return value
    return {str(r.get("region_type")): str(r.get("region_name")) for r in value if isinstance(r, dict)}


class Price(Part):
    upfront_cost: str | None = None
    monthly_cost: str | None = None
    currency: str | None = None


class AvailableNumber(Result):
    phone_number: str | None = None
    cost_information: Price | None = None
    region_information: Annotated[dict[str, str] | None, BeforeValidator(_regions)] = Field(
        None, description="by kind: rate_center, state, country_code, …"
    )
    features: Annotated[list[str] | None, BeforeValidator(_names)] = None
    best_effort: bool | None = Field(None, description="true: near what was asked, not exactly it")
    quickship: bool | None = None
    reservable: bool | None = None


class OrderedNumber(Part):
    id: str | None = None
    phone_number: str | None = None
    status: str | None = None
    requirements_met: bool | None = None
    requirements_status: str | None = None


class NumberOrder(Result):
    id: str | None = None
    status: str | None = Field(None, description="pending, success or failure")
    phone_numbers: list[OrderedNumber] | None = None
    phone_numbers_count: int | None = None
    requirements_met: bool | None = None
    customer_reference: str | None = None
    connection_id: str | None = None
    messaging_profile_id: str | None = None
    created_at: str | None = None


class OwnedNumber(Result):
    id: str | None = None
    phone_number: str | None = None
    status: str | None = None
    phone_number_type: str | None = None
    country_iso_alpha2: str | None = None
    connection_id: str | None = None
    connection_name: str | None = None
    messaging_profile_id: str | None = None
    messaging_profile_name: str | None = None
    billing_group_id: str | None = None
    customer_reference: str | None = None
    tags: list[str] | None = None
    purchased_at: str | None = None


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls="GET /available_phone_numbers", core=True)
async def list_available_phone_numbers(
    telnyx: Telnyx,
    area_code: Annotated[
        str | None, Field(pattern=r"^\d{1,8}$", description="national destination code, like 312")
    ] = None,
    locality: Annotated[str | None, Field(description="city, like Chicago")] = None,
    administrative_area: Annotated[str | None, Field(description="state or province, like IL")] = None,
    country_code: CountryCode = "US",
    number_type: NumberType | None = None,
    features: Annotated[list[Feature], Field(description="the number must have all of them")] = [],
    starts_with: Annotated[str | None, Field(description="digits after the country code")] = None,
    contains: str | None = None,
    ends_with: str | None = None,
    best_effort: Annotated[bool, Field(description="US and CA: also numbers nearby")] = False,
    limit: Annotated[int, Field(ge=1, le=250)] = 10,
    page: PageCursor = "1",
    detail: Detail = "summary",
) -> Page[AvailableNumber]:
    """Numbers that can be bought, with their prices; buy with initiate_phone_number_order."""
    query = {
        "filter": {
            "country_code": country_code,
            "national_destination_code": area_code,
            "locality": locality,
            "administrative_area": administrative_area,
            "phone_number_type": number_type,
            "features": features or None,
            "phone_number": {"starts_with": starts_with, "contains": contains, "ends_with": ends_with},
            "best_effort": best_effort or None,
            "limit": limit,
        }
    }
    answer = await telnyx.get("/available_phone_numbers", query=query)
    return page_of(AvailableNumber, answer, Cursor.parse(page), detail)


@numbers.tool(
    effect=Effect.SPENDS,
    scope="numbers.write",
    calls="POST /number_orders",
    core=True,
    check="Call list_phone_numbers with each number: owned ones were bought. Do not order them again.",
)
async def initiate_phone_number_order(
    telnyx: Telnyx,
    phone_numbers: Annotated[
        list[E164], Field(min_length=1, max_length=50, description="from list_available_phone_numbers")
    ],
    connection_id: ConnectionId | None = None,
    messaging_profile_id: MessagingProfileId | None = None,
    billing_group_id: str | None = None,
    customer_reference: Annotated[str | None, Field(max_length=255, description="your own label of the order")] = None,
) -> NumberOrder:
    """Buy phone numbers: upfront cost now, then monthly. Returns the order; poll get_number_order until success."""
    body = {
        "phone_numbers": [{"phone_number": number} for number in phone_numbers],
        "connection_id": connection_id,
        "messaging_profile_id": messaging_profile_id,
        "billing_group_id": billing_group_id,
        "customer_reference": customer_reference or f"mcp-{uuid4().hex[:12]}",
    }
    return shape(NumberOrder, await telnyx.post("/number_orders", body=present(body)))


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls="GET /number_orders/{number_order_id}", core=True)
async def get_number_order(telnyx: Telnyx, number_order_id: NumberOrderId, detail: Detail = "summary") -> NumberOrder:
    """A number order with the status of each of its numbers."""
    answer = await telnyx.get("/number_orders/{number_order_id}", number_order_id=number_order_id)
    return shape(NumberOrder, answer, detail)


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls="GET /phone_numbers", core=True)
async def list_phone_numbers(
    telnyx: Telnyx,
    phone_number: Annotated[str | None, Field(description="at least 3 digits of it")] = None,
    status: NumberStatus | None = None,
    tag: str | None = None,
    connection_id: str | None = None,
    country_code: CountryCode | None = None,
    number_type: NumberType | None = None,
    customer_reference: str | None = None,
    billing_group_id: str | None = None,
    sort: Literal["purchased_at", "phone_number", "connection_name", "usage_payment_method"] | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[OwnedNumber]:
    """The account's phone numbers."""
    query = {
        "filter": {
            "phone_number": _digits(phone_number),
            "status": status,
            "tag": tag,
            "connection_id": connection_id,
            "country_iso_alpha2": country_code,
            "number_type": {"eq": number_type},
            "customer_reference": customer_reference,
            "billing_group_id": billing_group_id,
        },
        "sort": sort,
    }
    return await fetch_page(OwnedNumber, telnyx, "/phone_numbers", query, page=page, page_size=page_size, detail=detail)


@numbers.tool(
    effect=Effect.WRITE,
    scope="numbers.write",
    calls=("PATCH /phone_numbers/{phone_number_id}", "GET /phone_numbers"),
    core=True,
    idempotent=True,
)
async def update_phone_number(
    telnyx: Telnyx,
    phone_number: PhoneNumber,
    connection_id: Change[ConnectionId] = OMITTED,
    tags: Annotated[Change[list[str]], Field(description="replaces all tags")] = OMITTED,
    customer_reference: Change[str] = OMITTED,
    billing_group_id: Change[str] = OMITTED,
    external_pin: Annotated[Change[str], Field(description="PIN that a port-out must give")] = OMITTED,
    hd_voice_enabled: Annotated[Change[bool], Field(description="costs extra")] = OMITTED,
) -> OwnedNumber:
    """Change a number's settings. What is left out stays as it is; null clears it."""
    body = changed(
        {
            "connection_id": connection_id,
            "tags": tags,
            "customer_reference": customer_reference,
            "billing_group_id": billing_group_id,
            "external_pin": external_pin,
            "hd_voice_enabled": hd_voice_enabled,
        }
    )
    number_id = await resolve_number(telnyx, phone_number)
    return shape(
        OwnedNumber,
        await telnyx.patch("/phone_numbers/{phone_number_id}", body=body, phone_number_id=number_id),
    )


def _digits(phone_number: str | None) -> str | None:
    return "".join(filter(str.isdigit, phone_number)) if phone_number else None
