"""The account's numbers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.numbers import numbers
from telnyx_tools.groups.numbers.fields import NumberType, blank
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.shared.numbers import resolve_number, verify_ownership
from telnyx_tools.tool.bodies import OMITTED, Change, NewValue, changed
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.secret_text import SecretText
from telnyx_tools.tool.types import (
    AnsweringId,
    BillingGroupId,
    ConnectionId,
    CountryCode,
    E164s,
    NumberPart,
    PhoneNumber,
)

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
Sort = Literal["purchased_at", "phone_number"]


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


class NumberDetails(OwnedNumber):
    """A number by itself, with what a list leaves out."""

    emergency_enabled: bool | None = None
    emergency_status: str | None = None
    emergency_address_id: str | None = None
    call_forwarding_enabled: bool | None = None
    call_recording_enabled: bool | None = None
    inbound_call_screening: str | None = None
    hd_voice_enabled: bool | None = None
    deletion_lock_enabled: bool | None = Field(None, description="true: cannot be released")


class Ownership(Result):
    found: dict[str, str] = Field(default_factory=dict, description="number to its id")
    not_found: list[str] = Field(default_factory=list)


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls="GET /phone_numbers", core=True)
async def list_phone_numbers(
    telnyx: Telnyx,
    phone_number: Annotated[NumberPart | None, Field(description="at least 3 digits of it")] = None,
    status: NumberStatus | None = None,
    tag: str | None = None,
    connection_id: ConnectionId | None = None,
    country_code: CountryCode | None = None,
    number_type: NumberType | None = None,
    customer_reference: str | None = None,
    billing_group_id: BillingGroupId | None = None,
    sort: Sort | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[OwnedNumber]:
    """The account's phone numbers."""
    query = {
        "filter": {
            "phone_number": phone_number,
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
    effect=Effect.READ, scope="numbers.read", calls=("GET /phone_numbers/{id}", "GET /phone_numbers"), core=True
)
async def get_phone_number(telnyx: Telnyx, phone_number: PhoneNumber, detail: Detail = "summary") -> NumberDetails:
    """One of the account's numbers, with its settings."""
    number_id = await resolve_number(telnyx, phone_number)
    return shape(NumberDetails, await telnyx.get("/phone_numbers/{id}", id=number_id), detail)


@numbers.tool(
    effect=Effect.WRITE,
    scope="numbers.write",
    calls=("PATCH /phone_numbers/{phone_number_id}", "GET /phone_numbers"),
    core=True,
    idempotent=True,
    sensitive={"external_pin": "transfer"},
)
async def update_phone_number(
    telnyx: Telnyx,
    phone_number: PhoneNumber,
    connection_id: Change[AnsweringId] = OMITTED,
    tags: Annotated[NewValue[list[str]], Field(description="replaces all tags")] = OMITTED,
    customer_reference: Change[str] = OMITTED,
    billing_group_id: Change[BillingGroupId] = OMITTED,
    external_pin: Annotated[Change[SecretText], Field(description="port-out PIN")] = OMITTED,
    hd_voice_enabled: Annotated[NewValue[bool], Field(description="costs extra")] = OMITTED,
) -> NumberDetails:
    """Change a number's settings. Omitted fields keep their values."""
    body = changed(
        {
            "connection_id": blank(connection_id),
            "tags": tags,
            "customer_reference": blank(customer_reference),
            "billing_group_id": blank(billing_group_id),
            "external_pin": blank(external_pin),
            "hd_voice_enabled": hd_voice_enabled,
        }
    )
    number_id = await resolve_number(telnyx, phone_number)
    answer = await telnyx.patch("/phone_numbers/{phone_number_id}", body=body, phone_number_id=number_id)
    return shape(NumberDetails, answer, also=body)


@numbers.tool(effect=Effect.DESTROY, scope="numbers.write", calls=("DELETE /phone_numbers/{id}", "GET /phone_numbers"))
async def release_phone_number(telnyx: Telnyx, phone_number: PhoneNumber) -> NumberDetails:
    """Release a number. Irrevocable: calls and texts to it stop at once, and anyone may buy it. A deletion lock
    prevents this; only update_phone_numbers_in_bulk removes the lock."""
    number_id = await resolve_number(telnyx, phone_number)
    answer = await telnyx.delete("/phone_numbers/{id}", id=number_id)
    return shape(NumberDetails, answer or {"id": number_id, "status": "deleted"})


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls="POST /phone_numbers/actions/verify_ownership")
async def verify_number_ownership(
    telnyx: Telnyx, phone_numbers: Annotated[E164s, Field(min_length=1, max_length=200)]
) -> Ownership:
    """Check which of these numbers the account owns and may change; returns their ids."""
    found, not_found = await verify_ownership(telnyx, phone_numbers)
    return Ownership(found=found, not_found=not_found)
