"""The balance: what may still be spent."""

from __future__ import annotations

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.account import account
from telnyx_tools.results.result import Result, shape
from telnyx_tools.tool.effect import Effect


class Balance(Result):
    balance: str | None = None
    available_credit: str | None = Field(None, description="what may still be spent: balance plus credit limit")
    credit_limit: str | None = None
    pending: str | None = None
    currency: str | None = None


@account.tool(effect=Effect.READ, scope="billing.read", calls="GET /balance", core=True)
async def get_balance(telnyx: Telnyx) -> Balance:
    """The account's balance and what it may still spend."""
    return shape(Balance, await telnyx.get("/balance"))
