"""The step that refuses calls with sensitive fields that the operator did not allow."""

from __future__ import annotations

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.dispatch import NotAllowed
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.surface.kinds import reason
from telnyx_tools.results.result import Result


class SensitiveGuard:
    """Refuses a call with a field of a kind that the operator did not allow, such as a spend limit or a webhook URL.

    Operations that are sensitive as a whole cannot be called in the first place.
    """

    async def __call__(self, call: Call, proceed: Next) -> Result:
        for field, kind in call.action.sensitive_fields(call.arguments).items():
            if kind not in call.surface.allowed:
                raise NotAllowed(f"{call.action.name} with {field}", reason("this", [kind], "leave it out, or "))
        return await proceed(call)
