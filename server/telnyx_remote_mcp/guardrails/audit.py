"""The steps that record every call in the audit log."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
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
"""The effects of calls that are recorded before their request is sent."""
SYNC_SECS: Final = 0.05
"""How long after it was written a record is flushed to the disk."""
COMMON_MEMBERS: Final = ("call", "who", "grant", "tool", "effect")
"""The members that the second record of a call repeats, so that it can be found by itself."""


class NotOnRecord(TelnyxError):
    """The call cannot be recorded, so it is not made; nothing was sent."""

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
    """Whether a call passed all guards: `through`."""

    through: bool = False


_passage: ContextVar[_Passage] = ContextVar("passage")


class AuditRecorder:
    """Writes to the audit log for the steps below. The log is `required`, or written only if its directory is writable.

    `name_key` returns the key that names accounts and recipients in the records, the same after a change of the secret.
    Once it could be written, it is required from then on. With `activity`, the records of changes are also copied
    there, for the owner of the account, even if the log is not `kept`.
    """

    def __init__(
        self,
        log: AuditLog,
        name_key: Callable[[], bytes],
        *,
        required: bool,
        kept: bool = True,
        activity: Activity | None = None,
    ) -> None:
        self.log = log
        self._name_key = name_key
        self._kept = kept
        self._activity = activity
        self._required = required
        self._warned = False
        self._syncing: asyncio.TimerHandle | None = None
        self._sync_failed = False

    def open(self) -> bool:
        """Whether the log takes records. Raises AuditUnavailable if it must but cannot."""
        if not self._kept:
            return False
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
        """The members that all records of the call share; empty if it is not recorded. Raises AuditUnavailable."""
        shown = self._activity is not None and call.action.effect is not Effect.READ
        return entry(call, self._name_key()) if self.open() or shown else {}

    def append(self, record: Mapping[str, object]) -> Receipt:
        """Append a record to the log, if there is one, and to the activity of its account. Raises AuditUnavailable."""
        receipt = self.log.append(record) if self.log.begun else self.log.unwritten()
        if self._activity is not None:
            self._activity.note(receipt, record)
        return receipt

    def sync_soon(self) -> None:
        """Flush the log to the disk shortly, once for all calls of that time."""
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
        """Record what has already happened. If the audit log fails, report that in the log of the process."""
        told = {name: value for name, value in members.items() if value is not None}
        try:
            return self.append({"event": event, **call, **told}) if call else None
        except AuditUnavailable as error:
            logger.error("A call of %s is not on record (%s).", call.get("tool"), error)
            return None


class RefusalsOnRecord:
    """The outermost step. It records the calls that a guard stopped: refused, asked about, or answered itself."""

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
    """The step behind the guards. It records a call that spends or destroys before its request is sent and again after
    it, and any other call once, after it. The result of a call that spends carries the receipt of the second record.

    While the log cannot be written, only reads are carried out.
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
        if call.action.effect is not Effect.SPENDS or receipt is None or not receipt.hash:
            return result
        return result.model_copy(update={"receipt": str(receipt)})

    async def _start(self, call: Call) -> tuple[Mapping[str, object], str | None]:
        """The members for the record after the call, and the id of the record before it, if there is one."""
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
