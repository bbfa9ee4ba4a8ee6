"""Bills of calls: what a call by the minute cost, which Telnyx tells in detail records some time after it ended."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cachetools import TTLCache

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.guardrails.call_ids import call_ids
from telnyx_remote_mcp.guardrails.fingerprint import account, keyed
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.vault import Vault
from telnyx_tools.api.client import Json, Query
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.results.result import Result, objects

KIND: Final = "call-bills"
TYPES: Final = ("call-control", "sip-trunking")
"""Of detail records that tell what a call cost; it costs the sum of them."""
KEPT_SECS: Final = 24 * 3_600
LOOK_EVERY_SECS: Final = 60
MOST_OPEN: Final = 200
"""Calls of an account whose cost is waited for; of more than that the oldest are forgotten."""
MOST_ACCOUNTS: Final = 10_000
_PAGE: Final = 250
_IDS: Final = ("call_control_id", "call_leg_id", "sid", "call_sid")
_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class UnbilledCall:
    """A call that was placed, the type of record that is to tell what it cost, and the counters that want to know."""

    ids: tuple[str, ...]
    record_type: str
    counters: tuple[tuple[str, int], ...]
    """Their names, and for how many seconds each counts."""
    until: int


@dataclass(frozen=True, slots=True)
class UnbilledCalls:
    """The calls of an account whose cost is not known yet."""

    calls: tuple[UnbilledCall, ...] = ()


@dataclass(frozen=True, slots=True)
class BilledCall:
    """What a call cost, in the account's currency, and the counters that want to know."""

    amount: float
    counters: tuple[tuple[str, int], ...]


class CallBills:
    """Remembers the calls that were placed where money is limited, and asks Telnyx once a minute at most, when more is
    to be spent, what they cost. Raises StoreUnavailable."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._looked: TTLCache[str, bool] = TTLCache(MOST_ACCOUNTS, LOOK_EVERY_SECS)

    async def add(self, call: Call, result: Result, counters: tuple[tuple[str, int], ...]) -> None:
        """Remember the call that was placed."""
        ids = tuple(dict.fromkeys(call_ids(result.wire(), _IDS)))
        if not ids:
            return
        key, until = self._key(call), int(time.time()) + KEPT_SECS
        new = tuple(UnbilledCall(ids, record_type, counters, until) for record_type in TYPES)
        for _ in range(_TRIES):
            kept = await self._records.read(key)
            calls = (*(kept.value.calls if kept is not None else ()), *new)[-MOST_OPEN * len(TYPES) :]
            if await self._records.swap(key, kept, UnbilledCalls(calls), KEPT_SECS):
                return

    async def newly_billed(self, call: Call) -> list[BilledCall]:
        """What calls of this account cost, of which that is known since the last time. Each is told once."""
        key = self._key(call)
        if key in self._looked:
            return []
        self._looked[key] = True
        if (kept := await self._records.read(key)) is None:
            return []
        costs = {record_type: await self._costs(call, record_type) for record_type in TYPES}
        found = {open_: amount for open_ in kept.value.calls if (amount := _cost(open_, costs)) is not None}
        left = tuple(each for each in kept.value.calls if each not in found and each.until > time.time())
        if found and not await self._records.swap(key, kept, UnbilledCalls(left), KEPT_SECS):
            return []  # somebody else counts, or a call was placed meanwhile
        return [BilledCall(amount, open_.counters) for open_, amount in found.items()]

    async def _costs(self, call: Call, record_type: str) -> Mapping[str, float]:
        telnyx = self._shared.api.bind(call.caller.credential, call.caller.principal)
        query: Query = {
            "filter": {"record_type": record_type, "date_range": "last_2_days"},
            "sort": ["-started_at"],
            "page": {"size": _PAGE},
        }
        with suppress(TelnyxError):
            return dict(_by_id(await telnyx.get("/detail_records", query=query)))
        return {}

    def _key(self, call: Call) -> str:
        return keyed(self._secret, account(call))

    @cached_property
    def _secret(self) -> bytes:
        return self._shared.secret.derive(KIND)

    @cached_property
    def _records(self) -> Records[UnbilledCalls]:
        return Records(self._shared.calls, Vault(self._shared.secret), KIND, UnbilledCalls)


def _cost(open_: UnbilledCall, costs: Mapping[str, Mapping[str, float]]) -> float | None:
    return next((costs[open_.record_type][id_] for id_ in open_.ids if id_ in costs[open_.record_type]), None)


def _by_id(answer: Json) -> Iterator[tuple[str, float]]:
    """The cost of each call by each of its own ids; a session may be that of several calls."""
    for record in objects(answer):
        with suppress(TypeError, ValueError):
            cost = float(record["cost"]) if "cost" in record else 0.0
            yield from ((str(record[name]), cost) for name in ("call_control_id", "call_leg_id") if record.get(name))
