"""The step that limits how many phone calls of an account, or of a connection, may go on at once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Final

import anyio

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.guardrails.amounts import amount
from telnyx_remote_mcp.guardrails.call_ids import call_ids
from telnyx_remote_mcp.guardrails.fingerprint import account, keyed
from telnyx_remote_mcp.guardrails.quotas import QuotaExceeded
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.guardrails.unavailable import needing_store
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.policy import Whose
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError, TelnyxError
from telnyx_tools.results.result import Result, unwrapped
from telnyx_tools.tool.effect import Effect

KIND: Final = "live-calls"
LONGEST_SECS: Final = 4 * 3_600
"""Telnyx ends a call after four hours, unless the call that placed it said otherwise."""
LEASE_SECS: Final = 600
"""How long the place of a call is kept until it may have begun; longer than all its requests to Telnyx take."""
_IDS: Final = ("call_control_id", "call_sid", "sid")
_GONE: Final = 404


@dataclass(frozen=True, slots=True)
class Placed:
    """Phone calls that were placed together, or are about to be. `id` is that of the first one, "" if Telnyx has given
    none."""

    token: str
    legs: int
    until: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Going:
    """The phone calls that may be going on."""

    placed: tuple[Placed, ...] = ()

    @property
    def legs(self) -> int:
        return sum(placed.legs for placed in self.placed)


class _Full(QuotaExceeded):
    """As many calls go on as may, as far as this server knows."""

    def __init__(self, going: Going, most: int, whose: Whose, who_changes: str) -> None:
        whom = "this connection" if whose == "connection" else "the account"
        remedy = f"End a call, or wait until one ends. {who_changes}"
        super().__init__(f"{most} calls at once for {whom}", f"calls_at_once={most}", max(0, most - going.legs), remedy)
        self.going = going


class LiveCallsGuard:
    """Refuses to place a phone call while as many go on as the owner allows: QuotaExceeded.

    It counts the calls that were placed through this server, not calls placed elsewhere or incoming ones. Only when the
    limit is reached does it ask Telnyx which of them have ended. A call without a known id counts until `LONGEST_SECS`
    are over.

    A call takes its place before it is sent, but at first only for `LEASE_SECS`. So a place ends by itself if neither
    the outcome nor a release can be stored: the process died, or the store's reply was lost.
    """

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    async def __call__(self, call: Call, proceed: Next) -> Result:
        legs = self._legs(call)
        if not legs:
            return await proceed(call)
        with needing_store():
            bounds = (await self._shared.layers(call)).calls_at_once()
        if not bounds:
            return await proceed(call)
        return await self._counted(call, legs, bounds, proceed)

    async def foresee(self, call: Call) -> list[str]:
        """The limits that the call would exceed if all known calls still go on."""
        if not (legs := self._legs(call)):
            return []
        with needing_store():
            bounds = (await self._shared.layers(call)).calls_at_once()
            going = {whose: await self._going(call, whose) for whose in bounds}
        return [
            f"More than {most} calls at once: {going[whose].legs} may be going on."
            for whose, most in bounds.items()
            if going[whose].legs + legs > most
        ]

    def _legs(self, call: Call) -> int:
        return amount(call, "calls") if call.action.effect is Effect.SPENDS and not call.preview else 0

    async def _counted(self, call: Call, legs: int, bounds: Mapping[Whose, int], proceed: Next) -> Result:
        mine = Placed(secrets.token_hex(8), legs, int(time.time()) + LEASE_SECS)
        taken: list[Whose] = []
        try:
            with needing_store():
                for whose, most in bounds.items():
                    taken.append(whose)  # first: if the store's reply is lost, the entry may be there
                    await self._take(call, whose, most, mine)
            result = await proceed(call)
        except BaseException as error:
            await self._change(call, taken, mine, _begun(mine) if call.may_be_done(error) else None)
            raise
        # The answer to a transfer has no id for the new leg. The leg ends with the call that the arguments name.
        known = chain(call_ids(result.wire(), _IDS), call_ids(call.arguments, _IDS))
        await self._change(call, taken, mine, _begun(mine, next(known, "")))
        return result

    async def _take(self, call: Call, whose: Whose, most: int, mine: Placed) -> None:
        try:
            await self._add(call, whose, most, mine, ended=frozenset())
        except _Full as full:
            await self._add(call, whose, most, mine, ended=await self._ended(call, full.going))

    async def _add(self, call: Call, whose: Whose, most: int, mine: Placed, *, ended: Set[Placed]) -> None:
        """Add the entry `mine` in place of those that have ended, or raise _Full."""

        def added(kept: Going | None) -> Going:
            going = Going(tuple(each for each in _current(kept) if each not in ended))
            if going.legs + mine.legs > most:
                raise _Full(going, most, whose, self._shared.who_changes(whose))
            return Going((*going.placed, mine))

        await self._records.change(self._name(call, whose), added, lambda _: LONGEST_SECS)

    async def _change(self, call: Call, bounds: Iterable[Whose], mine: Placed, to: Placed | None) -> None:
        """Replace the entry `mine` by `to`, or remove it, even if the call was cancelled. If the store fails now, the
        entry stays for the rest of its lease."""

        def changed(kept: Going | None) -> Going:
            others = [each for each in _current(kept) if each.token != mine.token]
            return Going((*others, *([to] if to is not None else [])))

        with anyio.CancelScope(shield=True):
            for whose in bounds:
                with suppress(StoreUnavailable):
                    await self._records.change(self._name(call, whose), changed, lambda _: LONGEST_SECS)

    async def _ended(self, call: Call, going: Going) -> frozenset[Placed]:
        """Those of the calls that have ended, as Telnyx says."""
        telnyx = self._shared.api.bind(call.caller.credential, call.caller.principal)
        return frozenset([each for each in going.placed if each.id and not await _goes_on(telnyx, each.id)])

    async def _going(self, call: Call, whose: Whose) -> Going:
        return Going(_current(await self._records.get(self._name(call, whose))))

    def _name(self, call: Call, whose: Whose) -> str:
        grant = call.caller.grant_id if whose == "connection" else None
        return keyed(self._key, account(call), str(grant))

    @cached_property
    def _key(self) -> bytes:
        return self._shared.secret.name_key(KIND)

    @cached_property
    def _records(self) -> Records[Going]:
        return Records(self._shared.calls, Vault(self._shared.secret), KIND, Going)


def _begun(placed: Placed, id_: str = "") -> Placed:
    """The entry once its calls may go on."""
    return replace(placed, id=id_, until=int(time.time()) + LONGEST_SECS)


def _current(kept: Going | None) -> tuple[Placed, ...]:
    """The calls that are not over by the clock."""
    now = time.time()
    return tuple(each for each in kept.placed if each.until > now) if kept is not None else ()


async def _goes_on(telnyx: Telnyx, call_id: str) -> bool:
    """Whether a call goes on; True if Telnyx cannot say."""
    try:
        answer = await telnyx.get("/calls/{call_control_id}", call_control_id=call_id)
    except ApiError as error:
        return error.status != _GONE
    except TelnyxError:
        return True
    state = unwrapped(answer)
    return not (isinstance(state, dict) and state.get("is_alive") is False)
