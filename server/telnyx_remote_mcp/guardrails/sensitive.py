"""The step that refuses sensitive fields: those that make a call what the operator did not allow."""

from __future__ import annotations

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.dispatch import NotAllowed
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.surface.kinds import reason
from telnyx_tools.results.result import Result


class SensitiveGuard:
    """Refuses a call that has a field of a kind which the operator did not allow, as a spend limit or a webhook URL.

    Operations that are sensitive as a whole are out of reach before a call of them is made.
    """

    async def __call__(self, call: Call, proceed: Next) -> Result:
        for field, kind in call.action.sensitive_fields(call.arguments).items():
            if kind not in call.surface.allowed:
                raise NotAllowed(f"{call.action.name} with {field}", reason("this", [kind], "leave it out, or "))
        return await proceed(call)
