"""The registry of all groups and tools."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from importlib import import_module
from importlib.resources import files

from telnyx_tools.tool.group import Group
from telnyx_tools.tool.tool import Tool


class Registry:
    """The groups and tools that exist, by name. They are loaded late: groups, without their tools, when first asked
    for; the tools of a group when these are asked for; all tools when one is looked up by name.

    Looking up a tool raises ValueError if two tools have the same name.
    """

    def __init__(self, load: Callable[[], Iterable[Group]]) -> None:
        self._load = load

    @cached_property
    def groups(self) -> dict[str, Group]:
        return {group.name: group for group in self._load()}

    @cached_property
    def tools(self) -> dict[str, Tool]:
        return {tool.name: tool for tool in self._callable.values()}

    @cached_property
    def generic(self) -> frozenset[str]:
        """The groups without operations of their own. A selection of these alone excludes no operation."""
        return frozenset(group.name for group in self.groups.values() if group.generic)

    @cached_property
    def callers(self) -> frozenset[str]:
        """The groups whose tools call other tools and operations by name."""
        return frozenset(tool.group for tool in self.tools.values() if tool.target is not None)

    def find(self, name: str) -> Tool | None:
        """The tool of this name or alias."""
        return self._callable.get(name)

    @cached_property
    def _callable(self) -> dict[str, Tool]:
        found: dict[str, Tool] = {}
        for tool in (tool for group in self.groups.values() for tool in group.tools):
            for name in (tool.name, *tool.aliases):
                if name in found:
                    raise ValueError(f"Two tools are called {name}")
                found[name] = tool
        return found


GROUPS = (
    "messaging",
    "whatsapp",
    "call_control",
    "assistants",
    "numbers",
    "connections",
    "recordings",
    "conferences",
    "storage",
    "embeddings",
    "secrets",
    "inference",
    "media",
    "verify",
    "lookup",
    "account",
    "diagnostics",
    "events",
    "whole_api",
    "guards",
)
"""The modules and packages that each declare one group, in the order in which people see the groups."""


@cache
def registry() -> Registry:
    """The registry of all tools that this package has."""
    return Registry(lambda: map(_group, GROUPS))


def registry_of(tool: str) -> Registry:
    """The registry of only the group that has the tool of this name or alias; it loads in a fraction of the time.

    The registry of all groups if no group has it, and for a generic tool, which uses the others.
    """
    module = modules().get(tool)
    if module is None or (group := _group(module)).generic:
        return registry()
    return Registry(lambda: [group])


@cache
def modules() -> Mapping[str, str]:
    """Each name and alias of a tool, and the module of its group. Loads no tool. `scripts.build_docs` writes the
    file."""
    listed = json.loads(files(__package__).joinpath("names.json").read_text())
    return {name: module for module, names in listed.items() for name in names}


def _group(name: str) -> Group:
    # Imported on first use: all groups take half as long as the SDK, and the first answer over stdio needs none.
    module = import_module(f"telnyx_tools.groups.{name}")
    return next(value for value in vars(module).values() if isinstance(value, Group))
