"""Groups of tools, and the declaration of a tool: a typed function with its policy as data."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from inspect import signature

from telnyx_tools.dialect import TOOL_NAME
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.tool import Tool, ToolFunction

NO_SCOPE = ""
"""The scope of a tool that returns only what every caller may know, or only calls other tools."""


@dataclass(frozen=True, eq=False)
class Group:
    """Tools that belong together. A group is also an endpoint, under its name."""

    name: str
    title: str
    summary: str
    generic: bool = False
    """Whether its tools have no operations of their own: they call those of other groups, or are about the server."""
    package: str | None = None
    """The package whose modules declare its tools; None if one module declares the group and its tools."""
    _declared: list[Tool] = field(default_factory=list, init=False, repr=False)

    @cached_property
    def tools(self) -> tuple[Tool, ...]:
        """Its tools by module, in a module in the order of declaration. The modules are imported when this is first
        read."""
        if self.package is not None:
            _import_modules(self.package)
        # Sorted by name: a module that another one imports declares its tools before its turn.
        return tuple(sorted(self._declared, key=lambda tool: tool.function.__module__))

    def tool(
        self,
        *,
        effect: Effect,
        scope: str,
        calls: str | tuple[str, ...] = (),
        s3: str | tuple[str, ...] = (),
        core: bool = False,
        compact: bool = False,
        idempotent: bool = False,
        paid: bool = False,
        check: str | None = None,
        local: bool = False,
        aliases: tuple[str, ...] = (),
        borrowed: Mapping[str, str] = {},
        borrowed_effect: Effect = Effect.READ,
        sensitive: Mapping[str, str] = {},
        target: str | None = None,
    ) -> Callable[[ToolFunction], ToolFunction]:
        """Declare a function as a tool: its signature is the schema, its docstring the description.

        `target` is the argument of a generic tool that names what to call. `borrowed` maps arguments that use another
        group's data, such as a bucket to copy from, to that group; `borrowed_effect` is what is done to that data.
        `sensitive` maps arguments, such as a spend limit, to their sensitive kind.

        Raises ValueError for a name in these that is not an argument of the function, since a policy would miss it, and
        for a tool name that is too long for models once a client has put the server's name before it.
        """

        def declare(function: ToolFunction) -> ToolFunction:
            if TOOL_NAME.fullmatch(function.__name__) is None:
                raise ValueError(f"{function.__name__} is no name for a tool")
            sensitive_names = (path.partition(".")[0] for path in sensitive)
            for name in (*borrowed, *sensitive_names, *([target] if target is not None else ())):
                if name not in signature(function).parameters:
                    raise ValueError(f"{function.__name__} has no argument {name}")
            operations = (calls,) if isinstance(calls, str) else calls
            self._declared.append(
                Tool(
                    name=function.__name__,
                    group=self.name,
                    function=function,
                    effect=effect,
                    scope=scope,
                    calls=operations,
                    s3=(s3,) if isinstance(s3, str) else s3,
                    core=core,
                    compact=compact,
                    idempotent=idempotent,
                    paid=paid,
                    check=check,
                    local=local,
                    aliases=aliases,
                    borrowed=borrowed,
                    borrowed_effect=borrowed_effect,
                    sensitive=sensitive,
                    target=target,
                )
            )
            return function

        return declare


def _import_modules(package: str) -> None:
    for module in pkgutil.iter_modules(import_module(package).__path__):
        import_module(f"{package}.{module.name}")
