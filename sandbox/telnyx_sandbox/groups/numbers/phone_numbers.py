"""The account's phone numbers: listed, shown, changed, released, verified as owned."""

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from ...pages import numbered
from ...query import Query
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..billing.billing_groups import BillingGroup
from ..connections.connection import Connection
from .phone_number import PhoneNumber, numbers_of, render

routes = Routes()

Rendered = dict[str, object]

FIELD_FILTERS = {
    "filter[status]": "status",
    "filter[connection_id]": "connection_id",
    "filter[billing_group_id]": "billing_group_id",
    "filter[emergency_address_id]": "emergency_address_id",
    "filter[customer_reference]": "customer_reference",
    "filter[number_type][eq]": "phone_number_type",
}
NAME_FILTER = "filter[voice.connection_name]"
PAYMENT_FILTER = "filter[voice.usage_payment_method]"
OTHER_FILTERS = (
    "filter[phone_number]", "filter[tag]", "filter[country_iso_alpha2]", "filter[source]",
    "filter[without_tags]", PAYMENT_FILTER,
    *(f"{NAME_FILTER}[{operator}]" for operator in ("contains", "starts_with", "ends_with", "eq")),
)  # fmt: skip
SORTS = ("purchased_at", "phone_number", "connection_name", "usage_payment_method")


@routes.get("/phone_numbers")
def list_numbers(request: Request) -> Reply:
    query = request.query
    query.filters(*FIELD_FILTERS, *OTHER_FILTERS)
    payment = query.choice(PAYMENT_FILTER, ("pay-per-minute", "channel"))
    rows = [
        (number, row)
        for number in numbers_of(request.account)
        if payment in (None, number.voice.usage_payment_method)
        and _matches(query, row := render(request.account, number))
    ]
    return numbered(request, _sorted(query, rows), lambda row: row)


@routes.get("/phone_numbers/{id}")
def get_number(request: Request) -> Reply:
    return data(render(request.account, request.account.find(PhoneNumber, request.id)))


@routes.patch("/phone_numbers/{id}")
def update_number(request: Request) -> Reply:
    number = request.account.find(PhoneNumber, request.id)
    change(request.account, number, request.body)
    return data(render(request.account, number))


@routes.delete("/phone_numbers/{id}")
def release_number(request: Request) -> Reply:
    number = request.account.find(PhoneNumber, request.id)
    last = render(request.account, number)
    release(request.account, number)
    return data({**last, "status": "deleted"})


@routes.post("/phone_numbers/actions/verify_ownership")
def verify_ownership(request: Request) -> Reply:
    asked = request.body.texts("phone_numbers") or []
    owned = {number.phone_number: number.id for number in numbers_of(request.account)}
    return data(
        {
            "record_type": "phone_number_ownership",
            "found": [{"id": owned[number], "number_val_e164": number} for number in asked if number in owned],
            "not_found": [number for number in asked if number not in owned],
        }
    )


def release(account: Account, number: PhoneNumber) -> None:
    if number.deletion_lock_enabled:
        raise SandboxError("10035", "Its deletion lock is on.")
    account.collection(PhoneNumber).pop(number.id, None)


def change(account: Account, number: PhoneNumber, body: Body) -> None:
    """Set the fields that the body names; an empty text clears a field."""
    connection_id = body.text("connection_id")
    if connection_id and connection_id not in account.collection(Connection):
        raise SandboxError("85004", pointer="/connection_id")
    billing_group_id = body.text("billing_group_id")
    if billing_group_id and billing_group_id not in account.collection(BillingGroup):
        raise SandboxError("10017", pointer="/billing_group_id")
    changes: dict[str, object] = {
        "connection_id": connection_id or None,
        "billing_group_id": billing_group_id or None,
        "customer_reference": body.text("customer_reference") or None,
        "external_pin": body.text("external_pin") or None,
        "address_id": body.text("address_id") or None,
        "deletion_lock_enabled": body.flag("deletion_lock_enabled") or False,
        "hd_voice_enabled": body.flag("hd_voice_enabled") or False,
        "tags": body.texts("tags") or [],
    }
    for name, value in changes.items():
        if name in body:
            setattr(number, name, value)
    number.updated_at = account.clock.now()


def _matches(query: Query, row: Rendered) -> bool:
    return (
        _digits_match(query.text("filter[phone_number]"), str(row["phone_number"]))
        and all(_equal(query.text(name), row[key]) for name, key in FIELD_FILTERS.items())
        and _tags_match(query, row["tags"])
        and _one_of(query.many("filter[country_iso_alpha2]"), row["country_iso_alpha2"])
        and query.choice("filter[source]", ("ported", "purchased")) in (None, "purchased")
        and _name_matches(query, str(row["connection_name"] or ""))
    )


def _equal(wanted: str | None, value: object) -> bool:
    """`null` finds the rows where nothing is set."""
    return wanted is None or wanted == value or (wanted == "null" and value is None)


def _one_of(wanted: list[str], value: object) -> bool:
    return not wanted or value in wanted


def _digits_match(wanted: str | None, number: str) -> bool:
    digits = (wanted or "").removeprefix("+")
    if wanted is not None and len(digits) < 3:
        raise SandboxError("10015", "Give at least three digits.", parameter="filter[phone_number]")
    return digits in number


def _tags_match(query: Query, tags: object) -> bool:
    wanted = query.text("filter[tag]")
    has_it = wanted is None or (isinstance(tags, list) and wanted in tags)
    return has_it and not (tags and query.text("filter[without_tags]") == "true")


def _name_matches(query: Query, name: str) -> bool:
    contains, first, last, exact = (
        query.text(f"{NAME_FILTER}[{operator}]") for operator in ("contains", "starts_with", "ends_with", "eq")
    )
    return (
        (contains or "") in name
        and name.startswith(first or "")
        and name.endswith(last or "")
        and exact in (None, name)
    )


def _sorted(query: Query, rows: list[tuple[PhoneNumber, Rendered]]) -> list[Rendered]:
    """Sort as the query asks, by default the newest first."""
    order = query.text("sort")
    name = (order or "-purchased_at").removeprefix("-")
    if name not in SORTS:
        raise SandboxError("10015", f"Phone numbers sort by {', '.join(SORTS)}.", parameter="sort")

    def key(row: tuple[PhoneNumber, Rendered]) -> str:
        number, rendered = row
        return number.voice.usage_payment_method if name == "usage_payment_method" else str(rendered[name] or "")

    descending = order is None or order.startswith("-")
    return [rendered for _, rendered in sorted(rows, key=key, reverse=descending)]
