"""An account's own phone numbers, and the countries that they are in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from cachetools import TTLCache

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.guardrails.phone_numbers import country
from telnyx_remote_mcp.store.base import Store
from telnyx_tools.api.client import Api
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.results.result import objects

KEPT_SECS: Final = 24 * 3_600
MOST_NUMBERS: Final = 250
"""The most numbers that are read for their countries. If an account has more, the person may be asked, once for
each, about countries that none of these is in."""

KNOWN_SECS: Final = 60
MOST_KNOWN: Final = 10_000
KIND: Final = "own-countries"


@dataclass(frozen=True, slots=True)
class OwnNumbers:
    """Asks Telnyx for the numbers of an account, and caches the answers. Raises StoreUnavailable."""

    api: Api
    store: Store
    _known: TTLCache[tuple[str, str], bool] = field(default_factory=lambda: TTLCache(MOST_KNOWN, KNOWN_SECS))

    async def countries(self, call: Call) -> frozenset[str]:
        """The ISO codes of the countries, cached for a day; empty if Telnyx cannot say."""
        key = call.caller.principal.replace(":", "-")
        if (kept := await self.store.get(KIND, key)) is not None:
            return frozenset(json.loads(kept))
        numbers = await self._asked(call, {"page": {"size": MOST_NUMBERS}})
        found = frozenset(code for number in numbers if (code := country(number)) is not None)
        if found:
            await self.store.put(KIND, key, json.dumps(sorted(found)).encode(), KEPT_SECS)
        return found

    async def has(self, call: Call, number: str) -> bool:
        """Whether the account has this E.164 number; False if Telnyx cannot say."""
        key = (call.caller.principal, number)
        if key not in self._known:
            self._known[key] = number in await self._asked(call, {"filter": {"phone_number": number}})
        return self._known[key]

    async def _asked(self, call: Call, query: dict[str, Any]) -> list[str]:
        telnyx = self.api.bind(call.caller.credential, call.caller.principal)
        try:
            answer = await telnyx.get("/phone_numbers", query=query)
        except TelnyxError:
            return []
        return [str(item.get("phone_number")) for item in objects(answer)]
