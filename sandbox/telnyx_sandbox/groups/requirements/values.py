"""Values given for the requirements of an order or a requirement group."""

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from .addresses import Address
from .requirements import BY_ID, REQUIREMENTS

Values = dict[str, str | None]
"""Values by requirement id; None while a value is missing."""


def asked(country: str, kind: str) -> Values:
    return {each.id: None for each in REQUIREMENTS.get((country, kind), ())}


def read_values(account: Account, body: Body) -> dict[str, str]:
    """The body's `regulatory_requirements`. Documents are taken at their word, addresses have to exist."""
    values: dict[str, str] = {}
    for given in body.objects("regulatory_requirements"):
        requirement = BY_ID.get(given.required_text("requirement_id"))
        if requirement is None:
            raise SandboxError("10017", "No such requirement.", pointer=given.pointer("requirement_id"))
        value = given.required_text("field_value")
        if requirement.field_type == "address" and value not in account.collection(Address):
            raise SandboxError("10017", "No such address.", pointer=given.pointer("field_value"))
        values[requirement.id] = value
    return values


def give(values: Values, given: dict[str, str]) -> None:
    """Fill in the values that these requirements ask for; the rest of `given` is for other numbers."""
    values.update({name: value for name, value in given.items() if name in values})


def is_complete(values: Values) -> bool:
    return None not in values.values()


def render_values(values: Values) -> list[dict[str, object]]:
    return [
        {
            "record_type": "phone_number_regulatory_requirement",
            "requirement_id": requirement_id,
            "field_type": BY_ID[requirement_id].field_type,
            "field_value": value,
        }
        for requirement_id, value in values.items()
    ]
