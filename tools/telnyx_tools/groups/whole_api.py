"""The whole API: search it, describe it, call any operation of it, or any tool by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.results.answer import Answer, View
from telnyx_tools.results.outside import MARK
from telnyx_tools.results.result import Detail, Part, Result
from telnyx_tools.tool.context import Action, Actions
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.group import NO_SCOPE, Group
from telnyx_tools.tool.tool import Tool

if TYPE_CHECKING:  # a server whose agents never ask for the catalog does not load it
    from telnyx_tools.catalog.catalog import Catalog
    from telnyx_tools.catalog.finder import Found
    from telnyx_tools.catalog.operation import Operation

api = Group("api", title="Whole API", summary="Find, describe and call any operation of the Telnyx API.", generic=True)

CALLERS = {
    "read": "read_api_endpoint",
    "write": "write_api_endpoint",
    "spends": "write_api_endpoint",
    "destroy": "delete_api_endpoint",
}
"""The tool that calls an operation, by its effect."""

Query = Annotated[str, Field(min_length=1, max_length=200, description="in plain English, like: send SMS")]
Limit = Annotated[int, Field(ge=1, le=50)]
Name = Annotated[str, Field(min_length=1, max_length=200, description="from search_tools")]
Endpoint = Annotated[str, Field(min_length=1, max_length=200, description="from search_tools")]
OBJECT = {"type": "object", "additionalProperties": True}
TEXTS = {"type": "array", "items": {"type": "string"}}
ReadBody = Annotated[Any, WithJsonSchema({"anyOf": [OBJECT, TEXTS]})]
Body = Annotated[Any, WithJsonSchema(OBJECT)]
"""What the bodies of nearly all operations are, since models' APIs want a type. Anything is taken."""
Headers = dict[str, Any]
ToolArguments = Annotated[dict[str, Any], Field(description="of a tool")]
Sent = dict[str, Any]
"""The arguments of an operation: path, query, headers, body."""


_WHOLE = View()


class Match(Part):
    name: str | None = None
    kind: str | None = Field(None, description="tool or operation")
    does: str | None = None
    effect: str | None = Field(None, description="read, write, destroy, or spends (money, or reaches a third party)")
    required: list[str] | None = None
    call_with: str | None = None
    withheld: str | None = Field(None, description="why it cannot be called here")


class Matches(Result):
    items: list[Match] | None = None
    hint: str | None = None


class Description(Result):
    name: str | None = None
    call_with: str | None = None


@api.tool(effect=Effect.READ, scope=NO_SCOPE, core=True, compact=True)
async def search_tools(actions: Actions, query: Query, limit: Limit = 8) -> Matches:
    """Find what does a task, best match first: tools, and operations of the Telnyx API. Then describe_tool."""
    from telnyx_tools.catalog.finder import find

    return _matches(islice(await find(actions, query), limit))


@api.tool(effect=Effect.READ, scope=NO_SCOPE, core=True, compact=True)
async def describe_tool(
    actions: Actions, name: Name, at: Annotated[str, Field(description="look deeper: body.voice_settings")] = ""
) -> Description:
    """What a tool or operation takes, with a minimal example, and which tool calls it."""
    return _described(action_named(actions, "name", name), at)


@api.tool(effect=Effect.READ, scope=NO_SCOPE)
async def list_api_endpoints(
    actions: Actions,
    query: Annotated[
        str, Field(max_length=200, description="in plain English, like: send SMS; without it, all of a group")
    ] = "",
    group: Annotated[str | None, Field(description="like porting, wireless, fax, email")] = None,
    effect: Literal["read", "write", "destroy", "spends"] | None = None,
    limit: Limit = 10,
) -> Matches:
    """Find operations of the Telnyx API, best match first, with what each requires."""
    from telnyx_tools.catalog.finder import find_operations, operation

    catalog = _catalog()
    groups = sorted({listed.group for listed in catalog.values()})
    if group is not None and group not in groups:
        raise InvalidArguments([Problem("group", f"Unknown group. Valid: {', '.join(groups)}.")])
    candidates = await find_operations(actions, query) if query else (operation(actions, id_) for id_ in catalog)
    wanted = (f for f in candidates if group in (None, f.action.group) and effect in (None, f.action.effect))
    return _matches(islice(wanted, limit))


