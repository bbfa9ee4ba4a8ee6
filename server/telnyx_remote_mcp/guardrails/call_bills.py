"""Bills of phone calls: what a call billed by the minute cost. Telnyx reports it in detail records after the call."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Container, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
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
"""The types of detail records with the cost of a call; a call costs the sum of them."""
KEPT_SECS: Final = 24 * 3_600
LOOK_EVERY_SECS: Final = 60
MOST_OPEN: Final = 200
"""The most unbilled calls of an account; beyond that the oldest are dropped."""
MOST_ACCOUNTS: Final = 10_000
_PAGE: Final = 250
_IDS: Final = ("call_control_id", "call_leg_id", "sid", "call_sid")


@dataclass(frozen=True, slots=True)
class UnbilledCall:
    """A call that was placed, the type of detail record that will report its cost, and the counters to add it to."""

    ids: tuple[str, ...]
    record_type: str
    counters: tuple[tuple[str, int], ...]
    """The name of each counter, and its period in seconds."""
    until: int


@dataclass(frozen=True, slots=True)
class UnbilledCalls:
    """The calls of an account whose cost is not known yet."""

    calls: tuple[UnbilledCall, ...] = ()


@dataclass(frozen=True, slots=True)
class BilledCall:
    """What a call cost, in the account's currency, and the counters to add it to, where it counts once by its `id`."""

    id: str
    amount: float
    counters: tuple[tuple[str, int], ...]


class CallBills:
    """Stores the calls that were placed under a spend limit. Before more is spent, it asks Telnyx what they cost, once
    a minute at most. Raises StoreUnavailable."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._looked: TTLCache[str, bool] = TTLCache(MOST_ACCOUNTS, LOOK_EVERY_SECS)

    async def add(self, call: Call, result: Result, counters: tuple[tuple[str, int], ...]) -> None:
        """Store the phone call that was placed, to be billed later."""
        ids = tuple(dict.fromkeys(call_ids(result.wire(), _IDS)))
        if not ids:
            return
        until = int(time.time()) + KEPT_SECS
        new = tuple(UnbilledCall(ids, record_type, counters, until) for record_type in TYPES)

        def added(kept: UnbilledCalls | None) -> UnbilledCalls:
            calls = (*(kept.calls if kept is not None else ()), *new)
            return UnbilledCalls(calls[-MOST_OPEN * len(TYPES) :])

        await self._records.change(self._key(call), added, lambda _: KEPT_SECS)

    @asynccontextmanager
    async def newly_billed(self, call: Call) -> AsyncIterator[list[BilledCall]]:
        """The calls of this account whose cost has become known since the last time, to be counted within the context.

        They are removed only at its end, and not if it ends with an error: then they are found again. Another process
        may find the same ones meanwhile.
        """
        key = self._key(call)
        if key in self._looked:
            yield []
            return
        self._looked[key] = True
        try:
            found = await self._found(call, key)
            yield [BilledCall(self._id(open_), amount, open_.counters) for open_, amount in found.items()]
            if found:
                await self._remove(key, found)
        except BaseException:
            self._looked.pop(key, None)
            raise

    async def _found(self, call: Call, key: str) -> Mapping[UnbilledCall, float]:
        """The calls whose cost is known now, with it."""
        if (kept := await self._records.get(key)) is None:
            return {}
        costs = {record_type: await self._costs(call, record_type) for record_type in TYPES}
        return {open_: amount for open_ in kept.calls if (amount := _cost(open_, costs)) is not None}

    async def _remove(self, key: str, counted: Container[UnbilledCall]) -> None:
        def left(kept: UnbilledCalls | None) -> UnbilledCalls:
            calls = kept.calls if kept is not None else ()
            return UnbilledCalls(tuple(each for each in calls if each not in counted and each.until > time.time()))

        await self._records.change(key, left, lambda _: KEPT_SECS)

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

    def _id(self, open_: UnbilledCall) -> str:
        return keyed(self._secret, open_.record_type, *open_.ids)

    def _key(self, call: Call) -> str:
        return keyed(self._secret, account(call))

    @cached_property
    def _secret(self) -> bytes:
        return self._shared.secret.name_key(KIND)

    @cached_property
    def _records(self) -> Records[UnbilledCalls]:
        return Records(self._shared.calls, Vault(self._shared.secret), KIND, UnbilledCalls)


def _cost(open_: UnbilledCall, costs: Mapping[str, Mapping[str, float]]) -> float | None:
    return next((costs[open_.record_type][id_] for id_ in open_.ids if id_ in costs[open_.record_type]), None)


def _by_id(answer: Json) -> Iterator[tuple[str, float]]:
    """The cost of each call, by each of its own ids. The session id is not used: several calls may share it."""
    for record in objects(answer):
        with suppress(TypeError, ValueError):
            cost = float(record["cost"]) if "cost" in record else 0.0
            yield from ((str(record[name]), cost) for name in ("call_control_id", "call_leg_id") if record.get(name))
