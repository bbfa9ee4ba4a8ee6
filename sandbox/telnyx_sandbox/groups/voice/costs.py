"""Costs of calls: charged for each minute begun after the answer, taken from the balance when the call ends.

A minute is 0.002 USD for the control of the call, and on the telephone network 0.005 more for outgoing and 0.0035
for incoming calls; answering machine detection is 0.0065 a call.
"""

from decimal import Decimal

from ...account import Account
from .call import Call

CONTROL_RATE = Decimal("0.002")
TRUNK_RATES = {"outgoing": Decimal("0.005"), "incoming": Decimal("0.0035")}
DETECTION_PRICE = Decimal("0.0065")


def rate_to(address: str) -> Decimal:
    """The price of a minute of an outgoing call."""
    return CONTROL_RATE if address.startswith("sip") else CONTROL_RATE + TRUNK_RATES["outgoing"]


def trunk_rate(call: Call) -> Decimal:
    return Decimal(0) if call.other_party.startswith("sip") else TRUNK_RATES[call.direction]


def billed_minutes(call: Call) -> int:
    if call.answered_at is None or call.ended_at is None:
        return 0
    return max(1, -(-int(call.ended_at - call.answered_at) // 60))


def billed_secs(call: Call) -> int:
    return billed_minutes(call) * 60


def cost_of(call: Call) -> Decimal:
    """The cost of an ended call."""
    detection = DETECTION_PRICE if call.answered_by is not None else Decimal(0)
    return (CONTROL_RATE + trunk_rate(call)) * billed_minutes(call) + detection


def settle(account: Account, call: Call) -> None:
    account.balance -= cost_of(call)
