"""Buying numbers: an order, its state, and what it still lacks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Json, Telnyx
from telnyx_tools.groups.numbers import numbers
from telnyx_tools.groups.numbers.fields import CustomerReference, OrderStatus
from telnyx_tools.groups.numbers.requirements import MissingRequirement, RequirementValue, missing_requirements
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.tool.bodies import OMITTED, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import AnsweringId, BillingGroupId, E164s, MessagingProfileId, Moment, NumberOrderId

HOW_TO_GIVE = (
    "The numbers stay pending until every missing requirement has a value: give them with update_number_order. An "
    "address is the id from create_address, a document the id of POST /documents. get_regulatory_requirements "
    "has the rules; ask the user for the facts."
)


class OrderedNumber(Part):
    id: str | None = None
    phone_number: str | None = None
    status: str | None = None
    requirements_met: bool | None = None
    requirements_status: str | None = None


class OrderSummary(Result):
    id: str | None = None
    status: str | None = Field(None, description="pending, success or failure")
    phone_numbers_count: int | None = None
    requirements_met: bool | None = None
    customer_reference: str | None = None
    connection_id: str | None = None
    messaging_profile_id: str | None = None
    created_at: str | None = None


class NumberOrder(OrderSummary):
    phone_numbers: list[OrderedNumber] | None = None
    missing_requirements: list[MissingRequirement] | None = None
    next_step: str | None = None


@numbers.tool(
    effect=Effect.SPENDS,
    scope="numbers.write",
    calls=("POST /number_orders", "GET /regulatory_requirements"),
    core=True,
    check="Call list_phone_numbers with each number: owned ones were bought. Do not order them again.",
)
async def initiate_phone_number_order(
    telnyx: Telnyx,
    phone_numbers: Annotated[E164s, Field(min_length=1, max_length=50), From("list_available_phone_numbers")],
    connection_id: AnsweringId | None = None,
    messaging_profile_id: MessagingProfileId | None = None,
    billing_group_id: BillingGroupId | None = None,
    requirement_group_id: Annotated[str | None, From("list_requirement_groups")] = None,
    customer_reference: CustomerReference | None = None,
) -> NumberOrder:
    """Buy phone numbers: upfront cost now, then monthly. Returns the order and what is missing; poll
    get_number_order."""
    body = {
        "phone_numbers": [
            present({"phone_number": number, "requirement_group_id": requirement_group_id}) for number in phone_numbers
        ],
        "connection_id": connection_id,
        "messaging_profile_id": messaging_profile_id,
        "billing_group_id": billing_group_id,
        "customer_reference": customer_reference,
    }
    return await _order(telnyx, await telnyx.post("/number_orders", body=present(body)))


@numbers.tool(
    effect=Effect.READ,
    scope="numbers.read",
    calls=("GET /number_orders/{number_order_id}", "GET /regulatory_requirements"),
    core=True,
)
async def get_number_order(telnyx: Telnyx, number_order_id: NumberOrderId, detail: Detail = "summary") -> NumberOrder:
    """A number order, its numbers and missing requirements."""
    answer = await telnyx.get("/number_orders/{number_order_id}", number_order_id=number_order_id)
    return await _order(telnyx, answer, detail)


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls="GET /number_orders")
async def list_number_orders(
    telnyx: Telnyx,
    status: OrderStatus | None = None,
    requirements_met: bool | None = None,
    customer_reference: str | None = None,
    created_after: Moment | None = None,
    created_before: Moment | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[OrderSummary]:
    """Number orders; get_number_order shows one order's numbers."""
    query = {
        "filter": {
            "status": status,
            "requirements_met": requirements_met,
            "customer_reference": customer_reference,
            "created_at": {"gt": created_after, "lt": created_before},
        }
    }
    return await fetch_page(
        OrderSummary, telnyx, "/number_orders", query, page=page, page_size=page_size, detail=detail
    )


@numbers.tool(
    effect=Effect.WRITE,
    scope="numbers.write",
    calls=("PATCH /number_orders/{number_order_id}", "GET /regulatory_requirements"),
    idempotent=True,
)
async def update_number_order(
    telnyx: Telnyx,
    number_order_id: NumberOrderId,
    regulatory_requirements: Annotated[
        NewValue[list[RequirementValue]],
        Field(min_length=1, description="values for get_number_order's missing_requirements"),
    ] = OMITTED,
    customer_reference: NewValue[CustomerReference] = OMITTED,
) -> NumberOrder:
    """Give a pending order its missing requirements, or change its reference. Telnyx then reviews them."""
    body = changed({"regulatory_requirements": regulatory_requirements, "customer_reference": customer_reference})
    answer = await telnyx.patch("/number_orders/{number_order_id}", body=body, number_order_id=number_order_id)
    return await _order(telnyx, answer, also=body)


async def _order(telnyx: Telnyx, answer: Json, detail: Detail = "summary", also: Iterable[str] = ()) -> NumberOrder:
    order = shape(NumberOrder, answer, detail, also)
    missing = await missing_requirements(telnyx, answer)
    return order.model_copy(update={"missing_requirements": missing, "next_step": HOW_TO_GIVE}) if missing else order
