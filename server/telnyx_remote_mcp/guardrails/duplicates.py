"""The step that makes a call which spends only once, however often it is requested."""

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
"""The lease of a claim. The process that makes a call renews it three times per lease; if it misses a whole lease, it
counts as dead."""
_TRIES: Final = 20
_FIRST_WAIT_SECS: Final = 0.02
_LONGEST_WAIT_SECS: Final = 0.5


class _TakenOver(TelnyxError):
    """Another process has taken over the claim to the call; nothing was sent."""

    def describe(self) -> dict[str, object]:
        return {"code": "taken_over", "title": "The same call is made elsewhere; nothing was sent"}


class StillRunning(TelnyxError):
    """The same call is running elsewhere, and this server shuts down before it is over; nothing was sent."""

    def describe(self) -> dict[str, object]:
        return {
            "code": "still_running",
            "title": "The same call is being made already, and this server ends; nothing more was sent",
            "remedy": "Make the very same call again now: it gets the result of the first one.",
        }


_claim: ContextVar[Claim | None] = ContextVar("claim", default=None)


@dataclass(slots=True)
class _Running:
    """A call that this process is making, and its outcome for identical calls that wait in this process.

    If it was cancelled or stopped before it took effect, it has neither `attempt` nor `error`: the guard that stopped
    it may let the next one through.
    """

    over: asyncio.Event = field(default_factory=asyncio.Event)
    attempt: Attempt | None = None
    error: TelnyxError | None = None


class DuplicateGuard:
    """Answers a repeated call of the same account with the first result, for `window_secs` after it. This holds across
    processes and replicas. While the first call runs, its duplicates wait. A call that certainly failed may be made
    again.

    If a process dies after something may have been sent, or Telnyx's answer is lost, the outcome is unknown: duplicates
    get an error that says so and how to find out, and for a day the call is not made again. If a process dies before
    that, such as while the person is asked, the next duplicate makes the call. `Begins`, a separate step right before
    the effect, marks that point.

    `allow_duplicate` skips all of this. `place` says which API the calls go to. If the store does not answer, the call
    is not made: CannotRemember.
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
        """A notice if the call would be answered, or refused, as one that was made before."""
        if call.action.effect is not Effect.SPENDS or call.allow_duplicate:
            return []
        with needing_store():
            known = await self._attempts.get(self._fingerprint(call))
        return [f"The same call was made just now ({known.state}): it would not be made again."] if known else []

    def _fingerprint(self, call: Call) -> str:
        try:
            return fingerprint(call, self._key)
        except (ValueError, OSError, StoreUnavailable):  # no secret, or no names yet
            raise CannotRemember from None

    @cached_property
    def _key(self) -> bytes:
        return self._load().name_key(PURPOSE) + self._place.encode()

    @cached_property
    def _attempts(self) -> Records[Attempt]:
        return Records(self._store, Vault(self._load()), KIND, Attempt)

    async def _once(self, call: Call, key: str, proceed: Next, running: _Running) -> Result:
        """Make the call, unless another process or replica made it or is making it."""
        while True:
            with needing_store():
                claim = await self._claimed(call, key)
            if isinstance(claim, Attempt):
                running.attempt = claim
                return _answered(call, claim)
            with suppress(_TakenOver):
                return await self._made(call, claim, proceed, running)

    async def _claimed(self, call: Call, key: str) -> Claim | Attempt:
        """A claim to the call, if we are to make it; else the outcome of the call that was made elsewhere."""
        for _ in range(_TRIES):
            if (claim := await Claim.of(self._attempts, key, call.request_id)) is not None:
                return claim
            kept = await self._attempts.read(key)
            if kept is not None and kept.value.state == "running":
                kept = await self._settled(call, key, kept)
            if kept is not None:
                return kept.value
        raise CannotRemember  # there is a record, but this server cannot read it

    async def _settled(self, call: Call, key: str, kept: Kept[Attempt]) -> Kept[Attempt] | None:
        """Wait for the outcome of a call that runs elsewhere; None if it certainly failed. If its process dies, the
        outcome is unknown if the effect had begun; else the record is deleted and anybody may make the call.

        Raises StillRunning if the server's shutdown begins before.
        """
        wait, silent_since = _FIRST_WAIT_SECS, anyio.current_time()
        while True:
            if call.progress.shutdown.has_begun:
                raise StillRunning("still running")
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
        """The record of a call whose answer was lost or that was cancelled; None if its effect had not begun."""
        return Attempt(state="unknown", request_id=call.request_id) if claim.begun else None

    async def _remember(self, claim: Claim, attempt: Attempt | None) -> None:
        """Store the outcome. If the store fails now, the record stays at `running`, and then counts as unknown."""
        keep = self._window_secs if attempt is not None and attempt.state == "done" else UNKNOWN_SECS
        try:
            await claim.end(attempt, keep)
        except StoreUnavailable:
            logger.warning("What came of a call could not be remembered: the store does not answer.")


class Begins:
    """The step after which a call takes effect: from here on its outcome is unknown if it is cancelled, or if this
    process dies.

    A claim from `DuplicateGuard` stores that too. If the store does not answer, no claimed call begins: CannotRemember.
    """

    async def __call__(self, call: Call, proceed: Next) -> Result:
        claim = _claim.get()
        if claim is not None and not claim.begun and not call.preview:
            with needing_store():
                is_ours = await claim.begin()
            if not is_ours:
                raise _TakenOver
        if not call.preview:
            call.begun.set()
        return await proceed(call)


class _Heartbeat:
    """Calls `show` at regular intervals while a call runs. Most calls end before the first time."""

    def __init__(self, every_secs: float, show: Callable[[int], Awaitable[None]]) -> None:
        self._every_secs = every_secs
        self._show = show
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(every_secs, self._begin)

    async def stop(self) -> None:
        """Stop, and return when the last `show` is done."""
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
