"""Buying phone numbers. An order takes all its numbers or none, and succeeds a second later."""

from dataclasses import dataclass
from decimal import Decimal

from ..account import Account
from ..body import Body
from ..clock import iso
from ..errors import SandboxError
from ..pages import numbered
from ..query import Query
from ..reply import Reply, data
from ..request import Request
from ..routing import Routes
from .available_phone_numbers import Offer
from .connections import Connection
from .messaging_profiles import MessagingProfile
from .phone_number import ACTIVE_AFTER_SECS, numbers_of, own

routes = Routes()

FILTERS = (
    "filter[status]", "filter[customer_reference]", "filter[requirements_met]", "filter[phone_numbers_count]",
    "filter[created_at][gt]", "filter[created_at][lt]",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NumberOrder:
    """`line_ids` are the ids of the numbers within the order, in the order of `offers`."""

    id: str
    offers: tuple[Offer, ...]
    line_ids: tuple[str, ...]
    connection_id: str | None
    messaging_profile_id: str | None
    billing_group_id: str | None
    customer_reference: str | None
    created_at: float

    def status(self, now: float) -> str:
        return "pending" if now < self.created_at + ACTIVE_AFTER_SECS else "success"

    def render(self, now: float) -> dict[str, object]:
        status = self.status(now)
        changed_at = self.created_at + (ACTIVE_AFTER_SECS if status == "success" else 0.0)
        lines = zip(self.line_ids, self.offers, strict=True)
        return {
            "record_type": "number_order",
            "id": self.id,
            "status": status,
            "phone_numbers_count": len(self.offers),
            "phone_numbers": [_render_line(line_id, offer, status) for line_id, offer in lines],
            "sub_number_orders_ids": [],
            "requirements_met": True,
            "connection_id": self.connection_id,
            "messaging_profile_id": self.messaging_profile_id,
            "billing_group_id": self.billing_group_id,
            "customer_reference": self.customer_reference,
            "created_at": iso(self.created_at),
            "updated_at": iso(changed_at),
        }


@routes.post("/number_orders")
def create(request: Request) -> Reply:
    account, body, now = request.account, request.body, request.account.clock.now()
    offers = _offers(account, body)
    order = NumberOrder(
        id=account.ids.uuid("number_order"),
        offers=offers,
        line_ids=tuple(account.ids.uuid("number_order_line") for _ in offers),
        connection_id=_existing(account, Connection, body, "connection_id", "85004"),
        messaging_profile_id=_existing(account, MessagingProfile, body, "messaging_profile_id", "85005"),
        billing_group_id=body.text("billing_group_id"),
        customer_reference=body.text("customer_reference"),
        created_at=now,
    )
    account.charge(sum((offer.block.price for offer in offers), Decimal(0)))
    account.collection(NumberOrder)[order.id] = order
    for offer in offers:
        _deliver(account, order, offer)
    return data(order.render(now))


@routes.get("/number_orders")
def list_orders(request: Request) -> Reply:
    now = request.account.clock.now()
    request.query.filters(*FILTERS)
    newest_first = reversed(request.account.collection(NumberOrder).values())
    orders = [order for order in newest_first if _matches(request.query, order, now)]
    return numbered(request, orders, lambda order: order.render(now))


@routes.get("/number_orders/{id}")
def get_order(request: Request) -> Reply:
    order = request.account.find(NumberOrder, request.id)
    return data(order.render(request.account.clock.now()))


def _offers(account: Account, body: Body) -> tuple[Offer, ...]:
    """What the body orders: numbers that were found, are still for sale, and are named once."""
    found, owned = account.collection(Offer), {number.phone_number for number in numbers_of(account)}
    offers: dict[str, Offer] = {}
    for line in body.objects("phone_numbers"):
        number, pointer = line.required_text("phone_number"), line.pointer("phone_number")
        if number not in found:
            raise SandboxError("85000", pointer=pointer)
        if number in owned or number in offers:
            raise SandboxError("85001", pointer=pointer)
        offers[number] = found[number]
    if not offers:
        raise SandboxError("10004", "Order at least one number.", pointer="/phone_numbers")
    return tuple(offers.values())


def _existing(
    account: Account, kind: type[Connection] | type[MessagingProfile], body: Body, name: str, code: str
) -> str | None:
    resource_id = body.text(name)
    if resource_id and resource_id not in account.collection(kind):
        raise SandboxError(code, pointer=body.pointer(name))
    return resource_id or None


def _deliver(account: Account, order: NumberOrder, offer: Offer) -> None:
    number = own(account, offer.number, offer.block)
    number.connection_id = order.connection_id
    number.messaging_profile_id = order.messaging_profile_id
    number.billing_group_id = order.billing_group_id
    number.customer_reference = order.customer_reference


def _render_line(line_id: str, offer: Offer, status: str) -> dict[str, object]:
    return {
        "record_type": "number_order_phone_number",
        "id": line_id,
        "phone_number": offer.number,
        "phone_number_type": offer.block.kind,
        "country_code": offer.block.country,
        "country_iso_alpha2": offer.block.country,
        "status": status,
        "requirements_met": True,
        "requirements_status": "approved",
        "regulatory_requirements": [],
        "bundle_id": None,
    }


def _matches(query: Query, order: NumberOrder, now: float) -> bool:
    after, before = query.text("filter[created_at][gt]"), query.text("filter[created_at][lt]")
    created_at = iso(order.created_at)
    return (
        query.text("filter[status]") in (None, order.status(now))
        and query.text("filter[customer_reference]") in (None, order.customer_reference)
        and query.text("filter[requirements_met]") in (None, "true")
        and query.text("filter[phone_numbers_count]") in (None, str(len(order.offers)))
        and (after is None or created_at > after)
        and (before is None or created_at < before)
    )