@api.tool(effect=Effect.READ, scope=NO_SCOPE)
async def get_api_endpoint_schema(
    actions: Actions,
    endpoint: Annotated[str, Field(description="from list_api_endpoints")],
    at: Annotated[str, Field(description="look deeper: body.voice_settings")] = "",
) -> Description:
    """The parameters and body of an operation, one level at a time, with a minimal example."""
    return _described(action_named(actions, "endpoint", endpoint), at)


@api.tool(effect=Effect.READ, scope=NO_SCOPE, core=True, compact=True, target="endpoint")
async def read_api_endpoint(
    actions: Actions,
    endpoint: Endpoint,
    path: dict[str, Any] = {},
    query: dict[str, Any] = {},
    body: ReadBody = None,
    arguments: ToolArguments = {},
    fields: Annotated[list[str], Field(description="only these, like cost.amount")] = [],
    page: Annotated[str | None, Field(description="`next` of the page before")] = None,
    page_size: Annotated[int | None, Field(ge=1, le=250)] = None,
    detail: Detail = "summary",
) -> Answer:
    """Call an operation that only reads (path, query, body), or a reading tool (arguments)."""
    view = View(page, page_size, fields, detail)
    sent: Sent = {"path": path, "query": query, "body": body}
    return await _call(actions, "read_api_endpoint", endpoint, arguments, sent, view)


@api.tool(
    effect=Effect.SPENDS,
    scope=NO_SCOPE,
    core=True,
    compact=True,
    check="Read the state with read_api_endpoint before calling it again.",
    target="endpoint",
)
async def write_api_endpoint(
    actions: Actions,
    endpoint: Endpoint,
    path: dict[str, Any] = {},
    query: dict[str, Any] = {},
    body: Body = None,
    headers: Headers = {},
    arguments: ToolArguments = {},
    detail: Detail = "summary",
    allow_duplicate: bool = False,
) -> Answer:
    """Call an operation or tool that changes the account, costs money or reaches people."""
    sent: Sent = {"path": path, "query": query, "headers": headers, "body": body}
    return await _call(actions, "write_api_endpoint", endpoint, arguments, sent, View(detail=detail), allow_duplicate)


@api.tool(effect=Effect.DESTROY, scope=NO_SCOPE, core=True, compact=True, target="endpoint")
async def delete_api_endpoint(
    actions: Actions,
    endpoint: Endpoint,
    path: dict[str, Any] = {},
    query: dict[str, Any] = {},
    body: Body = None,
    headers: Headers = {},
    arguments: ToolArguments = {},
) -> Answer:
    """Call an operation or tool that deletes, cancels or releases."""
    sent: Sent = {"path": path, "query": query, "headers": headers, "body": body}
    return await _call(actions, "delete_api_endpoint", endpoint, arguments, sent, View())


async def _call(
    actions: Actions,
    caller: str,
    endpoint: str,
    arguments: Sent,
    sent: Sent,
    view: View,
    allow_duplicate: bool = False,
) -> Answer:
    tool = actions.tools.get(endpoint)
    if tool is not None:
        _check_caller(caller, tool)
        _check_unused(tool.name, sent)
        given = {**_view(tool, view), **arguments}
        wire = (await _called(actions, tool, given, allow_duplicate)).wire()
        return Answer(data=_selected(wire, view.fields) if view.fields else wire)
    action = action_named(actions, "endpoint", endpoint, view)
    _check_caller(caller, action)
    if arguments:
        raise InvalidArguments([Problem("arguments", "An operation takes path, query and body; see describe_tool.")])
    answer = await actions.call(action, sent, allow_duplicate=allow_duplicate)
    return answer if isinstance(answer, Answer) else Answer(data=answer.wire())


