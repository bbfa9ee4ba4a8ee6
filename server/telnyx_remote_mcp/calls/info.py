"""The information that a server gives an agent about itself and about the call that asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.identity import TITLE, VERSION
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.tool.context import Decision
from telnyx_tools.tool.server_info import Quota, ServerInfo


@dataclass(frozen=True, slots=True)
class Info:
    """The server as one call sees it."""

    settings: Settings
    surfaces: Surfaces
    budgets: Callable[[Call], Awaitable[list[Quota]]]
    decided: Callable[[Call, str, float], Awaitable[Decision | None]]
    confirmed: Callable[[Call, str], Awaitable[Decision | None]]
    call: Call

    async def decision(self, approval_id: str, wait_secs: float) -> Decision | None:
        return await self.decided(self.call, approval_id, wait_secs)

    async def confirm(self, approval_id: str) -> Decision | None:
        return await self.confirmed(self.call, approval_id)

    async def info(self) -> ServerInfo:
        surface = self.call.surface
        return ServerInfo(
            name=TITLE,
            version=VERSION,
            protocol_version=self.call.client.protocol_version,
            tools=len(surface.tools),
            groups=surface.groups,
            all_groups=self.surfaces.groups,
            read_only=surface.only_reads,
            sandbox=self.settings.sandbox,
            telnyx_api=self.settings.api_base_url,
            quotas=await self.budgets(self.call) or None,
        )
