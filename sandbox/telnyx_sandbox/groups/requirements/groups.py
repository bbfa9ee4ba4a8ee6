"""Answers to a country's requirements, stored to be used by many orders. A complete group is approved at once."""

from dataclasses import dataclass

from ...clock import iso
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from .values import Values, asked, give, is_complete, read_values, render_values

routes = Routes()

FIELD_FILTERS = {
    "filter[country_code]": "country_code",
    "filter[phone_number_type]": "phone_number_type",
    "filter[action]": "action",
    "filter[status]": "status",
    "filter[customer_reference]": "customer_reference",
}


@dataclass(slots=True)
class RequirementGroup:
    id: str
    country: str
    kind: str
    action: str
    customer_reference: str | None
    values: Values
    created_at: float
    updated_at: float

    def render(self) -> dict[str, object]:
        status = "approved" if is_complete(self.values) else "unapproved"
        return {
            "record_type": "requirement_group",
            "id": self.id,
            "country_code": self.country,
            "phone_number_type": self.kind,
            "action": self.action,
            "status": status,
            "customer_reference": self.customer_reference,
            "regulatory_requirements": [{**row, "status": status} for row in render_values(self.values)],
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }


@routes.post("/requirement_groups")
def create(request: Request) -> Reply:
    account, body, now = request.account, request.body, request.account.clock.now()
    country, kind = body.required_text("country_code"), body.required_text("phone_number_type")
    values = asked(country, kind)
    give(values, read_values(account, body))
    group = RequirementGroup(
        id=account.ids.uuid("requirement_group"),
        country=country,
        kind=kind,
        action=body.required_text("action"),
        customer_reference=body.text("customer_reference"),
        values=values,
        created_at=now,
        updated_at=now,
    )
    account.collection(RequirementGroup)[group.id] = group
    return Reply(group.render())


@routes.get("/requirement_groups")
def list_groups(request: Request) -> Reply:
    request.query.filters(*FIELD_FILTERS)
    rows = [group.render() for group in request.account.collection(RequirementGroup).values()]
    wanted = {key: request.query.text(name) for name, key in FIELD_FILTERS.items()}
    return Reply([row for row in rows if all(value in (None, row[key]) for key, value in wanted.items())])


@routes.get("/requirement_groups/{id}")
def show(request: Request) -> Reply:
    return Reply(request.account.find(RequirementGroup, request.id).render())


@routes.patch("/requirement_groups/{id}")
def update(request: Request) -> Reply:
    group = request.account.find(RequirementGroup, request.id)
    give(group.values, read_values(request.account, request.body))
    group.customer_reference = request.body.text("customer_reference") or group.customer_reference
    group.updated_at = request.account.clock.now()
    return Reply(group.render())
