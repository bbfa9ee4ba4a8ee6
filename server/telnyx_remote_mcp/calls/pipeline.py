"""The pipeline: the steps that every call passes before it takes effect, in the order in which they are listed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

from telnyx_remote_mcp.calls.call import Call
from telnyx_tools.results.result import Result

Next = Callable[[Call], Awaitable[Result]]


class Step(Protocol):
    """One guard. It passes a call on with `proceed`, at most once, or raises a TelnyxError that says why not."""

    async def __call__(self, call: Call, proceed: Next) -> Result: ...


def pipeline(steps: Sequence[Step], run: Next) -> Next:
    """Put the steps before `run`. The first step sees a call first, and its result last."""
    for step in reversed(steps):
        run = partial(step, proceed=run)
    return run
