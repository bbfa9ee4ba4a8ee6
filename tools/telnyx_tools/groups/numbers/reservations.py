"""Numbers that are held for a while before they are bought."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.numbers import numbers
from telnyx_tools.groups.numbers.fields import CustomerReference, OrderStatus
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import E164, E164s, NumberReservationId


class ReservedNumber(Part):
    phone_number: str | None = None
    status: str | None = Field(None, description="pending, success or failure")
    expired_at: str | None = Field(None, description="when the hold ends")
    errors: str | None = None


class NumberReservation(Result):
    id: str | None = None
    status: str | None = Field(None, description="pending, success or failure")
    phone_numbers: list[ReservedNumber] | None = None
    customer_reference: str | None = None
    errors: str | None = None
    created_at: str | None = None


@numbers.tool(effect=Effect.WRITE, scope="numbers.write", calls="POST /number_reservations")
async def reserve_phone_numbers(
    telnyx: Telnyx,
    phone_numbers: Annotated[
        E164s,
        Field(min_length=1, max_length=50),
        From("list_available_phone_numbers", note="searched with reservable"),
    ],
    customer_reference: CustomerReference | None = None,
) -> NumberReservation:
    """Reserve numbers so that nobody else can buy them while the user decides, until expired_at. Then buy with
    initiate_phone_number_order."""
    body = {
        "phone_numbers": [{"phone_number": number} for number in phone_numbers],
        "customer_reference": customer_reference,
    }
    return shape(NumberReservation, await telnyx.post("/number_reservations", body=present(body)))


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls="GET /number_reservations/{number_reservation_id}")
async def get_number_reservation(
    telnyx: Telnyx, number_reservation_id: NumberReservationId, detail: Detail = "summary"
) -> NumberReservation:
    """A reservation, and when it expires for each number."""
    answer = await telnyx.get(
        "/number_reservations/{number_reservation_id}", number_reservation_id=number_reservation_id
    )
    return shape(NumberReservation, answer, detail)


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls="GET /number_reservations")
async def list_number_reservations(
    telnyx: Telnyx,
    phone_number: E164 | None = None,
    status: OrderStatus | None = None,
    customer_reference: str | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[NumberReservation]:
    """The account's reservations, including expired ones."""
    query = {
        "filter": {
            "phone_numbers.phone_number": phone_number,
            "status": status,
            "customer_reference": customer_reference,
        }
    }
    return await fetch_page(
        NumberReservation, telnyx, "/number_reservations", query, page=page, page_size=page_size, detail=detail
    )


@numbers.tool(
    effect=Effect.WRITE,
    scope="numbers.write",
    calls="POST /number_reservations/{number_reservation_id}/actions/extend",
)
async def extend_number_reservation(telnyx: Telnyx, number_reservation_id: NumberReservationId) -> NumberReservation:
    """Extend a reservation for all its numbers. Possible a limited number of times."""
    answer = await telnyx.post(
        "/number_reservations/{number_reservation_id}/actions/extend", number_reservation_id=number_reservation_id
    )
    return shape(NumberReservation, answer)
