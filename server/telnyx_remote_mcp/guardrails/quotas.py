"""The step that keeps an account within its limits."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import Final

import anyio
from cachetools import TTLCache

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.calls.stopped import StoppedByGuard
from telnyx_remote_mcp.guardrails.amounts import amount
from telnyx_remote_mcp.guardrails.call_bills import CallBills
from telnyx_remote_mcp.guardrails.entries import cost
from telnyx_remote_mcp.guardrails.fingerprint import account, keyed
from telnyx_remote_mcp.guardrails.layers import Bound, Layers
from telnyx_remote_mcp.guardrails.phone_numbers import country
from telnyx_remote_mcp.guardrails.recipients import recipients
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.guardrails.unavailable import CannotRemember, needing_store
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.counters import Counters
from telnyx_remote_mcp.surface.deeds import deeds_of
from telnyx_remote_mcp.surface.limits import Limit
from telnyx_tools.results.result import Result
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.server_info import Quota

KIND: Final = "quota"
PURPOSE: Final = "quotas"
UNKNOWN_SECS: Final = 60
MOST_UNKNOWN: Final = 10_000
_MICRO: Final = 1_000_000
"""Money is counted in millionths, as whole numbers."""


class QuotaExceeded(StoppedByGuard):
    """The call would exceed a limit, which `rule` names; nothing was sent. `remedy` says who can change it."""

    def __init__(self, limit: str, rule: str, left: float, remedy: str, resets_in: float | None = None) -> None:
        super().__init__("quota exceeded")
        self.rules = (rule,)
        self.limit = limit
        self.left = left
        self.resets_in = resets_in
        self._remedy = remedy

    def describe(self) -> dict[str, object]:
        resets = {} if self.resets_in is None else {"retry_after_secs": round(self.resets_in)}
        title = f"This would be more than {self.limit}; nothing was sent"
        return {"code": "quota_exceeded", "title": title, "left": self.left, **resets, "remedy": self._remedy}


class QuotaGuard:
    """Refuses a call that would exceed a limit of the operator or of the owner: QuotaExceeded.

    All processes and replicas share the counters. Each counts for an account or for one connection, and is reset an
    hour or a day after its first use. Calls that certainly failed, or were cancelled before anything was sent, do not
    count. One exception: if the store's reply is lost while a call is counted, whether it was is unknown, and the
    counter stays as it is. To subtract what was never added would let others exceed the limit.

    If the store does not answer, only reads go on: CannotRemember.
    """

    def __init__(self, shared: Shared, limits: Sequence[Limit]) -> None:
        self._shared = shared
        self._limits = tuple(limits)
        self._bills = CallBills(shared)
        self._unknown: TTLCache[tuple[str, ...], bool] = TTLCache(MOST_UNKNOWN, UNKNOWN_SECS)

    async def __call__(self, call: Call, proceed: Next) -> Result:
        if call.action.effect is Effect.READ or call.preview:
            return await proceed(call)
        taken: list[tuple[Bound, int]] = []
        try:
            with needing_store():
                bounds = await self._bounds(call)
                await self._count_newly_billed(call, bounds)
                price = await self._price(call, bounds)
                await self._take(call, bounds, price, taken)
            result = await proceed(call)
        except BaseException as error:
            if not call.may_be_done(error):
                await self._give_back(call, taken)
            raise
        with anyio.CancelScope(shield=True):  # the money is spent, even if the client has left
            await self._spent(call, bounds, price, result)
        return result

    async def foresee(self, call: Call) -> list[str]:
        """The limits that the call would exceed."""
        budgets = await self._budgets(call)
        with needing_store():
            price = await self._price(call, [bound for bound, _ in budgets])
        return [
            f"More than {limit}: {budget.left:g} left, the call needs {by:g}."
            for bound, budget in budgets
            if (by := _needs(call, (limit := bound.limit), price) / _unit(limit))
            and budget.left is not None
            and budget.left < by
        ]

    async def budgets(self, call: Call) -> list[Quota]:
        """What is left of each limit for the account and the connection of the call."""
        return [budget for _, budget in await self._budgets(call)]

    async def _bounds(self, call: Call) -> list[Bound]:
        return (await self._shared.layers(call)).bounds(self._limits)

    async def _budgets(self, call: Call) -> list[tuple[Bound, Quota]]:
        try:
            bounds = (await self._shared.all_layers(call)).bounds(self._limits)
        except StoreUnavailable:
            bounds = Layers(connection=call.caller.rules).bounds(self._limits)
        return [(bound, await self._budget(call, bound)) for bound in bounds]

    async def _budget(self, call: Call, bound: Bound) -> Quota:
        limit = bound.limit
        try:
            used: float | None = await self._counters.get(KIND, self._name(call, bound))
        except (StoreUnavailable, CannotRemember):
            used = None
        left = None if used is None else max(0.0, round(limit.most - used / _unit(limit), 6))
        return Quota(of=limit.what, limit=limit.most, per=limit.period, left=left, holds_for=_held(bound))

    async def _price(self, call: Call, bounds: Sequence[Bound]) -> int:
        """The price of the call in millionths; 1 if it is not known in advance, so that nothing goes on once all money
        is spent. It is looked up only if spending is limited. For messages whose price was unknown, it is looked up
        again after a minute."""
        countries = {country(one.value) for one in recipients(call)} if "text-a-person" in deeds_of(call.action) else {}
        key = (call.caller.principal, *sorted(map(str, countries)))
        limited = call.action.effect is Effect.SPENDS and any(bound.limit.what == "spend" for bound in bounds)
        if not limited or key in self._unknown:
            return 1
        if (price := await self._shared.prices.soon(call)) is not None:
            return max(1, round(price.amount * _MICRO))
        if countries:
            self._unknown[key] = True
        return 1

    async def _take(self, call: Call, bounds: Sequence[Bound], price: int, taken: list[tuple[Bound, int]]) -> None:
        for bound in bounds:
            limit = bound.limit
            if not (by := _needs(call, limit, price)):
                continue
            unit = _unit(limit)
            with anyio.CancelScope(shield=True):  # a cancelled addition is as unknown as one with a lost reply
                got = await self._counters.take(KIND, self._name(call, bound), by, limit.most * unit, limit.secs)
            if not got.allowed:
                left = max(0.0, limit.most - got.value / unit)
                remedy = f"Do less at a time, or go on when it is reset. {self._shared.who_changes(bound.whose)}"
                rule = f"{limit.what}={limit.most}/{limit.period}"
                raise QuotaExceeded(f"{limit} for {_held(bound)}", rule, left, remedy, got.resets_in)
            taken.append((bound, by))

    async def _count_newly_billed(self, call: Call, bounds: Sequence[Bound]) -> None:
        """Count the cost of earlier calls by the minute that Telnyx has billed since. Each bill counts once, even if
        this ends in between and is done again."""
        if not self._of_money(call, bounds):
            return
        async with self._bills.newly_billed(call) as bills:
            for bill in bills:
                for name, secs in bill.counters:
                    await self._counters.add_once(KIND, name, round(bill.amount * _MICRO), secs, once=bill.id)

    def _of_money(self, call: Call, bounds: Sequence[Bound]) -> tuple[tuple[str, int], ...]:
        """The counters of spend limits on the call, and their periods in seconds."""
        if call.action.effect is not Effect.SPENDS:
            return ()
        return tuple((self._name(call, bound), bound.limit.secs) for bound in bounds if bound.limit.what == "spend")

    async def _give_back(self, call: Call, taken: Sequence[tuple[Bound, int]]) -> None:
        """Subtract what the call was counted with, even if it was cancelled."""
        with anyio.CancelScope(shield=True):
            for bound, by in taken:
                with suppress(StoreUnavailable):
                    await self._counters.add(KIND, self._name(call, bound), -by, bound.limit.secs)

    async def _spent(self, call: Call, bounds: Sequence[Bound], price: int, result: Result) -> None:
        """Correct the counters from the price in advance to the cost that the answer states. If it states none and the
        call is billed by the minute, store it to be counted later."""
        if (told := cost(result)) is None:
            if counters := self._of_money(call, bounds) if amount(call, "calls") else ():
                with suppress(StoreUnavailable):
                    await self._bills.add(call, result, counters)
            return
        more = round(float(told.partition(" ")[0]) * _MICRO) - price
        with suppress(StoreUnavailable):
            for bound in bounds:
                if bound.limit.what == "spend" and call.action.effect is Effect.SPENDS and more:
                    await self._counters.add(KIND, self._name(call, bound), more, bound.limit.secs)

    def _name(self, call: Call, bound: Bound) -> str:
        limit = bound.limit
        of = (account(call), limit.what, limit.period)
        return keyed(self._key, *of, str(call.caller.grant_id)) if bound.of_connection else keyed(self._key, *of)

    @property
    def _counters(self) -> Counters:
        return self._shared.calls.counters

    @cached_property
    def _key(self) -> bytes:
        try:
            return self._shared.secret.name_key(PURPOSE)
        except (ValueError, OSError):  # no secret
            raise CannotRemember from None


def _needs(call: Call, limit: Limit, price: int) -> int:
    """How much of a limit the call uses, in the unit that is counted."""
    if limit.what != "spend":
        return amount(call, limit.what)
    return price if call.action.effect is Effect.SPENDS else 0


def _unit(limit: Limit) -> int:
    return _MICRO if limit.what == "spend" else 1


def _held(bound: Bound) -> str:
    return "this connection" if bound.of_connection else "the account"
