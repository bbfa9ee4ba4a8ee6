"""Requirements of countries: Germany and the United Kingdom have some, as examples; others have none.

GET /regulatory_requirements
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from ..inventory.blocks import block_of

routes = Routes()

FILTERS = (
    "filter[country_code]", "filter[phone_number_type]", "filter[phone_number]", "filter[action]",
    "filter[requirement_group_id]",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Requirement:
    """`field_type` is textual, address or document; the value of the last two is an id."""

    id: str
    name: str
    field_type: str
    description: str
    example: str
    criteria: Mapping[str, str]

    def render(self) -> dict[str, object]:
        return {
            "id": self.id,
            "name": self.name,
            "field_type": self.field_type,
            "description": self.description,
            "example": self.example,
            "acceptance_criteria": dict(self.criteria),
        }


_GERMAN_NAME = Requirement(
    "3f8c2a6e-58b1-5d5c-9f43-1d2a7c2f6b01",
    "End user's name",
    "textual",
    "Full name of the person, or registered name of the company, that uses the number.",
    "Beispiel GmbH",
    {"min_length": "2", "max_length": "100"},
)
_GERMAN_ADDRESS = Requirement(
    "3f8c2a6e-58b1-5d5c-9f43-1d2a7c2f6b02",
    "Address in the area of the number",
    "address",
    "An address of the end user within the local area code of the number.",
    "Musterstraße 1, 10115 Berlin",
    {"locality_limit": "Matching the area code of the number"},
)
_GERMAN_PROOF = Requirement(
    "3f8c2a6e-58b1-5d5c-9f43-1d2a7c2f6b03",
    "Proof of the address",
    "document",
    "A utility bill or an extract of the commercial register that shows name and address.",
    "Utility bill",
    {"time_limit": "Not older than 3 months"},
)
_BRITISH_ADDRESS = Requirement(
    "3f8c2a6e-58b1-5d5c-9f43-1d2a7c2f6b04",
    "Address of the end user",
    "address",
    "Where the end user lives or trades; anywhere in the world.",
    "1 Example Street, London",
    {"locality_limit": "None"},
)
_BRITISH_USE = Requirement(
    "3f8c2a6e-58b1-5d5c-9f43-1d2a7c2f6b05",
    "Use of the number",
    "textual",
    "What messages the number sends, and to whom.",
    "Appointment reminders to patients who asked for them",
    {"min_length": "10", "max_length": "500"},
)

REQUIREMENTS: Mapping[tuple[str, str], tuple[Requirement, ...]] = {
    ("DE", "local"): (_GERMAN_NAME, _GERMAN_ADDRESS, _GERMAN_PROOF),
    ("GB", "local"): (_BRITISH_ADDRESS,),
    ("GB", "mobile"): (_BRITISH_ADDRESS, _BRITISH_USE),
}
BY_ID = {each.id: each for asked in REQUIREMENTS.values() for each in asked}


@routes.get("/regulatory_requirements")
def list_requirements(request: Request) -> Reply:
    query = request.query
    query.filters(*FILTERS)
    action = query.choice("filter[action]", ("ordering", "porting", "action")) or "ordering"
    country, kind = query.text("filter[country_code]"), query.text("filter[phone_number_type]")
    number = query.text("filter[phone_number]")
    if number is not None:
        block = block_of(number)
        if block is None:
            raise SandboxError("10015", "The sandbox has no such number.", parameter="filter[phone_number]")
        country, kind = block.country, block.kind
    rows = [
        {
            "country_code": of_country,
            "phone_number_type": of_kind,
            "action": action,
            "regulatory_requirements": [each.render() for each in asked],
        }
        for (of_country, of_kind), asked in REQUIREMENTS.items()
        if country in (None, of_country) and kind in (None, of_kind)
    ]
    return Reply({"data": rows})
