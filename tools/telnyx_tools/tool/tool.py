"""A tool: a typed function, and the policy that its decorator states."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from inspect import cleandoc
from typing import Any, ClassVar

from telnyx_tools.api.errors import ApiError, InvalidArgument, OutcomeUnknown, TelnyxError
from telnyx_tools.api.redaction import secrets_in, without_any
from telnyx_tools.results.result import AttachedResult, Result, output_schema, result_type
from telnyx_tools.tool.arguments import Arguments
from telnyx_tools.tool.context import Context, context_fields
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.levels import level

ToolFunction = Callable[..., Awaitable[Result]]


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
    """The API operations that it calls, as `METHOD /path/{template}`."""
    s3: tuple[str, ...]
    """The S3 operations that it calls, such as `PutObject`; the catalog does not have them."""
    core: bool
    """Whether the default surface shows it."""
    compact: bool
    """Whether the compact surface shows it."""
    idempotent: bool
    """Whether a second identical call changes nothing more."""
    paid: bool
    """Whether a read costs money."""
    check: str | None
    """For a tool that spends: how to find out whether a call whose answer was lost took place."""
    local: bool
    """Whether it works on files of this machine. Such a tool exists over stdio only."""
    aliases: tuple[str, ...]
    borrowed: Mapping[str, str]
    """Arguments that use another group's data, and that group. A caller who may use this tool may not be allowed that
    group."""
    borrowed_effect: Effect
    """What the call does to that data: mostly it only reads it."""
    sensitive: Mapping[str, str]
    """Arguments that the operator must allow even if the tool is allowed, such as `outbound.channel_limit`, and their
    kind. They raise limits on spending, or give numbers away."""
    target: str | None
    """The argument of a generic tool that names what to call; None for a tool that does its own work."""

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
        """The four MCP annotations; all of them are set."""
        reads = self.effect is Effect.READ
        return {
            "readOnlyHint": reads,
            "destructiveHint": self.effect is Effect.DESTROY,
            "idempotentHint": reads or self.effect is Effect.DESTROY or self.idempotent,
            "openWorldHint": self.effect is Effect.SPENDS or self.paid,
        }

    kinds: ClassVar[frozenset[str]] = frozenset()
    """Empty: which tools exist is the operator's choice."""

    def sensitive_fields(self, arguments: Mapping[str, object]) -> Mapping[str, str]:
        return {path: kind for path, kind in self.sensitive.items() if self.arguments.given(arguments, path)}

    @property
    def summary(self) -> str:
        return self.description.split(". ")[0]

    @property
    def required(self) -> Sequence[str]:
        names: list[str] = self.input_schema.get("required", [])
        return names

    def takes(self, kind: type) -> bool:
        """Return whether the function has a parameter of this type, such as `Progress`."""
        return context_fields()[kind] in self.arguments.injected.values()

    @cached_property
    def attaches_files(self) -> bool:
        return issubclass(result_type(self.function), AttachedResult)

    def describe(self, at: str = "") -> Mapping[str, Any]:
        arguments = level(self.input_schema, at)
        if at:
            return {"at": at, "arguments": arguments}
        return {"effect": self.effect, "description": self.description, "arguments": arguments}

    def borrows(self, arguments: Mapping[str, object]) -> Mapping[str, Effect]:
        given = (group for name, group in self.borrowed.items() if arguments.get(name) is not None)
        return dict.fromkeys(given, self.borrowed_effect)

    def parse(self, arguments: Mapping[str, object]) -> Mapping[str, object]:
        return self.arguments.parse(arguments)

    async def run(self, arguments: Mapping[str, object], context: Context) -> Result:
        """Call the function with parsed arguments and the parts of the context that its parameters ask for.

        Secret arguments are removed from the result and from errors of the API. The result of an update names the
        fields that it set and cleared. An error about an argument uses this tool's name for the argument.
        """
        telnyx = context.telnyx.watched()
        try:
            return self.arguments.with_changes(await self._run(arguments, replace(context, telnyx=telnyx)), arguments)
        except TelnyxError as error:
            explained = self._explained(error, arguments)
            explained.sent = error.sent or telnyx.sent or ()
            if explained is error:
                raise
            raise explained from None

    def _explained(self, error: TelnyxError, arguments: Mapping[str, object]) -> TelnyxError:
        """The error, with this tool's names of arguments, its check, and the sources of its ids."""
        if isinstance(error, InvalidArgument):
            return self.arguments.refused(error, arguments)
        if isinstance(error, OutcomeUnknown):
            error.check = error.check or self.check
        elif isinstance(error, ApiError) and self.calls:  # a generic tool is given ids inside its arguments
            error.remedy = error.remedy or self.arguments.remedy(error, arguments)
        return error

    async def _run(self, arguments: Mapping[str, object], context: Context) -> Result:
        secrets = tuple(secrets_in(dict(arguments))) if self.arguments.secrets else ()
        if not secrets:
            return await self.function(**arguments, **self.arguments.inject(context))
        context = replace(context, telnyx=context.telnyx.redacting(secrets))
        result: Result = without_any(await self.function(**arguments, **self.arguments.inject(context)), secrets)
        return result
