"""OAuth scopes: which ones there are, and which of them a request needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from telnyx_remote_mcp.surface.permission import Level, Permission, needed
from telnyx_remote_mcp.surface.selection import EVERYTHING
from telnyx_remote_mcp.surface.surfaces import Surface, Surfaces
from telnyx_tools.tool.context import Action
from telnyx_tools.tool.tool import Tool


class Scopes:
    """The scopes of this server's tools, which are Telnyx's own: `messaging.read`, `messaging.write`, …"""

    def __init__(self, surfaces: Surfaces) -> None:
        self._surfaces = surfaces

    @cached_property
    def baseline(self) -> tuple[str, ...]:
        """The scopes that a client is told to ask for first: those to read. A tool that needs more asks with a 403."""
        return tuple(sorted({tool.scope for tool in self._surfaces.ceiling if tool.scope.endswith(".read")}))

    @cached_property
    def grantable(self) -> frozenset[str]:
        """Every scope that something on this server can need."""
        scopes = {tool.scope for tool in self._surfaces.ceiling if tool.scope}
        if any(tool.target is not None for tool in self._surfaces.ceiling):
            from telnyx_tools.catalog.catalog import Catalog

            scopes.update(operation.scope for operation in Catalog.load().values())
        return frozenset(scopes)

    def covering(self, permission: Permission) -> frozenset[str]:
        """The scopes that the permitted actions need, within what the operator serves."""
        surface = self._surfaces.of(EVERYTHING, permission)
        actions: list[Action] = [tool for tool in self._surfaces.ceiling if tool.scope]
        if any(tool.target is not None for tool in self._surfaces.ceiling):
            actions += [action for action in _operations() if surface.refusal(action) is None]
        return frozenset(action.scope for action in actions if not surface.exceeded_by(action))

    def reach(self, product: str, level: Level, scopes: Collection[str]) -> Level | None:
        """The highest level, up to the permitted one, that a tool of the product needs and that these scopes allow."""
        tools = [tool for tool in self._surfaces.ceiling if tool.group == product and is_granted(tool.scope, scopes)]
        return max((needed(tool) for tool in tools if needed(tool) <= level), default=None)


def _operations() -> Iterable[Action]:
    from telnyx_tools.catalog.action import OperationAction
    from telnyx_tools.catalog.catalog import Catalog

    return map(OperationAction, Catalog.load().values())


def effective_action(surface: Surface, tool: Tool, arguments: Mapping[str, object]) -> Action:
    """The action whose policies hold for a call: for a generic tool, the known action that it is to call; else the
    tool."""
    if tool.target is None:
        return tool
    name = arguments.get(tool.target)
    return (_named(surface, name) if isinstance(name, str) else None) or tool


def _named(surface: Surface, name: str) -> Action | None:
    if (tool := surface.callable.get(name)) is not None:
        return tool
    from telnyx_tools.catalog.action import OperationAction
    from telnyx_tools.catalog.catalog import Catalog

    operation = Catalog.load().get(name)
    return OperationAction(operation) if operation is not None else None


def lacks(scopes: Collection[str], action: Action) -> bool:
    """Return whether a caller with these scopes may not carry the action out."""
    return not is_granted(action.scope, scopes)


def is_granted(scope: str, scopes: Collection[str]) -> bool:
    """Return whether `scopes` grant this one; a scope to write grants the one to read."""
    family, _, verb = scope.rpartition(".")
    return not scope or scope in scopes or (verb == "read" and f"{family}.write" in scopes)


def within(asked: Iterable[str], given: Collection[str]) -> frozenset[str]:
    """Return the asked scopes as far as they are given; where only reading is given, a scope to write becomes that."""
    both = {scope if is_granted(scope, given) else f"{scope.removesuffix('.write')}.read" for scope in asked}
    return frozenset(scope for scope in both if is_granted(scope, given))


def scope_for_client(asked: Iterable[str], granted: Collection[str]) -> str:
    """Return the `scope` in the token endpoint's answer to a client.

    A person may grant more than the client asked for, and the token carries all of it. Clients on `mcp` up to 1.20 or
    so reject an answer with a scope that they did not ask for. So the answer names only the granted scopes that were
    asked for; all granted ones where none of those was.
    """
    return " ".join(sorted(scope for scope in asked if is_granted(scope, granted)) or sorted(granted))
