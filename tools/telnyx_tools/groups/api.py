"""The whole API: search it, describe it, call any operation of it, or any tool by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.catalog.answer import Answer, View
from telnyx_tools.results.result import Detail, Part, Result
from telnyx_tools.tool.group import Group
from telnyx_tools.tool.tool import Effect, Tool

if TYPE_CHECKING:  # a server whose agents never ask for the catalog does not load it
    from telnyx_tools.catalog.catalog import Catalog
    from telnyx_tools.catalog.operation import Operation

api = Group("api", title="Whole API", summary="Find, describe and call any operation of the Telnyx API.")

CALLERS = {
    "read": "read_api_endpoint",
    "write": "write_api_endpoint",
    "spends": "write_api_endpoint",
    "destroy": "delete_api_endpoint",
}
"""The tool that calls an operation, by its effect."""

Query = Annotated[str, Field(min_length=1, max_length=200, description="everyday words: text a customer")]
Limit = Annotated[int, Field(ge=1, le=50)]
Name = Annotated[str, Field(min_length=1, max_length=200, description="from search_tools")]
Endpoint = Annotated[str, Field(min_length=1, max_length=200, description="operation or tool, from search_tools")]
Headers = Annotated[dict[str, Any], Field(description="header parameters, rare")]
ToolArguments = Annotated[dict[str, Any], Field(description="of a tool")]
Sent = dict[str, Any]
"""The arguments of an operation: path, query, headers, body."""


class Reach(Protocol):
    """What this request may call."""

    @property
    def tools(self) -> Mapping[str, Tool]: ...
    def refusal(self, operation: Operation) -> str | None: ...
    async def run(self, tool: Tool, arguments: Mapping[str, object]) -> Result: ...


class Match(Part):
    name: str | None = None
    kind: str | None = Field(None, description="tool or operation")
    does: str | None = None
    effect: str | None = Field(None, description="read, write, destroy, or spends (money, or reaches a third party)")
    required: list[str] | None = None
    call_with: str | None = None


class Matches(Result):
    items: list[Match] | None = None
    hint: str | None = None


class Description(Result):
    name: str | None = None
    call_with: str | None = None


@api.tool(effect=Effect.READ, scope="account_management.read", compact=True)
async def search_tools(reach: Reach, query: Query, limit: Limit = 8) -> Matches:
    """Find what does a task: tools first, then operations of the Telnyx API. Then describe_tool."""
    from telnyx_tools.catalog.finder import find_operations, find_tools

    tools = await find_tools(reach.tools.values(), query, max(1, limit // 2))
    operations = islice(_allowed(reach, await find_operations(query, 6 * limit)), limit - len(tools))
    return _matches([*map(_tool_match, tools), *map(_operation_match, operations)])


@api.tool(effect=Effect.READ, scope="account_management.read", compact=True)
async def describe_tool(
    reach: Reach, name: Name, at: Annotated[str, Field(description="look deeper: body.voice_settings")] = ""
) -> Description:
    """What a tool or operation takes, with a minimal example, and which tool calls it."""
    tool = reach.tools.get(name)
    if tool is None:
        return _described(_operation(reach, "name", name), at)
    return Description(
        name=tool.name,
        call_with=CALLERS[tool.effect],
        effect=tool.effect,
        description=tool.description,
        arguments=tool.input_schema,
    )


@api.tool(effect=Effect.READ, scope="account_management.read")
async def list_api_endpoints(
    reach: Reach,
    query: Annotated[str, Field(max_length=200, description="everyday words; without it, all of a group")] = "",
    group: Annotated[str | None, Field(description="like porting, wireless, fax, email")] = None,
    effect: Literal["read", "write", "destroy", "spends"] | None = None,
    limit: Limit = 10,
) -> Matches:
    """Find operations of the Telnyx API, best match first, with what each requires."""
    from telnyx_tools.catalog.finder import find_operations

    catalog = _catalog()
    groups = sorted({operation.group for operation in catalog.values()})
    if group is not None and group not in groups:
        raise InvalidArguments([Problem("group", f"Unknown group. Valid: {', '.join(groups)}.")])
    candidates: Iterable[Operation] = await find_operations(query, len(catalog)) if query else catalog.values()
    found = (o for o in _allowed(reach, candidates) if group in (None, o.group) and effect in (None, o.effect))
    return _matches([_operation_match(operation) for operation in islice(found, limit)])


@api.tool(effect=Effect.READ, scope="account_management.read")
async def get_api_endpoint_schema(
    reach: Reach,
    endpoint: Annotated[str, Field(description="from list_api_endpoints")],
    at: Annotated[str, Field(description="look deeper: body.voice_settings")] = "",
) -> Description:
    """The parameters and body of an operation, one level at a time, with a minimal example."""
    return _described(_operation(reach, "endpoint", endpoint), at)


@api.tool(effect=Effect.READ, scope="account_management.read", compact=True)
async def read_api_endpoint(
    telnyx: Telnyx,
    reach: Reach,
    endpoint: Endpoint,
    path: dict[str, Any] = {},
    query: dict[str, Any] = {},
    body: Any = None,
    arguments: ToolArguments = {},
    fields: Annotated[list[str], Field(description="only these, like cost.amount")] = [],
    page: Annotated[str | None, Field(description="`next` of the page before")] = None,
    page_size: Annotated[int, Field(ge=1, le=250)] = 20,
    detail: Detail = "summary",
) -> Answer:
    """Call an operation that only reads (path, query, body), or a reading tool (arguments)."""
    view = View(page, page_size, fields, detail)
    sent: Sent = {"path": path, "query": query, "body": body}
    return await _call(telnyx, reach, "read_api_endpoint", endpoint, arguments, sent, view)


@api.tool(
    effect=Effect.SPENDS,
    scope="account_management.write",
    compact=True,
    check="Read the state with read_api_endpoint before calling it again.",
)
async def write_api_endpoint(
    telnyx: Telnyx,
    reach: Reach,
    endpoint: Endpoint,
    path: dict[str, Any] = {},
    query: dict[str, Any] = {},
    body: Any = None,
    headers: Headers = {},
    arguments: ToolArguments = {},
    detail: Detail = "summary",
) -> Answer:
    """Call an operation or tool that writes or spends: it changes the account, costs money or reaches people."""
    sent: Sent = {"path": path, "query": query, "headers": headers, "body": body}
    return await _call(telnyx, reach, "write_api_endpoint", endpoint, arguments, sent, View(detail=detail))


@api.tool(effect=Effect.DESTROY, scope="account_management.write", compact=True)
async def delete_api_endpoint(
    telnyx: Telnyx,
    reach: Reach,
    endpoint: Endpoint,
    path: dict[str, Any] = {},
    query: dict[str, Any] = {},
    body: Any = None,
    headers: Headers = {},
    arguments: ToolArguments = {},
) -> Answer:
    """Call an operation or tool that deletes, cancels or releases something."""
    sent: Sent = {"path": path, "query": query, "headers": headers, "body": body}
    return await _call(telnyx, reach, "delete_api_endpoint", endpoint, arguments, sent, View())


async def _call(
    telnyx: Telnyx,
    reach: Reach,
    caller: str,
    endpoint: str,
    arguments: Mapping[str, Any],
    sent: Sent,
    view: View,
) -> Answer:
    tool = reach.tools.get(endpoint)
    if tool is not None:
        _check_caller(caller, tool.name, tool.effect)
        _check_unused(tool.name, {**sent, **asdict(view)})
        return Answer(data=(await reach.run(tool, arguments)).wire())
    operation = _operation(reach, "endpoint", endpoint)
    _check_caller(caller, operation.id, operation.effect)
    if arguments:
        raise InvalidArguments([Problem("arguments", "An operation takes path, query and body; see describe_tool.")])
    from telnyx_tools.catalog.action import Arguments, invoke

    return await invoke(telnyx, operation, Arguments(**sent), view)


def _check_caller(caller: str, name: str, effect: str) -> None:
    """Each caller keeps to its effects, so that a client can allow reads without asking."""
    right = CALLERS[effect]
    if right != caller:
        raise InvalidArguments([Problem("endpoint", f"{name} has the effect {effect}: call it with {right}.")])


def _check_unused(tool: str, given: Mapping[str, Any]) -> None:
    """What is meant for an operation is nothing to a tool: ignored, it would answer something else."""
    unused = [name for name, value in given.items() if value and value != getattr(View, name, None)]
    if unused:
        raise InvalidArguments([Problem(name, f"{tool} is a tool: give it in arguments.") for name in unused])


def _operation(reach: Reach, argument: str, name: str) -> Operation:
    catalog = _catalog()
    operation = catalog.get(name)
    if operation is None:
        close = difflib.get_close_matches(name, [*reach.tools, *catalog], n=3)
        hint = f"Did you mean {', '.join(close)}? " if close else ""
        raise InvalidArguments([Problem(argument, f"There is no such tool or operation. {hint}Use search_tools.")])
    refusal = reach.refusal(operation)
    if refusal is not None:
        raise InvalidArguments([Problem(argument, f"{refusal}.")])
    return operation


def _catalog() -> Catalog:
    from telnyx_tools.catalog.catalog import Catalog

    return Catalog.load()


def _allowed(reach: Reach, operations: Iterable[Operation]) -> Iterable[Operation]:
    return (operation for operation in operations if reach.refusal(operation) is None)


def _described(operation: Operation, at: str) -> Description:
    from telnyx_tools.catalog.describe import describe

    try:
        described = describe(operation, at)
    except KeyError as error:
        raise InvalidArguments([Problem("at", str(error.args[0]))]) from None
    return Description(name=operation.id, call_with=CALLERS[operation.effect], **described)


def _matches(items: list[Match]) -> Matches:
    return Matches(items=items, hint=None if items else "Nothing found: use other words, or fewer.")


def _tool_match(tool: Tool) -> Match:
    required = tool.input_schema.get("required")
    return Match(
        name=tool.name,
        kind="tool",
        does=tool.description.split(". ")[0],
        effect=tool.effect,
        required=required,
        call_with=CALLERS[tool.effect],
    )


def _operation_match(operation: Operation) -> Match:
    body = operation.resolve(operation.body or {}).get("required", ())
    required = [*operation.path_params, *operation.query.get("required", ()), *(f"body.{name}" for name in body)]
    return Match(
        name=operation.id,
        kind="operation",
        does=f"{operation.title} ({operation.method} {operation.path})",
        effect=operation.effect,
        required=required or None,
        call_with=CALLERS[operation.effect],
    )
