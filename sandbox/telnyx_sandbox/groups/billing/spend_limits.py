"""Spend limits of the whole account, by product. They are stored and shown but not enforced."""

from dataclasses import dataclass
from decimal import Decimal

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes

routes = Routes()

PRODUCTS = {"messaging": "Messaging", "voice": "Voice"}


@dataclass(slots=True)
class SpendLimit:
    """A spend limit. `updated_at` is None if nobody has set one; `amount` is None for an explicit "unlimited"."""

    product: str
    period: str = "daily"
    amount: Decimal | None = None
    updated_at: float | None = None

    def render(self, now: float) -> dict[str, object]:
        limit = None
        if self.updated_at is not None:
            limit = {
                "amount": None if self.amount is None else f"{self.amount:.2f}",
                "origin": "self_service",
                "unlimited": self.amount is None,
                "updated_at": iso(self.updated_at),
            }
        return {
            "record_type": "spend_limit",
            "product": self.product,
            "product_name": PRODUCTS.get(self.product, self.product),
            "period": self.period,
            "period_start": iso(now)[:10],
            "period_end": iso(now)[:10],
            "blocked": False,
            "block": None,
            "effective_limit_usd": None if self.amount is None else f"{self.amount:.2f}",
            "limit": limit,
            "spend_usd": "0.00",
            "spend_error": None,
        }


def seed(account: Account) -> None:
    limits = account.collection(SpendLimit)
    for product in PRODUCTS:
        limits[product] = SpendLimit(product)


@routes.get("/spend_limits")
def list_limits(request: Request) -> Reply:
    now = request.account.clock.now()
    return Reply({"data": [limit.render(now) for limit in request.account.collection(SpendLimit).values()]})


@routes.post("/spend_limits")
def create(request: Request) -> Reply:
    limit = request.account.find(SpendLimit, request.body.required_text("product"))
    if limit.updated_at is not None:
        raise SandboxError("10027", "This product has a limit already; change it.")
    limit.period = str(request.fields.get("period") or limit.period)
    return _set(request, limit)


@routes.patch("/spend_limits/{product}")
def update(request: Request) -> Reply:
    return _set(request, request.account.find(SpendLimit, request.ids["product"]))


@routes.delete("/spend_limits/{product}")
def delete(request: Request) -> Reply:
    limit = request.account.find(SpendLimit, request.ids["product"])
    limit.amount = limit.updated_at = None
    return data(limit.render(request.account.clock.now()))


def _set(request: Request, limit: SpendLimit) -> Reply:
    fields, now = request.fields, request.account.clock.now()
    limit.amount = None if fields.get("unlimited") is True else Decimal(str(fields["amount"]))
    limit.updated_at = now
    return data(limit.render(now))
