"""How a tool is declared: a typed function, its group, and its policy as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from telnyx_tools.tool.tool import Effect, Tool, ToolFunction


@dataclass(frozen=True, eq=False)
class Group:
    """Tools that belong together; also an endpoint of its own, under its name."""

    name: str
    title: str
    summary: str
    tools: list[Tool] = field(default_factory=list)

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
    ) -> Callable[[ToolFunction], ToolFunction]:
        """Declare a function as a tool: its signature is the schema, its docstring the description."""

        def declare(function: ToolFunction) -> ToolFunction:
            operations = (calls,) if isinstance(calls, str) else calls
            self.tools.append(
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
                )
            )
            return function

        return declare
