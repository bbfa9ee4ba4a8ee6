"""The information that the server gives an agent about itself and about its caller."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.identity import TITLE, VERSION
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.permission import Level
from telnyx_remote_mcp.surface.surfaces import Surface, Surfaces
from telnyx_tools.api.dry_run import UnmadeChange
from telnyx_tools.tool.context import Decision
from telnyx_tools.tool.server_info import PolicyInfo, Quota, ServerInfo


@dataclass(frozen=True, slots=True)
class Info:
    """The server as one call sees it."""

    settings: Settings
    surfaces: Surfaces
    budgets: Callable[[Call], Awaitable[list[Quota]]]
    explained: Callable[[Call], Awaitable[PolicyInfo]]
    decided: Callable[[Call, str, float], Awaitable[Decision | None]]
    confirmed: Callable[[Call, str], Awaitable[Decision | None]]
    call: Call

    async def decision(self, approval_id: str, wait_secs: float) -> Decision | None:
        return await self.decided(self.call, approval_id, wait_secs)

    async def confirm(self, approval_id: str) -> Decision | None:
        if self.call.preview:
            raise UnmadeChange("say for the user that they agreed")
        return await self.confirmed(self.call, approval_id)

    async def info(self) -> ServerInfo:
        surface = self.call.surface
        return ServerInfo(
            name=TITLE,
            version=VERSION,
            protocol_version=self.call.client.protocol_version,
            tools=len(surface.tools),
            groups=surface.groups,
            hidden=hidden(self.surfaces, surface) or None,
            may=may(surface) or None,
            read_only=surface.only_reads,
            dry_run=self.settings.dry_run or None,
            sandbox=self.settings.sandbox,
            telnyx_api=self.settings.api_base_url,
            policy=await self.explained(self.call),
            quotas=await self.budgets(self.call) or None,
        )


def hidden(surfaces: Surfaces, surface: Surface) -> dict[str, list[str]]:
    """The groups that a surface does not show, by who or what hides them: see `ServerInfo.hidden`."""
    found: dict[str, list[str]] = {}
    reachable = {tool.group for tool in surface.reachable.values()}
    for group in surfaces.registry.groups:
        if group not in surface.groups:
            found.setdefault(_hidden_by(group, surfaces, surface, group in reachable), []).append(group)
    return found


def _hidden_by(group: str, surfaces: Surfaces, surface: Surface, is_reachable: bool) -> str:
    if group not in surfaces.groups:
        return "operator"
    if is_reachable:
        return "other_surface"
    permission, generic = surface.permission, surfaces.registry.generic
    return "request" if permission is None or group in generic or permission.level(group) is not None else "user"


def may(surface: Surface) -> dict[str, list[str]]:
    """How far the person lets the caller go, by level; empty if the caller is that person."""
    if surface.permission is None:
        return {}
    levels = {**dict(surface.permission.products), "rest of the API": surface.permission.rest}
    by_level = {level: [name for name, given in levels.items() if given is level] for level in Level}
    return {level.name.lower(): names for level, names in by_level.items() if names}
