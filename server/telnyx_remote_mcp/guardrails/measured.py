"""Measurements of calls: how each ended, and what every guard decided about it."""

from __future__ import annotations

import asyncio
import time

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next, Step
from telnyx_remote_mcp.calls.question import AskFirst
from telnyx_remote_mcp.guardrails.unavailable import CannotRemember
from telnyx_remote_mcp.telemetry.meter import Meter
from telnyx_tools.api.errors import (
    ApiError,
    InvalidArgument,
    NoAnswer,
    OutcomeUnknown,
    ResponseTooLarge,
    TelnyxError,
    Unreachable,
)
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.results.result import Result

_OUTCOMES = (
    (AskFirst, "asked"),
    (CannotRemember, "unavailable"),
    ((InvalidArgument, InvalidArguments), "invalid"),
    (OutcomeUnknown, "unknown"),
    ((Unreachable, NoAnswer), "unreachable"),
    (ApiError, "api_error"),
    (ResponseTooLarge, "too_large"),
    (TelnyxError, "refused"),
    (asyncio.CancelledError, "cancelled"),
)


def outcome_of(error: BaseException) -> str:
    """The outcome of a call that raised this error, in one word."""
    return next((word for kinds, word in _OUTCOMES if isinstance(error, kinds)), "failed")


def report_call(meter: Meter, call: Call, outcome: str, secs: float) -> None:
    """Report how a call ended, and how long it took unless it waited for something to happen.

    An operation counts under the tool that made it: there are a thousand operations.
    """
    tool = call.parent.action if call.parent is not None else call.action
    era = "modern" if call.client.is_modern else "legacy"
    meter.call(tool.name, call.action.effect.value, outcome, era, None if call.progress.waited else secs)


class CallMeasured:
    """A step that reports how each call ended; it comes before all guards."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    async def __call__(self, call: Call, proceed: Next) -> Result:
        began, outcome = time.perf_counter(), "ok"
        try:
            return await proceed(call)
        except BaseException as error:
            outcome = outcome_of(error)
            raise
        finally:
            report_call(self._meter, call, outcome, time.perf_counter() - began)


class GuardMeasured:
    """Wraps a guard: reports what it decided and how long that took, without the time of the steps behind it."""

    def __init__(self, guard: Step, meter: Meter) -> None:
        self._guard = guard
        self._name = type(guard).__name__.removesuffix("Guard").lower()
        self._meter = meter

    async def __call__(self, call: Call, proceed: Next) -> Result:
        began, passed = time.perf_counter(), False

        async def passes(going: Call) -> Result:
            nonlocal passed
            passed = True
            self._tell("passed", began)
            return await proceed(going)

        try:
            result = await self._guard(call, passes)
        except BaseException as error:
            if not passed:
                self._tell(outcome_of(error), began)
            raise
        if not passed:
            self._tell("answered", began)
        return result

    def _tell(self, decision: str, began: float) -> None:
        self._meter.guard(self._name, decision, time.perf_counter() - began)
