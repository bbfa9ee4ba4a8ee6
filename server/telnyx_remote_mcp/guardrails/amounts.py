"""Amounts: how many messages, phone calls, purchases and changes a call makes, as the limits count them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal

from pydantic import BaseModel

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.guardrails.recipients import recipients
from telnyx_remote_mcp.surface.limits import What
from telnyx_tools.tool.effect import Effect

COUNTED: Final[Mapping[What, frozenset[str]]] = {
    "messages": frozenset({"text-a-person", "message-on-whatsapp", "send-an-email", "send-a-fax", "verify-a-person"}),
    "calls": frozenset({"call-a-person"}),
    "purchases": frozenset(
        {"buy-a-number", "order-sims", "buy-voice-channels", "manage-bundles", "host-a-number", "manage-networks"}
    ),
}
"""The catalog families whose operations count. Operations of a family within one of these count too."""
_QUANTITIES: Final = frozenset({"quantity", "count_requested", "amount", "channels"})
_BOUGHT: Final = frozenset({"phone_numbers", "registration_codes"})


def amount(call: Call, what: Literal["messages", "calls", "purchases", "changes"]) -> int:
    """How many of these the call makes. It must not be a call that only reads."""
    if what == "changes":
        return 0 if call.action.effect is Effect.SPENDS else 1
    if call.action.effect is not Effect.SPENDS or not COUNTED[what] & _deeds(tuple(call.action.calls)):
        return 0
    if what == "purchases":
        return _bought(call.arguments)
    return max(1, sum(one.kind != "url" for one in recipients(call)))


@lru_cache(maxsize=1024)
def _deeds(calls: tuple[str, ...]) -> frozenset[str]:
    """The families of these API operations, and the families that those lie within."""
    from telnyx_tools.catalog.catalog import Catalog
    from telnyx_tools.catalog.families import own_families

    own = own_families(calls)
    known = Catalog.load().families
    return own.union(*(known[name].within for name in own))


def _bought(arguments: object) -> int:
    """How many things are ordered: the longest list of them or the largest quantity, at any depth."""
    if isinstance(arguments, BaseModel):
        arguments = dict(arguments)
    if isinstance(arguments, list | tuple):
        return sum(map(_bought, arguments)) or 1
    if not isinstance(arguments, Mapping):
        return 1
    found = [1]
    for name, value in arguments.items():
        if name in _BOUGHT and isinstance(value, list):
            found.append(len(value))
        elif name in _QUANTITIES and isinstance(value, int | str) and re.fullmatch(r"[0-9]{1,6}", str(value)):
            found.append(int(value))
        elif isinstance(value, Mapping | list | BaseModel):
            found.append(_bought(value))
    return max(found)
