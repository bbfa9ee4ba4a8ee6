"""The account's balance. Accounts are prepaid, so the available credit is the balance."""

from ...account import money
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes

routes = Routes()


@routes.get("/balance")
def show(request: Request) -> Reply:
    balance = money(request.account.balance)
    return data(
        {
            "record_type": "balance",
            "balance": balance,
            "credit_limit": "0.00",
            "available_credit": balance,
            "pending": "0.00",
            "currency": "USD",
        }
    )
