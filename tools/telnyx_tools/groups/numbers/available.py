"""Numbers for sale."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.numbers import numbers
from telnyx_tools.groups.numbers.fields import Feature, NumberType
from telnyx_tools.results.pages import Cursor, Page, PageCursor, page_of_whole
from telnyx_tools.results.result import Detail, Part, Result
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.phone_number import national_digits
from telnyx_tools.tool.types import CountryCode, NationalDigits, NumberPart
from telnyx_tools.tool.written import Written

AreaCode = Annotated[str, Field(pattern=r"^[0-9]{1,8}$", description="like 312"), Written(national_digits)]


def _names(value: object) -> object:
    """`[{"name": "sms"}]` as `["sms"]`."""
    if not isinstance(value, list):
        return value
    return [item.get("name", item) if isinstance(item, dict) else item for item in value]


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
    quickship: bool | None = Field(None, description="toll-free that works right after the order")
    reservable: bool | None = None


class AvailableNumbers(Page[AvailableNumber]):
    note: str | None = None


NOTHING = (
    "No number fits every filter. locality is a city alone, administrative_area a code like IL; best_effort=true also "
    "finds numbers nearby (US and CA)."
)


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls="GET /available_phone_numbers", core=True)
async def list_available_phone_numbers(
    telnyx: Telnyx,
    area_code: AreaCode | None = None,
    locality: Annotated[str | None, Field(description="city")] = None,
    administrative_area: Annotated[str | None, Field(description="like IL")] = None,
    rate_center: str | None = None,
    country_code: CountryCode = "US",
    number_type: NumberType | None = None,
    features: Annotated[list[Feature], Field(description="all of them")] = [],
    starts_with: NationalDigits | None = None,
    contains: NumberPart | None = None,
    ends_with: NumberPart | None = None,
    best_effort: Annotated[bool, Field(description="US and CA: also numbers nearby")] = False,
    quickship: Annotated[bool, Field(description="toll-free, ready at once")] = False,
    reservable: bool = False,
    exclude_held_numbers: bool = False,
    limit: Annotated[int, Field(ge=1, le=250)] = 10,
    page: PageCursor = "1",
    detail: Detail = "summary",
) -> AvailableNumbers:
    """Phone numbers for sale, with prices; buy with initiate_phone_number_order."""
    cursor = Cursor.parse(page, limit)
    query = {
        "filter": {
            "country_code": country_code,
            "national_destination_code": area_code,
            "locality": locality,
            "administrative_area": administrative_area,
            "rate_center": rate_center,
            "phone_number_type": number_type,
            "features": features or None,
            "phone_number": {"starts_with": starts_with, "contains": contains, "ends_with": ends_with},
            "best_effort": best_effort or None,
            "quickship": quickship or None,
            "reservable": reservable or None,
            "exclude_held_numbers": exclude_held_numbers or None,
            "limit": cursor.size,
        }
    }
    answer = await telnyx.get("/available_phone_numbers", query=query)
    found = page_of_whole(AvailableNumber, answer, cursor, detail)
    nothing = cursor.number == 1 and not cursor.skip and not found.items and found.shape_warning is None
    return AvailableNumbers(**dict(found), note=NOTHING if nothing else None)
