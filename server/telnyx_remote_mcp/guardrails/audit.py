"""The steps that put every call on record."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from telnyx_remote_mcp.audit.activity import Activity
from telnyx_remote_mcp.audit.log import AuditLog, AuditUnavailable, Receipt
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.calls.stopped import StoppedByGuard
from telnyx_remote_mcp.guardrails.entries import cost, entry
from telnyx_tools.api.errors import MAY_BE_DONE, TelnyxError
from telnyx_tools.results.result import Result
from telnyx_tools.tool.effect import Effect

logger = logging.getLogger(__name__)

RECORDED_BEFORE: Final = frozenset({Effect.SPENDS, Effect.DESTROY})
"""What has a record before its request leaves."""
SYNC_SECS: Final = 0.05
"""How long a record that outlives the process may take to outlive the machine."""
COMMON_MEMBERS: Final = ("call", "who", "grant", "tool", "effect")
"""What the second record of a call says again, so that it can be found by itself."""


class NotOnRecord(TelnyxError):
    """The call cannot be put on record, so it is not made; nothing was sent."""

    def __init__(self) -> None:
        super().__init__("not on record")

    def describe(self) -> dict[str, object]:
        return {
            "code": "audit_unavailable",
            "title": "This server cannot write its audit log, so it only reads; nothing was sent",
            "remedy": "Whoever runs it has to look at its disk; telnyx-mcp-server doctor helps.",
        }


@dataclass(slots=True)
class _Passage:
    """Whether a call came through all guards."""

    through: bool = False


_passage: ContextVar[_Passage] = ContextVar("passage")


class AuditRecorder:
    """The audit log as the steps use it. It is `required`, or kept where there is a place for it.

    A place that there once was has to stay: from then on the log is required. With `activity`, what changed something
    is kept for its owner beside it.
    """

    def __init__(self, log: AuditLog, *, required: bool, activity: Activity | None = None) -> None:
        self.log = log
        self._activity = activity
        self._required = required
        self._warned = False
        self._syncing: asyncio.TimerHandle | None = None
        self._sync_failed = False

    def open(self) -> bool:
        """Whether calls are recorded. Raises AuditUnavailable where they have to be, and cannot."""
        try:
            self.log.open()
            if self._sync_failed:
                raise AuditUnavailable("the disk did not take what was written")
        except AuditUnavailable as error:
            if self._required or self.log.begun:
                raise
            if not self._warned:
                logger.warning("Calls are not put on record: the audit log cannot be written (%s).", error)
            self._warned = True
            return False
        return True

    def entry(self, call: Call) -> dict[str, object]:
        """What the records of the call have in common; nothing where none is kept. Raises AuditUnavailable."""
        return entry(call, self.log.key) if self.open() else {}

    def append(self, record: Mapping[str, object]) -> Receipt:
        """Put a record into the log. Raises AuditUnavailable."""
        receipt = self.log.append(record)
        if self._activity is not None:
            self._activity.note(receipt, record)
        return receipt

    def sync_soon(self) -> None:
        """Have what was written outlive the machine too, for all calls of a moment at once."""
        if self._syncing is None:
            loop = asyncio.get_running_loop()
            self._syncing = loop.call_later(SYNC_SECS, self._sync, loop)

    def _sync(self, loop: asyncio.AbstractEventLoop) -> None:
        self._syncing = None
        loop.run_in_executor(None, self.log.sync).add_done_callback(self._synced)

    def _synced(self, done: asyncio.Future[None]) -> None:
        error = None if done.cancelled() else done.exception()
        self._sync_failed = error is not None
        if error is not None:
            logger.error("The audit log is not on the disk (%s).", error)
            self.sync_soon()

    def note(self, event: str, call: Mapping[str, object], **members: object) -> Receipt | None:
        """Record what cannot be undone any more: where the log fails, the process's own log tells."""
        told = {name: value for name, value in members.items() if value is not None}
        try:
            return self.append({"event": event, **call, **told}) if call else None
        except AuditUnavailable as error:
            logger.error("A call of %s is not on record (%s).", call.get("tool"), error)
            return None


class RefusalsOnRecord:
    """The outermost step. It records the calls that a guard kept back: refused, asked about, or answered already."""

    def __init__(self, recorder: AuditRecorder) -> None:
        self._recorder = recorder

    async def __call__(self, call: Call, proceed: Next) -> Result:
        passage = _Passage()
        before = _passage.set(passage)
        try:
            result = await proceed(call)
        except TelnyxError as error:
            if not passage.through:
                why = error.rules if isinstance(error, StoppedByGuard) else ()
                self._note("refused", call, error.describe()["code"], why)
            raise
        finally:
            _passage.reset(before)
        if not passage.through:
            self._note("answered", call, _why(result))
        return result

    def _note(self, event: str, call: Call, rule: object, why: tuple[str, ...] = ()) -> None:
        with suppress(AuditUnavailable):
            self._recorder.note(event, self._recorder.entry(call), rule=rule, why=why or None)


class OnRecord:
    """The innermost step. What spends or destroys has a record before its request leaves, and another one after it;
    everything else has one after it. The result of what spends carries the receipt of the second one.

    Where the log cannot be written any more, only reads go on.
    """

    def __init__(self, recorder: AuditRecorder) -> None:
        self._recorder = recorder

    async def __call__(self, call: Call, proceed: Next) -> Result:
        if call.preview:
            return await proceed(call)
        _through()
        members, start = await self._start(call)
        began = time.perf_counter()
        ended: Mapping[str, object] = {"outcome": "unknown"}
        try:
            result = await proceed(call)
            ended = {"outcome": "done", "cost": cost(result)}
        except TelnyxError as error:
            ended = _failed(call, error)
            raise
        finally:
            took = round((time.perf_counter() - began) * 1000)
            receipt = self._recorder.note("end" if start else "call", members, start=start, ms=took, **ended)
        if call.action.effect is not Effect.SPENDS or receipt is None:
            return result
        return result.model_copy(update={"receipt": str(receipt)})

    async def _start(self, call: Call) -> tuple[Mapping[str, object], str | None]:
        """What the record after the call has of it, and the id of the record before it, where there is one."""
        try:
            members = self._recorder.entry(call)
            if not members or call.action.effect not in RECORDED_BEFORE:
                return members, None
            receipt = self._recorder.append({"event": "start", **members})
            self._recorder.sync_soon()
        except AuditUnavailable:
            if call.action.effect is Effect.READ:
                return {}, None
            raise NotOnRecord from None
        return {name: members[name] for name in COMMON_MEMBERS if name in members}, receipt.id


def _through() -> None:
    if (passage := _passage.get(None)) is not None:
        passage.through = True


def _failed(call: Call, error: TelnyxError) -> dict[str, object]:
    if isinstance(error, MAY_BE_DONE) and call.action.effect is not Effect.READ:
        return {"outcome": "unknown"}
    return {"outcome": "failed", "error": error.describe()["code"]}


def _why(result: Result) -> str:
    return "duplicate" if (result.model_extra or {}).get("duplicate_of") else "preview"
