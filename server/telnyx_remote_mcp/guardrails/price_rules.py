"""Price rules: the reasons to ask the person about what a call costs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.guardrails.approvals import Reason
from telnyx_remote_mcp.guardrails.prices import BUNDLES, Prices
from telnyx_remote_mcp.guardrails.recipients import Recipient
from telnyx_remote_mcp.guardrails.rules import Rules
from telnyx_remote_mcp.surface.deeds import deeds_of
from telnyx_tools.tool.context import Action

RECURRING: Final = frozenset(
    {"buy-a-number", "manage-bundles", "buy-voice-channels", "order-sims", "register-for-10dlc", "manage-networks"}
)
"""Deeds that cost money every month."""
PRICED_IN_ADVANCE: Final = frozenset({"POST /number_orders", "POST /10dlc/campaignBuilder", BUNDLES})
"""Operations whose price Telnyx usually tells in advance."""
_DEAREST_TEXT: Final = 0.5
"""More than one part of a text message costs in any country. It spares looking up the price of most messages."""
_PART: Final = 67
"""The fewest characters that fit into a part of a text message."""


async def price_reasons(
    call: Call, reached: Sequence[Recipient], rules: Rules, prices: Prices
) -> AsyncIterator[Reason]:
    """Every reason to ask about what the call costs."""
    if rules.recurring_price and deeds_of(call.action) & RECURRING:
        yield Reason("recurring_price", "It costs money every month until it is given up.")
    if not _matters(call, reached, rules):
        return
    price = await prices.of(call)
    if price is None and rules.unknown_price and _is_priced_in_advance(call.action):
        yield Reason("unknown_price", "Telnyx does not tell what it costs, as it does for most of these.")
    if price is not None and rules.price is not None and price.amount > rules.price:
        yield Reason("price", f"It costs {price.amount} {price.currency}: more than {rules.price:g} asks.")


def _matters(call: Call, reached: Sequence[Recipient], rules: Rules) -> bool:
    """Whether the price can be a reason to ask. If not, it is not looked up."""
    if _is_priced_in_advance(call.action):
        return rules.unknown_price or rules.price is not None
    return rules.price is not None and _at_most(call, reached) > rules.price


def _at_most(call: Call, reached: Sequence[Recipient]) -> float:
    """An upper bound of what the text messages of the call cost; 0 for any other call."""
    text = call.fields.get("text")
    parts = len(text) // _PART + 1 if isinstance(text, str) else 0
    return _DEAREST_TEXT * parts * sum(one.kind == "phone" for one in reached)


def _is_priced_in_advance(action: Action) -> bool:
    return not PRICED_IN_ADVANCE.isdisjoint(action.calls)
