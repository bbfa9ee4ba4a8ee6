"""The dispatch of one process: the guards that a call passes, and what it is carried out with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.dispatch import Dispatch, Upstream
from telnyx_remote_mcp.calls.info import Info
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter
from telnyx_tools.api.client import Api, Telnyx
from telnyx_tools.files import Files
from telnyx_tools.results.result import Result
from telnyx_tools.tool.context import Decision, Inbox
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.server_info import PolicyInfo, Quota

if TYPE_CHECKING:
    from telnyx_remote_mcp.composition.guards import Guards
    from telnyx_remote_mcp.events.services import EventServices
    from telnyx_remote_mcp.guardrails.shared import Shared


def create_dispatch(
    settings: Settings,
    surfaces: Surfaces,
    api: Api,
    shared: Callable[[], Shared],
    events: Callable[[], EventServices],
    *,
    files: Files | None = None,
    rejected: Callable[[str], None] = lambda principal: None,
    meter: Meter = UNMEASURED,
) -> Dispatch:
    """The dispatch of one process. Without `files`, tools have no access to files.

    The guards, made from `shared`, and the event services are created for the first call that needs them: the first
    answer over stdio needs neither.
    """

    @cache
    def guards() -> Guards:
        from telnyx_remote_mcp.composition.guards import create_guards

        created = create_guards(settings, shared())
        if meter is UNMEASURED:
            return created
        from telnyx_remote_mcp.guardrails.measured import CallMeasured, GuardMeasured

        measured = [GuardMeasured(step, meter) for step in created.steps]
        return replace(created, steps=[CallMeasured(meter), *measured])

    async def forget_findings(call: Call, proceed: Next) -> Result:
        """A step that drops the cached findings about an account after a call that may have changed it."""
        try:
            return await proceed(call)
        finally:
            if call.action.effect in (Effect.WRITE, Effect.DESTROY):
                events().findings.forget(call.caller.principal)

    async def budgets(call: Call) -> list[Quota]:
        return await guards().quotas.budgets(call)

    async def explained(call: Call) -> PolicyInfo:
        return await guards().policy.explain(call)

    async def decided(call: Call, approval_id: str, wait_secs: float) -> Decision | None:
        return await guards().policy.decision(call, approval_id, wait_secs)

    async def confirmed(call: Call, approval_id: str) -> Decision | None:
        return await guards().policy.confirm(call, approval_id)

    def inbox(call: Call, telnyx: Telnyx) -> Inbox:
        from telnyx_remote_mcp.events.caller_inbox import CallerInbox

        return CallerInbox(events(), call, telnyx)

    upstream = Upstream(
        api=api,
        files=files or Files(),
        inbox=inbox,
        server=partial(Info, settings, surfaces, budgets, explained, decided, confirmed),
        rejected=rejected,
    )
    return Dispatch(upstream, lambda: [forget_findings, *guards().steps])
