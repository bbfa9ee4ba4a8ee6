"""The countries of an account's own numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.guardrails.phone_numbers import country
from telnyx_remote_mcp.store.base import Store
from telnyx_tools.api.client import Api
from telnyx_tools.api.errors import TelnyxError

KEPT_SECS: Final = 24 * 3_600
MOST_NUMBERS: Final = 250
"""Looked at; an account with more has its countries among them, or is asked once for each other one."""

KIND: Final = "own-countries"


@dataclass(frozen=True, slots=True)
class OwnCountries:
    """Asks Telnyx once a day for each account. Raises StoreUnavailable."""

    api: Api
    store: Store

    async def __call__(self, call: Call) -> frozenset[str]:
        """The ISO codes; none where Telnyx cannot say."""
        key = call.caller.principal.replace(":", "-")
        if (kept := await self.store.get(KIND, key)) is not None:
            return frozenset(json.loads(kept))
        found = await self._asked(call)
        if found:
            await self.store.put(KIND, key, json.dumps(sorted(found)).encode(), KEPT_SECS)
        return found

    async def _asked(self, call: Call) -> frozenset[str]:
        telnyx = self.api.bind(call.caller.credential, call.caller.principal)
        try:
            answer = await telnyx.get("/phone_numbers", query={"page": {"size": MOST_NUMBERS}})
        except TelnyxError:
            return frozenset()
        items = answer.get("data") if isinstance(answer, dict) else None
        numbers = [str(item.get("phone_number")) for item in items or () if isinstance(item, dict)]
        return frozenset(code for number in numbers if (code := country(number)) is not None)
