"""What a request may reach through the generic tools: tools by name, and operations of the API."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from telnyx_remote_mcp.calls.replies import run_tool
from telnyx_remote_mcp.surface.surfaces import GENERIC, Surface
from telnyx_tools.results.result import Result
from telnyx_tools.tool.tool import Tool

if TYPE_CHECKING:
    from telnyx_tools.catalog.operation import Operation


class Reach:
    """The same ceiling for operations as for tools. `given` is what the tools called by name are given."""

    def __init__(self, surface: Surface, account_access: bool, given: Mapping[str, object]) -> None:
        self._surface = surface
        self._account_access = account_access
        self._given = given

    @property
    def tools(self) -> Mapping[str, Tool]:
        """The tools that may be called by name; the generic ones do not call each other."""
        return {name: tool for name, tool in self._surface.reachable.items() if tool.group != "api"}

    def refusal(self, operation: Operation) -> str | None:
        """Why the operation may not be called here, or None if it may."""
        if self._surface.read_only and operation.effect != "read":
            return "This server is read-only here"
        if operation.sensitive and not self._account_access:
            return "It manages access to the account; the operator of this server has to enable that (--account-access)"
        for bound in self._surface.bounds:
            named = set(bound.groups) - GENERIC
            if named and operation.group not in named:
                return f"Only these groups are reachable here: {', '.join(sorted(named))}"
        if f"{operation.method} {operation.path}" in self._excluded and not self._is_read_elsewhere(operation):
            return "A tool that makes this call is excluded here"
        return None

    async def run(self, tool: Tool, arguments: Mapping[str, object]) -> Result:
        """The result of a tool called by name, with every guard of a direct call."""
        return await run_tool(tool, arguments, self._given)

    @cached_property
    def _excluded(self) -> frozenset[str]:
        """The operations of excluded tools."""
        excluded = [self._surface.known(name) for bound in self._surface.bounds for name in bound.exclude_tools]
        return frozenset(call for tool in excluded if tool is not None for call in tool.calls)

    def _is_read_elsewhere(self, operation: Operation) -> bool:
        """A read that a reachable tool makes too is no secret of the excluded one."""
        call = f"{operation.method} {operation.path}"
        return operation.effect == "read" and any(call in tool.calls for tool in self.tools.values())
