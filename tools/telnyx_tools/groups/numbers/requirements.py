"""Regulatory requirements of countries, and those that an order still lacks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Json, Telnyx
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.numbers import numbers
from telnyx_tools.groups.numbers.fields import NumberType
from telnyx_tools.results.pages import Cursor, Page, PageCursor, page_of, page_of_whole
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.tool.bodies import Given
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import E164, CountryCode

Action = Literal["ordering", "porting"]


class RequirementValue(Given):
    """What is given for one requirement."""

    requirement_id: Annotated[str, From("get_regulatory_requirements")]
    field_value: str = Field(description="the text itself; for an address or a document its id")


class Criteria(Part):
    min_length: str | None = None
    max_length: str | None = None
    acceptable_values: list[str] | None = None
    acceptable_characters: str | None = None
    regex: str | None = None
    locality_limit: str | None = None
    time_limit: str | None = None


class Requirement(Part):
    id: str | None = None
    name: str | None = None
    description: str | None = None
    example: str | None = None
    field_type: str | None = Field(None, description="textual, datetime, address or document")
    acceptance_criteria: Criteria | None = None


class Requirements(Result):
    country_code: str | None = None
    phone_number_type: str | None = None
    action: str | None = None
    regulatory_requirements: list[Requirement] | None = None


class GivenValue(Part):
    requirement_id: str | None = None
    field_type: str | None = None
    status: str | None = None
    expires_at: str | None = None


class RequirementGroup(Result):
    id: str | None = None
    country_code: str | None = None
    phone_number_type: str | None = None
    action: str | None = None
    status: str | None = Field(None, description="approved, unapproved, pending-approval, declined or expired")
    customer_reference: str | None = None
    regulatory_requirements: list[GivenValue] | None = None


class MissingRequirement(Part):
    requirement_id: str | None = None
    name: str | None = None
    description: str | None = None
    example: str | None = None
    field_type: str | None = Field(None, description="textual, datetime, address or document")
    phone_numbers: list[str] = Field(default_factory=list)


class _Asked(Part):
    requirement_id: str | None = None
    field_type: str | None = None
    field_value: str | None = None


class _Line(Part):
    phone_number: str | None = None
    country_iso_alpha2: str | None = None
    country_code: str | None = None
    phone_number_type: str | None = None
    requirements_met: bool | None = None
    requirements_status: str | None = None
    regulatory_requirements: list[_Asked] | None = None

    @property
    def kind(self) -> tuple[str, str]:
        """Country and type, which decide what is asked."""
        return self.country_iso_alpha2 or self.country_code or "", self.phone_number_type or ""

    @property
    def lacking(self) -> list[_Asked]:
        """The requirements without a value; all of them once the values were turned down."""
        if self.requirements_met is not False or self.requirements_status == "requirement-info-under-review":
            return []
        declined = self.requirements_status == "requirement-info-exception"
        return [asked for asked in self.regulatory_requirements or [] if declined or not asked.field_value]


class _Lines(Result):
    phone_numbers: list[_Line] | None = None


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls="GET /regulatory_requirements")
async def get_regulatory_requirements(
    telnyx: Telnyx,
    country_code: CountryCode | None = None,
    number_type: NumberType | None = None,
    phone_number: E164 | None = None,
    action: Action = "ordering",
    page: PageCursor = "1",
    detail: Detail = "summary",
) -> Page[Requirements]:
    """What documents or data a country requires before you can buy or port its numbers, by country and type or for one
    number. Most countries outside the US and CA require some."""
    if country_code is None and phone_number is None:
        raise InvalidArguments([Problem("country_code", "Give country_code (with number_type) or phone_number")])
    query = {
        "filter": {
            "country_code": country_code,
            "phone_number_type": number_type,
            "phone_number": phone_number,
            "action": action,
        }
    }
    answer = await telnyx.get("/regulatory_requirements", query=query)
    return page_of_whole(Requirements, answer, Cursor.parse(page), detail)


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls="GET /requirement_groups")
async def list_requirement_groups(
    telnyx: Telnyx,
    country_code: CountryCode | None = None,
    number_type: NumberType | None = None,
    action: Action | None = None,
    status: Literal["approved", "unapproved", "pending-approval", "declined", "expired"] | None = None,
    customer_reference: str | None = None,
    page: PageCursor = "1",
    detail: Detail = "summary",
) -> Page[RequirementGroup]:
    """Stored answers to regulatory requirements. Pass an approved one to initiate_phone_number_order."""
    query = {
        "filter": {
            "country_code": country_code,
            "phone_number_type": number_type,
            "action": action,
            "status": status,
            "customer_reference": customer_reference,
        }
    }
    answer = await telnyx.get("/requirement_groups", query=query)
    return page_of_whole(RequirementGroup, answer, Cursor.parse(page), detail)


async def missing_requirements(telnyx: Telnyx, order: Json) -> list[MissingRequirement]:
    """The requirements that the numbers of an order still lack, in words where Telnyx gives them. Never fails: the
    order exists already."""
    missing: dict[str, MissingRequirement] = {}
    explained: dict[tuple[str, str], dict[str, Requirement]] = {}
    for line in shape(_Lines, order).phone_numbers or []:
        for asked in line.lacking:
            if line.kind not in explained:
                explained[line.kind] = await _explanations(telnyx, *line.kind)
            wanted = missing.setdefault(
                asked.requirement_id or "", _missing(asked, explained[line.kind].get(asked.requirement_id or ""))
            )
            wanted.phone_numbers.append(line.phone_number or "")
    return list(missing.values())


async def _explanations(telnyx: Telnyx, country_code: str, number_type: str) -> dict[str, Requirement]:
    query = {"filter": {"country_code": country_code, "phone_number_type": number_type, "action": "ordering"}}
    try:
        answer = await telnyx.get("/regulatory_requirements", query=query)
    except TelnyxError:
        return {}
    sets = page_of(Requirements, answer, Cursor(), "full").items
    return {each.id: each for found in sets for each in found.regulatory_requirements or [] if each.id}


def _missing(asked: _Asked, requirement: Requirement | None) -> MissingRequirement:
    return MissingRequirement(
        requirement_id=asked.requirement_id,
        field_type=asked.field_type,
        name=requirement and requirement.name,
        description=requirement and requirement.description,
        example=requirement and requirement.example,
    )
