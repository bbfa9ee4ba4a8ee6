"""Addresses of people and businesses."""

from dataclasses import dataclass

from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...query import Query
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes

routes = Routes()

FIELDS = (
    "first_name", "last_name", "business_name", "street_address", "extended_address", "locality", "neighborhood",
    "borough", "administrative_area", "postal_code", "country_code", "phone_number", "customer_reference",
)  # fmt: skip
REQUIRED = ("street_address", "locality", "country_code")
NORTH_AMERICA = ("US", "CA")


@dataclass(frozen=True, slots=True)
class Address:
    id: str
    fields: dict[str, str | None]
    created_at: float

    def render(self) -> dict[str, object]:
        created_at = iso(self.created_at)
        return {
            "record_type": "address",
            "id": self.id,
            **self.fields,
            "address_book": True,
            "validate_address": True,
            "created_at": created_at,
            "updated_at": created_at,
        }


@routes.post("/addresses")
def create(request: Request) -> Reply:
    account, body = request.account, request.body
    in_north_america = body.text("country_code") in NORTH_AMERICA
    for name in (*REQUIRED, "administrative_area", "postal_code") if in_north_america else REQUIRED:
        body.required_text(name)
    if not body.text("business_name") and not (body.text("first_name") and body.text("last_name")):
        raise SandboxError("10004", "Name a business or a person.", pointer="/business_name")
    address = Address(account.ids.snowflake("address"), {name: body.text(name) for name in FIELDS}, account.clock.now())
    account.collection(Address)[address.id] = address
    return data(address.render())


@routes.get("/addresses")
def list_addresses(request: Request) -> Reply:
    newest_first = reversed(request.account.collection(Address).values())
    return numbered(request, [each for each in newest_first if _matches(request.query, each)], Address.render)


@routes.get("/addresses/{id}")
def show(request: Request) -> Reply:
    return data(request.account.find(Address, request.id).render())


def _matches(query: Query, address: Address) -> bool:
    reference, street = address.fields["customer_reference"], address.fields["street_address"] or ""
    exact = query.text("filter[customer_reference]") or query.text("filter[customer_reference][eq]")
    return (
        exact in (None, reference)
        and (query.text("filter[customer_reference][contains]") or "") in (reference or "")
        and (query.text("filter[street_address][contains]") or "").lower() in street.lower()
    )
