"""The tool list_phone_numbers as one would write it in FastMCP. Runs in an environment without this project."""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal

import httpx2
from fastmcp import FastMCP
from fastmcp.server.dependencies import get_http_headers
from pydantic import BaseModel, Field

from bench.serving import serve

Status = Literal["purchase-pending", "purchase-failed", "port-pending", "active", "deleted", "ported-out"]
Sort = Literal["purchased_at", "phone_number", "connection_name", "usage_payment_method"]

client = httpx2.AsyncClient(
    base_url=os.environ["TELNYX_API_BASE_URL"],
    limits=httpx2.Limits(max_connections=256, max_keepalive_connections=32),
)


class OwnedNumber(BaseModel):
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


class Page(BaseModel):
    items: list[OwnedNumber]
    next: str | None = None
    total_results: int | None = None


async def list_phone_numbers(
    phone_number: Annotated[str | None, Field(description="at least 3 digits of it")] = None,
    status: Status | None = None,
    tag: str | None = None,
    connection_id: str | None = None,
    country_code: Annotated[str | None, Field(pattern=r"^[A-Z]{2}$")] = None,
    number_type: Literal["local", "toll_free", "mobile", "national", "shared_cost"] | None = None,
    customer_reference: str | None = None,
    billing_group_id: str | None = None,
    sort: Sort | None = None,
    page: Annotated[int, Field(ge=1)] = 1,
    page_size: Annotated[int, Field(ge=1, le=250)] = 20,
) -> Page:
    """The account's phone numbers."""
    filters = {
        "filter[phone_number]": phone_number,
        "filter[status]": status,
        "filter[tag]": tag,
        "filter[connection_id]": connection_id,
        "filter[country_iso_alpha2]": country_code,
        "filter[number_type][eq]": number_type,
        "filter[customer_reference]": customer_reference,
        "filter[billing_group_id]": billing_group_id,
        "sort": sort,
    }
    query: dict[str, Any] = {name: value for name, value in filters.items() if value is not None}
    query |= {"page[number]": page, "page[size]": page_size}
    headers = {"authorization": get_http_headers(include={"authorization"})["authorization"]}
    answer = (await client.get("/phone_numbers", params=query, headers=headers)).raise_for_status().json()
    more = page < answer["meta"]["total_pages"]
    return Page(
        items=answer["data"],
        next=str(page + 1) if more else None,
        total_results=answer["meta"]["total_results"],
    )


def app(tools: int) -> Any:
    """The tool, and copies of it under other names, until there are as many tools as the server has."""
    server: FastMCP[Any] = FastMCP("telnyx")
    server.tool(list_phone_numbers)
    for number in range(2, tools + 1):
        server.tool(list_phone_numbers, name=f"list_phone_numbers_{number}")
    return server.http_app(path="/mcp", stateless_http=True)


if __name__ == "__main__":
    serve(app(int(os.environ["BENCH_TOOLS"])))
