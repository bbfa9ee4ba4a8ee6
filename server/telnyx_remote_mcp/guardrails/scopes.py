"""The step that holds a call to the scopes of its caller."""

from __future__ import annotations

from telnyx_remote_mcp.auth.scopes import lacks
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.results.result import Result


class ScopeMissing(TelnyxError):
    """The caller's token does not carry the scope that the action needs; nothing was sent."""

    def __init__(self, name: str, scope: str) -> None:
        super().__init__("insufficient scope")
        self.name = name
        self.scope = scope

    def describe(self) -> dict[str, object]:
        return {
            "code": "insufficient_scope",
            "title": f"{self.name} needs the permission {self.scope}, which was not granted; nothing was sent",
            "remedy": "The user can allow it on the account page of this server, or by connecting again.",
        }


class ScopeGuard:
    """Refuses what the caller's scopes do not cover.

    Over HTTP a call made directly is answered with a 403 before it gets here; this holds for every other one.
    """

    async def __call__(self, call: Call, proceed: Next) -> Result:
        if call.caller.scopes is not None and lacks(call.caller.scopes, call.action):
            raise ScopeMissing(call.action.name, call.action.scope)
        return await proceed(call)
