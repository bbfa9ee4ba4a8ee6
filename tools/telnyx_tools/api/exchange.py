"""Sends one call, in as many attempts as its retry rules allow, and returns its answer or error."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from telnyx_tools.api.call import Call, Failure
from telnyx_tools.api.error_bodies import read_errors
from telnyx_tools.api.errors import ApiError, NoAnswer, OutcomeUnknown, TelnyxError, Unreachable
from telnyx_tools.api.reply import Reply
from telnyx_tools.api.retry import Clock, Outcome, Retries, may_repeat_uncertain, outcome_of, retry_after

if TYPE_CHECKING:
    from telnyx_tools.api.wire import Wire


Attempt = Callable[[Call], Awaitable[Reply | Failure]]
Watch = Callable[[Call, int, Attempt], Awaitable[Reply | Failure]]
"""Makes one attempt of a call (number 1, 2, …) with the given function, and sees its result."""


async def exchange(wire: Wire, call: Call, clock: Clock, secrets: Sequence[str], watch: Watch | None = None) -> Reply:
    """Attempt the call until it succeeds or may not be repeated, and return the 2xx answer.

    Raises the errors of `telnyx_tools.api.errors`; `secrets` that Telnyx echoes are removed from them.
    """
    retries = Retries(call.method, call.replay, clock, call.attempts)
    while True:
        result = await (wire.attempt(call) if watch is None else watch(call, retries.made + 1, wire.attempt))
        if isinstance(result, Failure):
            delay = retries.delay(Outcome.UNCERTAIN if result.sent else Outcome.NOT_SENT)
            if delay is None:
                raise _failure(call, result, retries.uncertain)
        elif result.ok:
            return result
        elif result.status == 404 and call.method == "DELETE" and retries.uncertain:
            return Reply(204, result.headers)  # an earlier attempt deleted it
        else:
            asked = retry_after(result.status, result.headers, clock.now())
            delay = retries.delay(outcome_of(result.status), asked)
            if delay is None:
                raise _refusal(call, result, asked, secrets)
        await clock.sleep(delay)


def _failure(call: Call, failure: Failure, uncertain: bool) -> TelnyxError:
    if not uncertain:
        return Unreachable(call.label, failure.reason)
    if may_repeat_uncertain(call.method, call.replay):
        return NoAnswer(call.label, failure.reason)
    return OutcomeUnknown(call.label, failure.reason, status=failure.status)


def _refusal(call: Call, reply: Reply, asked: float | None, secrets: Sequence[str]) -> TelnyxError:
    items = read_errors(reply.status, reply.content, secrets)
    # A status below 400 is a redirect here; after a 303 the request was carried out.
    unclear = outcome_of(reply.status) is Outcome.UNCERTAIN or reply.status < 400
    if unclear and not may_repeat_uncertain(call.method, call.replay):
        reason = f"The answer was HTTP {reply.status}."
        return OutcomeUnknown(call.label, reason, status=reply.status, request_id=reply.request_id, items=items)
    return ApiError(call.label, reply.status, items, request_id=reply.request_id, retry_after_secs=asked or None)
