"""The countries that Telnyx has numbers in."""

from __future__ import annotations

from telnyx_tools.api.client import Json, Telnyx
from telnyx_tools.groups.numbers import numbers
from telnyx_tools.results.pages import Cursor, Page, PageCursor, page_of_whole
from telnyx_tools.results.result import Detail, Result
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import CountryCode


class Coverage(Result):
    country: str | None = None
    code: str | None = None
    region: str | None = None
    numbers: bool | None = None
    phone_number_type: list[str] | None = None
    features: list[str] | None = None
    international_sms: bool | None = None
    quickship: bool | None = None
    reservable: bool | None = None


@numbers.tool(
    effect=Effect.READ,
    scope="numbers.read",
    calls=("GET /country_coverage", "GET /country_coverage/countries/{country_code}"),
)
async def list_country_coverage(
    telnyx: Telnyx, country_code: CountryCode | None = None, page: PageCursor = "1", detail: Detail = "summary"
) -> Page[Coverage]:
    """Countries with numbers, their number types and features; detail full shows the features of each type. For legal
    requirements: get_regulatory_requirements."""
    if country_code is None:
        countries = _rows(await telnyx.get("/country_coverage"))
    else:
        answer = await telnyx.get("/country_coverage/countries/{country_code}", country_code=country_code)
        countries = [answer.get("data")] if isinstance(answer, dict) else answer
    return page_of_whole(Coverage, countries, Cursor.parse(page), detail)


def _rows(answer: Json) -> Json:
    """`{"Germany": {"code": "DE", …}}` as rows; what has another form as it is."""
    countries = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(countries, dict):
        return answer
    return [{"country": name, **row} for name, row in countries.items() if isinstance(row, dict)]
