"""Which tools a request sees: the operator's ceiling, narrowed by path, query and headers, and by what was granted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from telnyx_remote_mcp.surface.selection import EVERYTHING, Selection, UnknownChoice
from telnyx_tools.registry import Registry
from telnyx_tools.tool.tool import Effect, Tool

GENERIC: Final = frozenset({"api", "guards"})
"""Groups that hold no operations of their own: naming them narrows no operation away."""


@dataclass(frozen=True, eq=False)
class Surface:
    """The tools that one kind of request sees, in the registry's order. What is not in it cannot be called."""

    tools: dict[str, Tool]
    reachable: dict[str, Tool]
    """What the generic tools may call by name: as `tools`, but whatever the named surface lists."""
    bounds: tuple[Selection, ...]
    """The selections that narrowed it: the operator's, the request's, and what was granted."""
    read_only: bool
    known: Callable[[str], Tool | None] = field(repr=False)
    """Any tool by its name or alias, whether or not it is in this surface."""

    def find(self, name: str) -> Tool | None:
        """The tool of this name or alias, if this surface has it."""
        tool = self.known(name)
        return tool if tool is not None and tool.name in self.tools else None

    @property
    def groups(self) -> list[str]:
        return list(dict.fromkeys(tool.group for tool in self.tools.values()))


class Surfaces:
    """Every surface of this server. The operator's choice is the ceiling; a selection only narrows it.

    `local` is whether the caller is on this machine, so that tools may work on its files.
    """

    def __init__(self, registry: Registry, ceiling: Selection, *, local: bool = False, kept: int = 256) -> None:
        self.registry = registry
        self._local = local
        self._check(ceiling, lambda: list(registry.tools.values()))
        self._explicit = bool(ceiling.groups or ceiling.tools)
        self._bound = ceiling
        self._kept = kept
        self._cache: dict[tuple[Selection, Selection], Surface] = {}

    @cached_property
    def ceiling(self) -> list[Tool]:
        """The tools that the operator lets anybody see."""
        tools = (tool for tool in self.registry.tools.values() if self._local or not tool.local)
        return self._narrowed(tools, self._bound)

    @property
    def groups(self) -> list[str]:
        """The groups that have a tool under the operator's ceiling."""
        return list(dict.fromkeys(tool.group for tool in self.ceiling))

    def of(self, selection: Selection, granted: Selection = EVERYTHING) -> Surface:
        """The surface of a selection, within what a person granted. Raises UnknownChoice for a group or tool
        that does not exist.

        A grant may outlive a group: what it names and is no more narrows all the same, and is no error.
        """
        if (known := self._cache.get((selection, granted))) is not None:
            return known
        self._check(selection, lambda: self.ceiling)
        within = _with_generic(granted)
        surface = Surface(
            tools=_by_name(self._narrowed(self._narrowed(self._base(selection), selection), within)),
            reachable=_by_name(self._narrowed(self._narrowed(self.ceiling, selection), within)),
            bounds=(self._bound, selection, granted),
            read_only=self._bound.read_only or selection.read_only or granted.read_only,
            known=self.registry.find,
        )
        if len(self._cache) >= self._kept:
            self._cache.pop(next(iter(self._cache)))
        self._cache[selection, granted] = surface
        return surface

    def _base(self, selection: Selection) -> list[Tool]:
        if selection.slug is not None:
            return [tool for tool in self.ceiling if tool.group == selection.slug]
        asked = selection.surface or ("full" if selection.groups or selection.tools or self._explicit else "default")
        if asked == "full":
            return self.ceiling
        return [tool for tool in self.ceiling if (tool.compact if asked == "compact" else tool.core)]

    def _narrowed(self, tools: Iterable[Tool], by: Selection) -> list[Tool]:
        named = {self._name(name) for name in by.tools}
        excluded = {self._name(name) for name in by.exclude_tools}
        everything = not by.groups and not by.tools
        return [
            tool
            for tool in tools
            if (everything or tool.group in by.groups or tool.name in named)
            and tool.name not in excluded
            and (not by.read_only or tool.effect is Effect.READ)
        ]

    def _name(self, name: str) -> str:
        tool = self.registry.find(name)
        return tool.name if tool is not None else name

    def _check(self, selection: Selection, offered: Callable[[], Iterable[Tool]]) -> None:
        for group in selection.groups:
            if group not in self.registry.groups:
                raise UnknownChoice("group", group, list(dict.fromkeys(tool.group for tool in offered())))
        for name in (*selection.tools, *selection.exclude_tools):
            if self.registry.find(name) is None:
                raise UnknownChoice("tool", name, [tool.name for tool in offered()])


def _with_generic(granted: Selection) -> Selection:
    """Whoever granted some groups granted the tools that reach into them."""
    return replace(granted, groups=(*granted.groups, *sorted(GENERIC))) if granted.groups else granted


def _by_name(tools: Iterable[Tool]) -> dict[str, Tool]:
    return {tool.name: tool for tool in tools}
