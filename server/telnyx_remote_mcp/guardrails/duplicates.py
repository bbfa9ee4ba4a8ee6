"""The step that makes a call which spends once, however often it comes."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import anyio

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.guardrails.claim import UNKNOWN_SECS, Claim
from telnyx_remote_mcp.guardrails.fingerprint import fingerprint
from telnyx_remote_mcp.guardrails.repeats import Attempt
from telnyx_remote_mcp.guardrails.unavailable import CannotRemember, needing_store
from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.records import Kept, Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_tools.api.errors import MAY_BE_DONE, OutcomeUnknown, TelnyxError
from telnyx_tools.results.result import Result
from telnyx_tools.tool.effect import Effect

logger = logging.getLogger(__name__)

KIND: Final = "call"
PURPOSE: Final = "duplicates"
LEASE_SECS: Final = 10.0
"""Whoever makes a call shows every third of it that it lives; one that was silent for all of it is dead."""
_TRIES: Final = 20
_FIRST_WAIT_SECS: Final = 0.02
_LONGEST_WAIT_SECS: Final = 0.5


class _TakenOver(TelnyxError):
    """Somebody else has the claim to the call by now; nothing was sent."""

    def describe(self) -> dict[str, object]:
        return {"code": "taken_over", "title": "The same call is made elsewhere; nothing was sent"}


_claim: ContextVar[Claim | None] = ContextVar("claim", default=None)


@dataclass(slots=True)
class _Running:
    """A call that this process makes, for those of its twins that wait in it. Given up or kept back, it has neither of
    the two: what keeps it back may let its twins through."""

    over: asyncio.Event = field(default_factory=asyncio.Event)
    attempt: Attempt | None = None
    error: TelnyxError | None = None


class DuplicateGuard:
    """Answers the same call of the same account with the first result, for `window_secs` after it, over processes and
    replicas; the twins of one that runs wait for it. What failed for certain is made again.

    Where the process that made a call died when something may have been sent, or the answer of Telnyx was lost, its
    twins are told that the outcome is unknown, and how to find out; for a day it is not made again. One that died
    before, as while the person was asked, leaves the call to the next of them: `Begins`, a step of its own right before
    the effect, is the border. `allow_duplicate` passes by all of this. `place` says which API the calls go to. Without
    its store nothing is made: CannotRemember.
    """

    def __init__(
        self,
        store: Store,
        secret: Callable[[], Secret],
        *,
        window_secs: float,
        place: str,
        lease_secs: float | None = None,
    ) -> None:
        self._store = store
        self._load = secret
        self._window_secs = window_secs
        self._place = place
        self._lease_secs = lease_secs or LEASE_SECS
        self._running: dict[str, _Running] = {}

    async def __call__(self, call: Call, proceed: Next) -> Result:
        if call.action.effect is not Effect.SPENDS or call.allow_duplicate or call.preview:
            return await proceed(call)
        key = self._fingerprint(call)
        while (running := self._running.get(key)) is not None:
            await running.over.wait()
            if running.error is not None:
                raise running.error
            if running.attempt is not None:
                return _answered(call, running.attempt)
        running = self._running[key] = _Running()
        try:
            return await self._once(call, key, proceed, running)
        finally:
            del self._running[key]
            running.over.set()

    async def foresee(self, call: Call) -> list[str]:
        """Whether the call would be answered, or refused, as one that was made before."""
        if call.action.effect is not Effect.SPENDS or call.allow_duplicate:
            return []
        with needing_store():
            known = await self._attempts.get(self._fingerprint(call))
        return [f"The same call was made just now ({known.state}): it would not be made again."] if known else []

    def _fingerprint(self, call: Call) -> str:
        try:
            return fingerprint(call, self._key)
        except (ValueError, OSError):  # no secret
            raise CannotRemember from None

    @cached_property
    def _key(self) -> bytes:
        return self._load().derive(PURPOSE) + self._place.encode()

    @cached_property
    def _attempts(self) -> Records[Attempt]:
        return Records(self._store, Vault(self._load()), KIND, Attempt)

    async def _once(self, call: Call, key: str, proceed: Next, running: _Running) -> Result:
        """Make the call, unless it was or is being made elsewhere."""
        while True:
            with needing_store():
                claim = await self._claimed(call, key)
            if isinstance(claim, Attempt):
                running.attempt = claim
                return _answered(call, claim)
            with suppress(_TakenOver):
                return await self._made(call, claim, proceed, running)

    async def _claimed(self, call: Call, key: str) -> Claim | Attempt:
        """The claim to the call where it is now ours to make; else what came of it where it was made."""
        for _ in range(_TRIES):
            if (claim := await Claim.of(self._attempts, key, call.request_id)) is not None:
                return claim
            kept = await self._attempts.read(key)
            if kept is not None and kept.value.state == "running":
                kept = await self._settled(key, kept)
            if kept is not None:
                return kept.value
        raise CannotRemember  # what is there, this server cannot read

    async def _settled(self, key: str, kept: Kept[Attempt]) -> Kept[Attempt] | None:
        """What comes of a call that runs elsewhere; None where it failed for certain. What the dead had begun is
        unknown; what they had not is anybody's."""
        wait, silent_since = _FIRST_WAIT_SECS, anyio.current_time()
        while True:
            await anyio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_SECS, self._lease_secs / 4)
            now = await self._attempts.read(key)
            if now is None or now.value.state != "running":
                return now
            if now.sealed != kept.sealed:
                kept, silent_since = now, anyio.current_time()
            elif anyio.current_time() - silent_since > self._lease_secs:
                if kept.value.begun:
                    await self._attempts.swap(key, kept, replace(kept.value, state="unknown"), UNKNOWN_SECS)
                else:
                    await self._attempts.delete(key, only=kept)

    async def _made(self, call: Call, claim: Claim, proceed: Next, running: _Running) -> Result:
        beat = _Heartbeat(self._lease_secs / 3, claim.heartbeat)
        attempt: Attempt | None = None
        ours = _claim.set(claim)
        try:
            result = await proceed(call)
            attempt = Attempt.done(call.request_id, result)
            return result
        except TelnyxError as error:
            attempt = self._unknown(call, claim) if isinstance(error, MAY_BE_DONE) else None
            running.error = error if claim.begun else None
            raise
        except BaseException:
            attempt = self._unknown(call, claim)
            raise
        finally:
            _claim.reset(ours)
            running.attempt = attempt
            with anyio.CancelScope(shield=True):
                await beat.stop()
                await self._remember(claim, attempt)

    def _unknown(self, call: Call, claim: Claim) -> Attempt | None:
        """What is known of a call that was given up; nothing is to be where it was not begun."""
        return Attempt(state="unknown", request_id=call.request_id) if claim.begun else None

    async def _remember(self, claim: Claim, attempt: Attempt | None) -> None:
        """Keep what came of a call. Where the store fails now, it stays a call that runs, and so an unknown one."""
        keep = self._window_secs if attempt is not None and attempt.state == "done" else UNKNOWN_SECS
        try:
            await claim.end(attempt, keep)
        except StoreUnavailable:
            logger.warning("What came of a call could not be remembered: the store does not answer.")


