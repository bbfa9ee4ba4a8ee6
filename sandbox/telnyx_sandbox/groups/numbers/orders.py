"""Buying phone numbers. An order takes all its numbers or none."""

import math
from decimal import Decimal

from ...account import Account
from ...body import Body
from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...query import Query
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..billing.billing_groups import BillingGroup
from ..connections.connection import Connection
from ..messaging_profiles.profiles import MessagingProfile
from ..requirements.groups import RequirementGroup
from ..requirements.values import Values, asked, give, is_complete, read_values
from .offers import Offer
from .order import Line, NumberOrder
from .phone_number import numbers_of, own

routes = Routes()

FILTERS = (
    "filter[status]", "filter[customer_reference]", "filter[requirements_met]", "filter[phone_numbers_count]",
    "filter[created_at][gt]", "filter[created_at][lt]",
)  # fmt: skip

Wanted = dict[Offer, Values]
"""The offers that an order takes, each with the values for the requirements of its country."""


@routes.post("/number_orders")
def create(request: Request) -> Reply:
    account, body, now = request.account, request.body, request.account.clock.now()
    wanted = _wanted(account, body)
    order = NumberOrder(
        id=account.ids.uuid("number_order"),
        connection_id=_existing(account, Connection, body, "connection_id", "85004"),
        messaging_profile_id=_existing(account, MessagingProfile, body, "messaging_profile_id", "85005"),
        billing_group_id=_existing(account, BillingGroup, body, "billing_group_id", "10017"),
        customer_reference=body.text("customer_reference"),
        created_at=now,
    )
    # Charged last, after all checks: an order takes all its numbers or none.
    account.charge(sum((offer.block.price for offer in wanted), Decimal(0)))
    account.collection(NumberOrder)[order.id] = order
    for offer, values in wanted.items():
        order.lines.append(_deliver(account, order, offer, values))
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


@routes.patch("/number_orders/{id}")
def update_order(request: Request) -> Reply:
    account, body, now = request.account, request.body, request.account.clock.now()
    order = account.find(NumberOrder, request.id)
    given = read_values(account, body)
    if given and order.requirements_met(now):
        raise SandboxError("85003")
    for line in order.lines:
        line.give(account, given)
    order.customer_reference = body.text("customer_reference") or order.customer_reference
    return data(order.render(now))


def _wanted(account: Account, body: Body) -> Wanted:
    """The offers that the body orders: numbers that were found, are still for sale, and are named once."""
    found, owned = account.collection(Offer), {number.phone_number for number in numbers_of(account)}
    wanted: Wanted = {}
    for line in body.objects("phone_numbers"):
        number, pointer = line.required_text("phone_number"), line.pointer("phone_number")
        if number not in found:
            raise SandboxError("85000", pointer=pointer)
        offer = found[number]
        if number in owned or offer in wanted:
            raise SandboxError("85001", pointer=pointer)
        wanted[offer] = _values(account, line, offer)
    if not wanted:
        raise SandboxError("10004", "Order at least one number.", pointer="/phone_numbers")
    return wanted


def _values(account: Account, line: Body, offer: Offer) -> Values:
    values = asked(offer.block.country, offer.block.kind)
    group_id = line.text("requirement_group_id")
    if group_id:
        group = account.collection(RequirementGroup).get(group_id)
        if group is None:
            raise SandboxError("10017", "No such requirement group.", pointer=line.pointer("requirement_group_id"))
        give(values, {name: value for name, value in group.values.items() if value is not None})
    return values


Named = type[Connection] | type[MessagingProfile] | type[BillingGroup]
"""The kinds of resources that an order may put its numbers on."""


def _existing(account: Account, kind: Named, body: Body, name: str, code: str) -> str | None:
    resource_id = body.text(name)
    if resource_id and resource_id not in account.collection(kind):
        raise SandboxError(code, pointer=body.pointer(name))
    return resource_id or None


def _deliver(account: Account, order: NumberOrder, offer: Offer, values: Values) -> Line:
    number = own(account, offer.number, offer.block)
    number.connection_id = order.connection_id
    number.messaging_profile_id = order.messaging_profile_id
    number.billing_group_id = order.billing_group_id
    number.customer_reference = order.customer_reference
    met_at = order.created_at if is_complete(values) else math.inf
    line = Line(account.ids.uuid("number_order_line"), offer, number.id, values, met_at)
    number.active_at = line.done_at
    return line


def _matches(query: Query, order: NumberOrder, now: float) -> bool:
    after, before = query.text("filter[created_at][gt]"), query.text("filter[created_at][lt]")
    created_at, met = iso(order.created_at), str(order.requirements_met(now)).lower()
    return (
        query.text("filter[status]") in (None, order.status(now))
        and query.text("filter[customer_reference]") in (None, order.customer_reference)
        and query.text("filter[requirements_met]") in (None, met)
        and query.text("filter[phone_numbers_count]") in (None, str(len(order.lines)))
        and (after is None or created_at > after)
        and (before is None or created_at < before)
    )
