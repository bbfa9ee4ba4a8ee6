"""The pipeline: the steps that every call passes on its way to an effect, in the order in which they are listed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

from telnyx_remote_mcp.calls.call import Call
from telnyx_tools.results.result import Result

Next = Callable[[Call], Awaitable[Result]]


class Step(Protocol):
    """One guard. It lets a call go on with `proceed`, once at most, or raises a TelnyxError that says why not."""

    async def __call__(self, call: Call, proceed: Next) -> Result: ...


def pipeline(steps: Sequence[Step], run: Next) -> Next:
    """`run` behind the steps, the first of which sees a call first and its result last."""
    for step in reversed(steps):
        run = partial(step, proceed=run)
    return run
