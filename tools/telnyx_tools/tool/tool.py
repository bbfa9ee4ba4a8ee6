"""A tool: a typed function and the policy that its declaration states."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from inspect import cleandoc
from typing import Any

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError, InvalidArgument
from telnyx_tools.api.kept import secrets_in, without_any
from telnyx_tools.results.result import AttachedResult, Result, output_schema, result_type
from telnyx_tools.tool.arguments import Arguments

ToolFunction = Callable[..., Awaitable[Result]]


class Effect(StrEnum):
    """What a call may do to the account. Annotations, read-only mode, confirmation and the audit derive from it."""

    READ = "read"
    WRITE = "write"
    DESTROY = "destroy"
    SPENDS = "spends"
    """Costs money, or reaches a third party."""


@dataclass(frozen=True, eq=False)
class Tool:
    """One tool: the function, and the policy that its decorator stated.

    Schemas and validators are built when they are first read.
    """

    name: str
    group: str
    function: ToolFunction
    effect: Effect
    scope: str
    calls: tuple[str, ...]
    """The API operations it uses, as `METHOD /path/{template}`."""
    s3: tuple[str, ...]
    """The operations of S3 that it uses, as `PutObject`; the catalog does not know them."""
    core: bool
    """Whether the default surface shows it."""
    compact: bool
    """Whether the compact surface shows it."""
    idempotent: bool
    """Whether a second identical call changes nothing more."""
    paid: bool
    """Whether a read costs money."""
    check: str | None
    """For SPENDS: how to find out whether a call whose answer was lost took place."""
    local: bool
    """Whether it works on files of this machine: such a tool exists over stdio only."""
    aliases: tuple[str, ...]

    @cached_property
    def description(self) -> str:
        return " ".join(cleandoc(self.function.__doc__ or "").split())

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @cached_property
    def arguments(self) -> Arguments:
        return Arguments.of(self.function)

    @property
    def input_schema(self) -> dict[str, Any]:
        return self.arguments.schema

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        return output_schema(self.function)

    @property
    def annotations(self) -> dict[str, bool]:
        """The MCP hints, all four of them explicit."""
        reads = self.effect is Effect.READ
        return {
            "readOnlyHint": reads,
            "destructiveHint": self.effect is Effect.DESTROY,
            "idempotentHint": reads or self.effect is Effect.DESTROY or self.idempotent,
            "openWorldHint": self.effect is Effect.SPENDS or self.paid,
        }

    @cached_property
    def brief(self) -> bool:
        """Whether a call comes down to one free read of data, and so has nothing to report before its result."""
        reads = self.effect is Effect.READ and not self.paid and len(self.calls) <= 1 and not self.s3
        reports = {"progress", "reach"}.intersection(self.arguments.injected)
        return reads and not reports and not issubclass(result_type(self.function), AttachedResult)

    async def run(self, arguments: Mapping[str, object], given: Mapping[str, object]) -> Result:
        """Call the function with validated arguments and what it asks to be given (`telnyx`, `progress`, …).

        Secrets among the arguments are kept out of the result, and out of what the API answers with an error. Errors
        about an argument name it as the tool does.
        """
        try:
            return await self._run(arguments, given)
        except InvalidArgument as error:
            raise self.arguments.refused(error, arguments) from None
        except ApiError as error:
            if self.calls:  # a generic tool is given ids inside its arguments
                error.remedy = error.remedy or self.arguments.remedy(error, arguments)
            raise

    async def _run(self, arguments: Mapping[str, object], given: Mapping[str, object]) -> Result:
        injected = {name: given[name] for name in self.arguments.injected}
        secrets = tuple(secrets_in(dict(arguments)))
        if not secrets:
            return await self.function(**arguments, **injected)
        if isinstance(telnyx := injected.get("telnyx"), Telnyx):
            injected["telnyx"] = telnyx.keeping(secrets)
        result: Result = without_any(await self.function(**arguments, **injected), secrets)
        return result
