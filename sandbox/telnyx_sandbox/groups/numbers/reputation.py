"""The reputation of the account's own numbers, all of them enrolled. Fresh data costs 0.01 USD."""

from decimal import Decimal

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .phone_number import PhoneNumber, numbers_of

routes = Routes()

FRESH_PRICE = Decimal("0.01")


@routes.get("/reputation/numbers")
def list_numbers(request: Request) -> Reply:
    account = request.account
    return numbered(request, list(numbers_of(account)), lambda number: _render(account, number, number.purchased_at))


@routes.get("/reputation/numbers/{phone_number}")
def get(request: Request) -> Reply:
    account = request.account
    for number in numbers_of(account):
        if number.phone_number == request.ids["phone_number"]:
            fresh = request.query.flag("fresh")
            if fresh:
                account.charge(FRESH_PRICE)
            return data(_render(account, number, account.clock.now() if fresh else number.purchased_at))
    raise SandboxError("10005")


def _render(account: Account, number: PhoneNumber, refreshed_at: float) -> dict[str, object]:
    return {
        "id": number.id,
        "phone_number": number.phone_number,
        "enterprise_id": account.ids.owner_id,
        "source": "telnyx",
        "ownership_status": "verified",
        "reputation_data": {
            "spam_risk": "low",
            "spam_category": None,
            "maturity_score": 80,
            "connection_score": 75,
            "engagement_score": 70,
            "sentiment_score": 85,
            "last_refreshed_at": iso(refreshed_at),
        },
        "created_at": iso(number.purchased_at),
        "updated_at": iso(refreshed_at),
    }
