"""Surfaces: the tools of a request, within the operator's ceiling, the request's selection, and its permission."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cachetools import FIFOCache
from starlette.types import Scope

from telnyx_remote_mcp.surface.deeds import deeds_of, excluded_with, other_ways
from telnyx_remote_mcp.surface.kinds import reason
from telnyx_remote_mcp.surface.permission import Level, Permission, needed
from telnyx_remote_mcp.surface.policy import Policy, narrowing
from telnyx_remote_mcp.surface.selection import Selection, UnknownChoice
from telnyx_tools.registry import Registry
from telnyx_tools.tool.context import Action
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.tool import Tool

_KEY: Final = "telnyx.surface"


@dataclass(frozen=True, eq=False)
class Surface:
    """The tools that requests of one kind can list, in the registry's order. Tools outside of it cannot be called."""

    tools: dict[str, Tool]
    reachable: dict[str, Tool]
    """The tools within the same bounds, whether the named surface (default, full, compact) lists them or not."""
    bounds: tuple[Selection, ...]
    """The selections that narrowed it: the operator's and the request's."""
    permission: Permission | None
    """How much the person behind the caller lets it do; None for a caller who is that person."""
    read_only: bool
    allowed: frozenset[str]
    """The kinds of sensitive operations that may be called."""
    registry: Registry = field(repr=False)
    policy: Policy | None = None
    """The stricter policy that the request asks for."""

    @staticmethod
    def of(scope: Scope) -> Surface:
        """The surface of a request, which the gate put into its ASGI scope."""
        surface: Surface = scope[_KEY]
        return surface

    def enter(self, scope: Scope) -> None:
        """Make this the surface of a request."""
        scope[_KEY] = self

    def find(self, name: str) -> Tool | None:
        """The tool with this name or alias, if the surface lists it, or if one of its generic tools can call it."""
        return self._callable.get(name)

    @cached_property
    def _callable(self) -> dict[str, Tool]:
        has_way_out = any(tool.target is not None for tool in self.tools.values())
        found = {**self.callable, **self.tools} if has_way_out else self.tools
        return {name: tool for tool in found.values() for name in (tool.name, *tool.aliases)}

    @cached_property
    def callable(self) -> Mapping[str, Tool]:
        """The tools that a generic tool may call by name. Generic tools do not call each other."""
        callers = self.registry.callers
        return {name: tool for name, tool in self.reachable.items() if tool.group not in callers}

    @property
    def only_reads(self) -> bool:
        """Return whether nothing can be changed here, because of the selection or the permission."""
        return self.read_only or (self.permission is not None and self.permission.only_looks)

    def level(self, action: Action) -> Level | None:
        """Return the caller's level in the product of this action; None for no access."""
        if self.permission is None or action.group in self.registry.generic:
            return Level.SPEND  # what a generic tool calls is an action of its own, and is checked by itself
        curated = action.group in self.registry.groups
        return self.permission.level(action.group) if curated else self.permission.rest

    def exceeded_by(self, action: Action) -> bool:
        """Return whether the action needs a higher level than the caller has in its product."""
        level = self.level(action)
        return level is None or level < needed(action)

    def refusal(self, action: Action) -> str | None:
        """Explain why the action may not be called by name here; None if it may."""
        if self.level(action) is None:
            return "The user did not allow this product; they can on the account page of this server"
        if self.registry.find(action.name) is action:
            return None if action.name in self.callable else "This tool is not within reach here"
        if self.read_only and action.effect is not Effect.READ:
            return f"This server is read-only here{self._as_chosen(bound.read_only for bound in self.bounds)}"
        if withheld := sorted(action.kinds - self.allowed):
            return reason("It", withheld)
        for bound in self.bounds:
            named = set(bound.groups) - self.registry.generic
            if named and action.group not in named:
                chosen = self._as_chosen(each is bound for each in self.bounds)
                return f"Only these groups are reachable here{chosen}: {', '.join(sorted(named))}"
        if self._excluded and (deeds_of(action) & self._excluded_deeds or self._is_excluded_read(action)):
            chosen = self._as_chosen(bound.exclude_tools for bound in self.bounds)
            return f"A tool that does this is excluded here{chosen}"
        return None

    def _as_chosen(self, by: Iterable[object]) -> str:
        """Name who narrowed the surface, the operator or the request: only they can widen it again.

        `by` says for each bound whether it did so, the operator's first.
        """
        operator, *_ = by
        who = "the operator of this server" if operator else "the URL or the headers of this connection"
        return f", as {who} chose"

    @cached_property
    def _excluded(self) -> list[Tool]:
        excluded = [self.registry.find(name) for bound in self.bounds for name in bound.exclude_tools]
        return [tool for tool in excluded if tool is not None]

    @cached_property
    def _excluded_deeds(self) -> frozenset[str]:
        """The deeds of excluded tools: excluding a tool excludes every operation that does the same."""
        return frozenset(deed for tool in self._excluded for deed in excluded_with(tool))

    def _is_excluded_read(self, action: Action) -> bool:
        """Return whether an excluded tool makes the same API calls as this action.

        A read that a reachable tool makes too is not excluded.
        """
        calls = set(action.calls)
        if not any(calls.intersection(tool.calls) for tool in self._excluded):
            return False
        elsewhere = any(calls.intersection(tool.calls) for tool in self.callable.values())
        return action.effect is not Effect.READ or not elsewhere

    @property
    def groups(self) -> list[str]:
        return list(dict.fromkeys(tool.group for tool in self.tools.values()))


