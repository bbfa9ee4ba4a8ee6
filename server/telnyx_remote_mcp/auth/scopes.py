"""OAuth scopes: which ones there are, and which of them a request needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property

from telnyx_remote_mcp.surface.surfaces import GENERIC, Surface, Surfaces
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.tool.tool import Tool


class Scopes:
    """The scopes of this server's tools, which are Telnyx's own: `messaging.read`, `messaging.write`, …"""

    def __init__(self, surfaces: Surfaces) -> None:
        self._surfaces = surfaces

    @cached_property
    def baseline(self) -> tuple[str, ...]:
        """What a client is told to ask for first: to read. The rest is asked for by the tool that needs it."""
        return tuple(sorted({tool.scope for tool in self._surfaces.ceiling if tool.scope.endswith(".read")}))

    @cached_property
    def grantable(self) -> frozenset[str]:
        """Every scope that something on this server can need."""
        scopes = {tool.scope for tool in self._surfaces.ceiling}
        if "api" in self._surfaces.groups:
            scopes.update(operation.scope for operation in Catalog.load().values())
        return frozenset(scopes)

    def needed(self, surface: Surface, name: str, arguments: Mapping[str, object]) -> str | None:
        """The scope that a tool call needs, or None where there is no such tool.

        A generic tool needs what the tool or operation needs that it is to call.
        """
        tool = surface.find(name)
        if tool is None:
            return None
        target = arguments.get("endpoint") if tool.group in GENERIC else None
        return (_target_scope(surface, target) if isinstance(target, str) else None) or tool.scope


def _target_scope(surface: Surface, name: str) -> str | None:
    target: Tool | None = surface.reachable.get(name)
    if target is not None:
        return target.scope
    operation = Catalog.load().get(name)
    return operation.scope if operation is not None else None


def held(scope: str, scopes: Collection[str]) -> bool:
    """Whether `scopes` include this one; who may write may read."""
    family, _, verb = scope.rpartition(".")
    return scope in scopes or (verb == "read" and f"{family}.write" in scopes)