class Begins:
    """The step behind which a call takes effect: from here on its outcome is unknown, should this process die.

    It lets through what `DuplicateGuard` holds no claim to. Without the store nothing begins: CannotRemember.
    """

    async def __call__(self, call: Call, proceed: Next) -> Result:
        claim = _claim.get()
        if claim is not None and not claim.begun and not call.preview:
            with needing_store():
                is_ours = await claim.begin()
            if not is_ours:
                raise _TakenOver
        return await proceed(call)


class _Heartbeat:
    """Shows every now and then that a call still runs. Most calls are over before the first time."""

    def __init__(self, every_secs: float, show: Callable[[int], Awaitable[None]]) -> None:
        self._every_secs = every_secs
        self._show = show
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(every_secs, self._begin)

    async def stop(self) -> None:
        """Return when nothing is shown any more."""
        self._timer.cancel()
        self._ended.set()
        if self._task is not None:
            await self._task

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._go_on())

    async def _go_on(self) -> None:
        for count in itertools.count(1):
            await self._show(count)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every_secs):
                    await self._ended.wait()
            if self._ended.is_set():
                return


def _answered(call: Call, attempt: Attempt) -> Result:
    if attempt.state == "done":
        return attempt.as_duplicate()
    error = OutcomeUnknown(call.action.name, "The same call was made before, and it is unknown what came of it.")
    error.check = f"{call.action.check} If it did not take place: write_api_endpoint with allow_duplicate=true."
    raise error
