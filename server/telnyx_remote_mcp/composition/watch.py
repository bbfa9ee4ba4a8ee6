"""The watch on requests to Telnyx: reports every attempt to a meter."""

from __future__ import annotations

import time

from telnyx_remote_mcp.telemetry.meter import Meter
from telnyx_tools.api.call import Call, Failure
from telnyx_tools.api.exchange import Attempt, Watch
from telnyx_tools.api.reply import Reply


def watch(meter: Meter) -> Watch:
    """A watch that reports how each attempt ended: with an HTTP status, `unreachable`, `lost` or `cancelled`."""

    async def watched(call: Call, number: int, attempt: Attempt) -> Reply | Failure:
        began, status = time.perf_counter(), "cancelled"
        meter.sending(1)
        try:
            result = await attempt(call)
            status = _status(result)
            return result
        finally:
            meter.sending(-1)
            meter.upstream(call.label, status, number, time.perf_counter() - began)

    return watched


def _status(result: Reply | Failure) -> str:
    if isinstance(result, Reply):
        return str(result.status)
    return "lost" if result.sent else "unreachable"
