"""The server's description of itself and of what it lets the agent do."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.whole_api import action_named
from telnyx_tools.results.result import Result
from telnyx_tools.tool.context import Actions, Decision, Server
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.group import NO_SCOPE, Group
from telnyx_tools.tool.server_info import ServerInfo

guards = Group("guards", title="Server", summary="What this server is and what it lets you do.", generic=True)


@guards.tool(effect=Effect.READ, scope=NO_SCOPE, core=True)
async def get_server_info(server: Server) -> ServerInfo:
    """What you may do here: groups seen and hidden, what asks the user, what limits leave, sandbox or live."""
    return await server.info()


@guards.tool(effect=Effect.READ, scope=NO_SCOPE)
async def preview_call(
    actions: Actions,
    tool: Annotated[str, Field(min_length=1, max_length=200, description="or operation, from search_tools")],
    arguments: Annotated[dict[str, Any], Field(description="as for a call; of an operation path, query, body")] = {},
) -> Result:
    """Show the exact request that a call would send, and what would keep it back. Nothing is sent, but what the tool
    reads first."""
    action = action_named(actions, "tool", tool)
    if action.effect is Effect.READ:
        raise InvalidArguments([Problem("tool", f"{action.name} only reads: call it.")])
    return await actions.preview(action, arguments)


class ApprovalState(Result):
    decision: Decision
    next: str = Field(description="what to do now")


_NEXT: dict[Decision, str] = {
    "pending": "The user has not decided. Give them the link, and call this again.",
    "approved": "Make the very same call again, with the same arguments: it runs now.",
    "denied": "The user said no. Do not try it in another way.",
    "used": "The call was made.",
}


ApprovalId = Annotated[str, Field(min_length=1, max_length=100, description="from approval_required")]


@guards.tool(effect=Effect.READ, scope=NO_SCOPE)
async def get_approval(
    server: Server, approval_id: ApprovalId, wait_secs: Annotated[int, Field(ge=0, le=50)] = 25
) -> ApprovalState:
    """Wait for what the user decides about a call that answered approval_required."""
    return _state(await server.decision(approval_id, wait_secs))


@guards.tool(effect=Effect.WRITE, scope=NO_SCOPE)
async def confirm_approval(server: Server, approval_id: ApprovalId) -> ApprovalState:
    """Say that the user, whom you asked, agreed to a call that answered approval_required. Counts only where a policy
    says so; then make the call again."""
    return _state(await server.confirm(approval_id))


def _state(decision: Decision | None) -> ApprovalState:
    if decision is None:
        raise InvalidArguments([Problem("approval_id", "There is none of this id: it ended. Make the call again.")])
    return ApprovalState(decision=decision, next=_NEXT[decision])
