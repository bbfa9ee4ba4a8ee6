"""Every group and every tool."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from telnyx_tools.declare import Group, Tool


class Registry:
    """The groups and tools that exist, by name. Raises ValueError where two tools claim one name."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self.groups = {group.name: group for group in groups}
        self.tools: dict[str, Tool] = {}
        self._callable: dict[str, Tool] = {}
        for group in self.groups.values():
            for tool in group.tools:
                self._add(tool)

    def _add(self, tool: Tool) -> None:
        self.tools[tool.name] = tool
        for name in (tool.name, *tool.aliases):
            if name in self._callable:
                raise ValueError(f"Two tools are called {name}")
            self._callable[name] = tool

    def find(self, name: str) -> Tool | None:
        """The tool of this name or alias."""
        return self._callable.get(name)


@cache
def registry() -> Registry:
    """The registry of all tools that this package has."""
    from telnyx_tools.groups.account import account
    from telnyx_tools.groups.api import api
    from telnyx_tools.groups.guards import guards
    from telnyx_tools.groups.lookup import lookup
    from telnyx_tools.groups.messaging import messaging
    from telnyx_tools.groups.numbers import numbers
    from telnyx_tools.groups.verify import verify

    return Registry((messaging, numbers, account, verify, lookup, api, guards))