class Surfaces:
    """Makes and caches the surfaces of this server. The operator's choice is the ceiling; a selection only narrows it.

    `local` says that the caller is on this machine, so that tools may work on its files.
    """

    def __init__(
        self,
        registry: Registry,
        ceiling: Selection,
        *,
        allowed: Collection[str] = (),
        local: bool = False,
        kept: int = 256,
    ) -> None:
        self.registry = registry
        self._allowed = frozenset(allowed)
        self._local = local
        self._check(ceiling, lambda: list(registry.tools.values()))
        self._explicit = bool(ceiling.groups or ceiling.tools)
        self._bound = ceiling
        self._cache: FIFOCache[tuple[Selection, Permission | None], Surface] = FIFOCache(kept)

    @cached_property
    def ceiling(self) -> list[Tool]:
        """The tools that the operator offers."""
        tools = (tool for tool in self.registry.tools.values() if self._local or not tool.local)
        return self._narrowed(tools, self._bound)

    @property
    def groups(self) -> list[str]:
        """The groups with a tool within the operator's ceiling."""
        return list(dict.fromkeys(tool.group for tool in self.ceiling))

    @property
    def products(self) -> list[str]:
        """The groups that a person can permit: those with operations of their own."""
        return [group for group in self.groups if group not in self.registry.generic]

    def of(self, selection: Selection, permission: Permission | None = None) -> Surface:
        """The surface of a selection, within a permission.

        Raises UnknownChoice for a group or tool that does not exist. A permission may name a product that no longer
        exists: that permits nothing, and is no error.
        """
        if (known := self._cache.get((selection, permission))) is not None:
            return known
        self._check(selection, lambda: self.ceiling)
        surface = Surface(
            tools=self._permitted(self._narrowed(self._base(selection), selection), permission),
            reachable=self._permitted(self._narrowed(self.ceiling, selection), permission),
            bounds=(self._bound, selection),
            permission=permission,
            read_only=self._bound.read_only or selection.read_only,
            allowed=self._allowed,
            registry=self.registry,
            policy=narrowing(selection.policy, self.registry) if selection.policy else None,
        )
        self._cache[selection, permission] = surface
        return surface

    def _permitted(self, tools: Iterable[Tool], permission: Permission | None) -> dict[str, Tool]:
        """The tools of permitted products, by name. The level that each needs is checked when it is called."""
        return {
            tool.name: tool
            for tool in tools
            if permission is None or tool.group in self.registry.generic or permission.level(tool.group) is not None
        }

    def _base(self, selection: Selection) -> list[Tool]:
        if selection.slug is not None:
            return [tool for tool in self.ceiling if tool.group == selection.slug]
        asked = selection.surface or ("full" if selection.groups or selection.tools or self._explicit else "default")
        if asked == "full":
            return self.ceiling
        return [tool for tool in self.ceiling if (tool.compact if asked == "compact" else tool.core)]

    def _narrowed(self, tools: Iterable[Tool], by: Selection) -> list[Tool]:
        named = {self._name(name) for name in by.tools}
        excluded = self._excluded(by)
        everything = not by.groups and not by.tools
        return [
            tool
            for tool in tools
            if (everything or tool.group in by.groups or tool.name in named)
            and tool.name not in excluded
            and (not by.read_only or tool.effect is Effect.READ)
        ]

    def _excluded(self, by: Selection) -> set[str]:
        """The names of the excluded tools, and of other tools that do the same: see `other_ways`."""
        tools = [tool for name in by.exclude_tools if (tool := self.registry.find(name)) is not None]
        return {tool.name for tool in tools} | other_ways(self.registry.tools.values(), tools)

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
