"""What calls cost: by the minute begun, from the answer on; taken from the balance when the call ends.

Outgoing to a number 0.007 USD a minute, incoming 0.0055, SIP URIs 0.002; answering machine detection 0.0065 a call.
"""

from decimal import Decimal

from ...account import Account
from .call import Call

RATES = {"outgoing": Decimal("0.007"), "incoming": Decimal("0.0055")}
SIP_RATE = Decimal("0.002")
DETECTION_PRICE = Decimal("0.0065")


def rate_of(call: Call) -> Decimal:
    return SIP_RATE if call.other_party.startswith("sip") else RATES[call.direction]


def billed_secs(call: Call) -> int:
    if call.answered_at is None or call.ended_at is None:
        return 0
    return max(1, -(-int(call.ended_at - call.answered_at) // 60)) * 60


def cost_of(call: Call) -> Decimal:
    """What an ended call costs."""
    extra = DETECTION_PRICE if call.answered_by is not None else Decimal(0)
    return rate_of(call) * (billed_secs(call) // 60) + extra


def settle(account: Account, call: Call) -> None:
    account.balance -= cost_of(call)
