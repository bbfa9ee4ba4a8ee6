"""Looking numbers up: whose they are, which network serves them, and whether they count as spam."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Json, Telnyx
from telnyx_tools.results.outside import LONGEST_NAME, Outside
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.shared.parallel import read_all
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.group import Group
from telnyx_tools.tool.types import E164

lookup = Group("lookup", title="Number lookup", summary="Carrier, caller name and reputation of phone numbers.")

LookupType = Literal["carrier", "caller-name", "caller-identity", "enhanced-caller-name"]


class Carrier(Part):
    name: str | None = None
    normalized_carrier: str | None = Field(None, description="primary network carrier")
    type: str | None = Field(None, description="mobile, fixed line, voip, toll free, …, unknown")
    mobile_country_code: str | None = None
    mobile_network_code: str | None = None
    error_code: str | None = None


class CallerName(Part):
    caller_name: Annotated[str | None, Outside("the number's owner", LONGEST_NAME)] = None
    error_code: str | None = None


class Address(Part):
    street_line_1: Annotated[str | None, Outside("the number's owner", LONGEST_NAME)] = None
    street_line_2: Annotated[str | None, Outside("the number's owner", LONGEST_NAME)] = None
    city: Annotated[str | None, Outside("the number's owner", LONGEST_NAME)] = None
    state_code: str | None = None
    postal_code: str | None = None
    country_code: str | None = None


class CallerIdentity(Part):
    name: Annotated[str | None, Outside("the number's owner", LONGEST_NAME)] = None
    address: Address | None = None
    confidence_score: float | None = Field(None, description="50 limited, 60 moderate, 70 to 90 high; no probability")
    error_code: str | None = None


class Portability(Part):
    line_type: str | None = None
    ported_status: str | None = Field(None, description="Y, N or empty")
    ported_date: str | None = None
    spid_carrier_name: str | None = None
    city: str | None = None
    state: str | None = None


class LookedUpNumber(Result):
    phone_number: str | None = None
    valid_number: bool | None = None
    country_code: str | None = None
    national_format: str | None = None
    carrier: Carrier | None = None
    caller_name: CallerName | None = None
    enhanced_caller_name: CallerName | None = None
    caller_identity: CallerIdentity | None = None
    portability: Portability | None = Field(None, description="North American numbers only")
    not_read: dict[str, str] | None = Field(None, description="types that failed, and why")


class Scores(Part):
    spam_risk: str | None = Field(None, description="low, medium or high")
    spam_category: str | None = None
    maturity_score: int | None = None
    connection_score: int | None = None
    engagement_score: int | None = None
    sentiment_score: int | None = None
    last_refreshed_at: str | None = None


class Reputation(Result):
    phone_number: str | None = None
    reputation_data: Scores | None = None
    ownership_status: str | None = Field(None, description="verified, flagged, pending_confirmation or removed")
    flag_reason: str | None = None
    confirm_by: str | None = None


@lookup.tool(effect=Effect.READ, scope="numbers.read", calls="GET /number_lookup/{phone_number}", paid=True)
async def lookup_number(
    telnyx: Telnyx,
    phone_number: E164,
    types: Annotated[
        list[LookupType], Field(max_length=4, description="each costs extra; [] for validity, format and porting only")
    ] = ["carrier"],
    detail: Detail = "summary",
) -> LookedUpNumber:
    """Look up any phone number. Costs a fee per number and per type. carrier returns network and line type (such as
    mobile); names exist for US numbers only."""

    async def read(kind: LookupType | None) -> Json:
        return await telnyx.get("/number_lookup/{phone_number}", query={"type": kind}, phone_number=phone_number)

    if not types:
        return shape(LookedUpNumber, await read(None), detail)
    answers, failures = await read_all({kind: read(kind) for kind in dict.fromkeys(types)})
    found: dict[str, object] = {}
    for answer in answers.values():
        raw = answer.get("data") if isinstance(answer, dict) else None
        if isinstance(raw, dict):
            found |= {name: value for name, value in raw.items() if value is not None}
    return shape(LookedUpNumber, {"data": {**found, "not_read": failures or None}}, detail)


@lookup.tool(effect=Effect.READ, scope="numbers.read", calls="GET /reputation/numbers/{phone_number}", paid=True)
async def get_number_reputation(
    telnyx: Telnyx,
    phone_number: E164,
    fresh: Annotated[bool, Field(description="get new data, which costs money; default: stored data")] = False,
) -> Reputation:
    """The spam risk and scores of one of your numbers. It must be enrolled for reputation monitoring in the portal."""
    answer = await telnyx.get(
        "/reputation/numbers/{phone_number}", query={"fresh": True if fresh else None}, phone_number=phone_number
    )
    return shape(Reputation, answer)
