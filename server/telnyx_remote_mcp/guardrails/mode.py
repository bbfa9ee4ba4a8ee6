"""The step that marks the result of a call that spends as `live` or `sandbox`."""

from __future__ import annotations

from typing import Literal

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_tools.results.result import Result
from telnyx_tools.tool.effect import Effect


class ModeShown:
    """Adds to the result of a call that spends whether it was made `live` or in the `sandbox`."""

    def __init__(self, *, sandbox: bool) -> None:
        self._mode: Literal["sandbox", "live"] = "sandbox" if sandbox else "live"

    async def __call__(self, call: Call, proceed: Next) -> Result:
        result = await proceed(call)
        return result.model_copy(update={"mode": self._mode}) if call.action.effect is Effect.SPENDS else result
