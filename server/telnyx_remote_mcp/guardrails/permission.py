"""The step that keeps a call within what its caller was permitted."""

from __future__ import annotations

from telnyx_remote_mcp.auth.scopes import lacks
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.surface.permission import Permission, needed_for
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.results.result import Result

REMEDY = "The user can allow it on the account page of this server (/account), or by connecting again."


class NotPermitted(TelnyxError):
    """The person behind the caller did not permit this; nothing was sent."""

    def __init__(self, title: str) -> None:
        super().__init__("not permitted")
        self.title = title

    def describe(self) -> dict[str, object]:
        return {"code": "not_permitted", "title": f"{self.title}; nothing was sent", "remedy": REMEDY}


class PermissionGuard:
    """Refuses a call that goes further than the person permitted: in its own product, in another one, or by its scope.

    Over HTTP, a direct call that lacks a scope gets a 403 before it comes here. This step covers all other calls,
    such as those of generic tools.
    """

    async def __call__(self, call: Call, proceed: Next) -> Result:
        if call.surface.permission is not None:
            _check(call, call.surface.permission)
        if call.caller.scopes is not None and lacks(call.caller.scopes, call.action):
            raise NotPermitted(f"{call.action.name} needs the permission {call.action.scope}, which was not granted")
        return await proceed(call)


def _check(call: Call, permission: Permission) -> None:
    name = call.action.name
    if call.surface.exceeded_by(call.action):
        raise NotPermitted(f"The user does not let this agent go as far as {name}")
    for product, effect in call.action.borrows(call.arguments).items():
        level = permission.level(product)
        if level is None or level < needed_for(effect):
            how_far = "did not allow" if level is None else "does not let this agent change"
            raise NotPermitted(f"With these arguments {name} reaches into {product}, which the user {how_far}")
