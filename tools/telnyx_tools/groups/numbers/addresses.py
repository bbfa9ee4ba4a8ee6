"""Addresses: of emergency calls, and as proof for countries that ask for one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.numbers import numbers
from telnyx_tools.groups.numbers.fields import CustomerReference
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import CountryCode


class Address(Result):
    id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    business_name: str | None = None
    street_address: str | None = None
    extended_address: str | None = None
    locality: str | None = None
    administrative_area: str | None = None
    postal_code: str | None = None
    country_code: str | None = None
    customer_reference: str | None = None


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls="GET /addresses")
async def list_addresses(
    telnyx: Telnyx,
    street_contains: str | None = None,
    customer_reference: str | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[Address]:
    """The account's stored addresses, with their ids."""
    query = {
        "filter": {"street_address": {"contains": street_contains}, "customer_reference": {"eq": customer_reference}}
    }
    return await fetch_page(Address, telnyx, "/addresses", query, page=page, page_size=page_size, detail=detail)


@numbers.tool(effect=Effect.WRITE, scope="numbers.write", calls="POST /addresses")
async def create_address(
    telnyx: Telnyx,
    street_address: Annotated[str, Field(min_length=1, description="street and house number")],
    locality: Annotated[str, Field(min_length=1, description="city")],
    country_code: CountryCode,
    administrative_area: Annotated[str | None, Field(description="state or province, like IL")] = None,
    postal_code: str | None = None,
    extended_address: Annotated[str | None, Field(description="floor, suite")] = None,
    first_name: str = "",
    last_name: str = "",
    business_name: str = "",
    customer_reference: CustomerReference | None = None,
) -> Address:
    """Store the address of a person or a business, for set_phone_number_emergency or a regulatory requirement. Telnyx
    validates it and refuses an invalid one."""
    if not business_name and not (first_name and last_name):
        raise InvalidArguments([Problem("business_name", "Give business_name, or first_name and last_name")])
    body = {
        "street_address": street_address,
        "locality": locality,
        "country_code": country_code,
        "administrative_area": administrative_area,
        "postal_code": postal_code,
        "extended_address": extended_address,
        "first_name": first_name,
        "last_name": last_name,
        "business_name": business_name,
        "customer_reference": customer_reference,
    }
    return shape(Address, await telnyx.post("/addresses", body=present(body)))