async def _called(actions: Actions, tool: Action, given: Sent, allow_duplicate: bool) -> Result:
    """The result of a tool. Whoever called it by its name may not have seen what it takes."""
    try:
        return await actions.call(tool, given, allow_duplicate=allow_duplicate)
    except InvalidArguments as error:
        error.remedy = error.remedy or f"describe_tool shows what {tool.name} takes, with an example."
        raise


def _check_caller(caller: str, action: Action) -> None:
    """Each caller keeps to its effects, so that a client can allow reads without asking."""
    right = CALLERS[action.effect]
    if right != caller:
        problem = f"{action.name} has the effect {action.effect}."
        raise InvalidArguments([Problem("endpoint", problem)], f"Call it with {right}.")


def _check_unused(tool: str, given: Mapping[str, Any]) -> None:
    """Refuse what is meant for an operation where a tool is called: ignored, it would answer something else."""
    unused = [name for name, value in given.items() if value]
    if unused:
        raise InvalidArguments([Problem(name, f"{tool} is a tool: give it in arguments.") for name in unused])


def _view(tool: Action, view: View) -> Sent:
    """What the caller said about the answer, as arguments of the tool. Raises InvalidArguments for what it lacks."""
    wanted = {"page": view.page, "page_size": view.page_size, "detail": view.detail}
    given = {name: value for name, value in wanted.items() if value != getattr(View, name)}
    lacking = [name for name in given if isinstance(tool, Tool) and name not in tool.input_schema["properties"]]
    if lacking:
        raise InvalidArguments([Problem(name, f"{tool.name} has no {name}.") for name in lacking])
    return given


def _selected(wire: dict[str, Any], fields: Sequence[str]) -> Any:
    """Only these fields of a result, or of every item where it is a page, which keeps its `next`."""
    from telnyx_tools.results.shorten import select

    if "items" not in wire:
        return select(wire, [*fields, MARK])
    return {**wire, "items": select(wire["items"], fields)}


def action_named(actions: Actions, argument: str, name: str, view: View = _WHOLE) -> Action:
    """The tool or operation of this name. Raises InvalidArguments where there is none, or not within reach."""
    if (tool := actions.tools.get(name)) is not None:
        return tool
    catalog = _catalog()
    operation = catalog.get(name)
    if operation is None:
        from telnyx_tools.catalog.names import nearest

        close = nearest(name, [*actions.tools, *catalog])
        hint = f" Did you mean {', '.join(close)}?" if close else ""
        problem = Problem(argument, f"There is no such tool or operation.{hint}")
        raise InvalidArguments([problem], "search_tools finds it by what it does.")
    action = _operation_action(operation, view)
    refusal = actions.refusal(action)
    if refusal is not None:
        raise InvalidArguments([Problem(argument, f"{refusal}.")])
    return action


def _catalog() -> Catalog:
    from telnyx_tools.catalog.catalog import Catalog

    return Catalog.load()


def _operation_action(operation: Operation, view: View = _WHOLE) -> Action:
    from telnyx_tools.catalog.action import OperationAction

    return OperationAction(operation, view)


def _described(action: Action, at: str) -> Description:
    return Description(
        name=action.name, call_with=CALLERS[action.effect], **action.describe(at), **_example(action, at)
    )


def _example(action: Action, at: str) -> dict[str, Any]:
    """Of a tool, as the arguments that its caller passes on; an operation describes its own."""
    if at or not isinstance(action, Tool):
        return {}
    from telnyx_tools.catalog.illustration import illustrate_tool

    return {"example": {"arguments": illustrate_tool(action.name, action.input_schema)}}


def _matches(found: Iterable[Found]) -> Matches:
    items = [_match(each) for each in found]
    return Matches(items=items, hint=None if items else "Nothing found: use other words, or fewer.")


def _match(found: Found) -> Match:
    action = found.action
    return Match(
        name=action.name,
        kind=found.kind,
        does=action.summary,
        effect=action.effect,
        required=action.required or None,
        call_with=None if found.withheld else CALLERS[action.effect],
        withheld=found.withheld,
    )
