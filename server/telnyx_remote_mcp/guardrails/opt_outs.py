"""Opt-outs: the recipients who answered STOP to an account."""

from __future__ import annotations

from typing import Final

import anyio
from cachetools import TTLCache

from telnyx_remote_mcp.calls.call import Call
from telnyx_tools.api.client import Api, Telnyx
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.results.result import objects

KEPT_SECS: Final = 300
MOST_ACCOUNTS: Final = 500
PATIENCE_SECS: Final = 5
"""The longest that a text message waits for the opt-outs."""
_PAGE: Final = 250
_MOST_PAGES: Final = 8
"""The most pages that are read. Telnyx itself blocks messages to opted-out recipients, so more is not needed."""


class OptOuts:
    """The opt-outs of each account, read from Telnyx and cached for a few minutes, in memory only."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._kept: TTLCache[str, frozenset[str]] = TTLCache(MOST_ACCOUNTS, KEPT_SECS)

    async def __call__(self, call: Call) -> frozenset[str]:
        """The numbers of the recipients, as E.164; empty if Telnyx cannot say."""
        principal = call.caller.principal
        if (kept := self._kept.get(principal)) is not None:
            return kept
        try:
            with anyio.fail_after(PATIENCE_SECS):
                found = await _asked(self._api.bind(call.caller.credential, principal))
        except (TelnyxError, TimeoutError):
            return frozenset()
        self._kept[principal] = found
        return found


async def _asked(telnyx: Telnyx) -> frozenset[str]:
    found: set[str] = set()
    for number in range(1, _MOST_PAGES + 1):
        answer = await telnyx.get("/messaging_optouts", query={"page": {"number": number, "size": _PAGE}})
        items = objects(answer)
        found |= {str(item.get("to")) for item in items}
        if len(items) < _PAGE:
            break
    return frozenset(found)
