"""Every group and every tool."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, cached_property

from telnyx_tools.tool.group import Group
from telnyx_tools.tool.tool import Tool


class Registry:
    """The groups and tools that exist, by name. They are loaded when somebody first asks for one.

    Asking raises ValueError where two tools claim one name.
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
        """The groups without operations of their own: naming one narrows no operation away."""
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


@cache
def registry() -> Registry:
    """The registry of all tools that this package has."""
    return Registry(_all_groups)


def _all_groups() -> tuple[Group, ...]:
    # Importing them takes as long as importing half of the SDK, and the first answer over stdio needs none.
    from telnyx_tools.groups.account import account
    from telnyx_tools.groups.assistants import assistants
    from telnyx_tools.groups.call_control import call_control
    from telnyx_tools.groups.conferences import conferences
    from telnyx_tools.groups.connections import connections
    from telnyx_tools.groups.diagnostics import diagnostics
    from telnyx_tools.groups.embeddings import embeddings
    from telnyx_tools.groups.guards import guards
    from telnyx_tools.groups.inference import inference
    from telnyx_tools.groups.lookup import lookup
    from telnyx_tools.groups.media import media
    from telnyx_tools.groups.messaging import messaging
    from telnyx_tools.groups.numbers import numbers
    from telnyx_tools.groups.recordings import recordings
    from telnyx_tools.groups.secrets import secrets
    from telnyx_tools.groups.storage import storage
    from telnyx_tools.groups.verify import verify
    from telnyx_tools.groups.whatsapp import whatsapp
    from telnyx_tools.groups.whole_api import api

    return (
        messaging,
        whatsapp,
        call_control,
        assistants,
        numbers,
        connections,
        recordings,
        conferences,
        storage,
        embeddings,
        secrets,
        inference,
        media,
        verify,
        lookup,
        account,
        diagnostics,
        api,
        guards,
    )
