"""Operations of the API as actions: their arguments are validated by the catalog, their answers have one form."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import uuid4

from telnyx_tools.api.client import File, Replay, Request
from telnyx_tools.api.errors import OutcomeUnknown
from telnyx_tools.api.redaction import without_any
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.catalog.answer import Place, answer
from telnyx_tools.catalog.hints import hint
from telnyx_tools.catalog.operation import Operation, Paging
from telnyx_tools.catalog.query import flatten, nest
from telnyx_tools.catalog.validate import Problem as Invalid
from telnyx_tools.catalog.validate import problems
from telnyx_tools.results.answer import Answer, View
from telnyx_tools.results.result import secret_texts
from telnyx_tools.tool.context import Context
from telnyx_tools.tool.effect import Effect

_NUMBER = re.compile(r"[0-9]{1,18}")


CHECK = "Read the state with read_api_endpoint before calling it again."


@dataclass(frozen=True)
class OperationAction:
    """An operation of the catalog as an action. `view` says which part of its answer is wanted.

    Its arguments are `path`, `query`, `headers` and `body`. Keys of the query may be nested or written with brackets.
    """

    operation: Operation
    view: View = field(default_factory=View)

    target: ClassVar[None] = None

    @property
    def name(self) -> str:
        return self.operation.id

    @property
    def group(self) -> str:
        return self.operation.group

    @property
    def effect(self) -> Effect:
        return Effect(self.operation.effect)

    @property
    def scope(self) -> str:
        return self.operation.scope

    @property
    def paid(self) -> bool:
        return self.operation.paid

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(self.operation.kinds)

    def sensitive_fields(self, arguments: Mapping[str, object]) -> Mapping[str, str]:
        found = self.operation.sensitive_in(arguments.get("body"))
        return {f"body.{path}": kind for path, kind in found.items()}

    @property
    def check(self) -> str | None:
        return None if self.effect is Effect.READ else CHECK

    @property
    def calls(self) -> Sequence[str]:
        return (f"{self.operation.method} {self.operation.path}",)

    @property
    def summary(self) -> str:
        return self.operation.sentence

    @property
    def required(self) -> Sequence[str]:
        operation = self.operation
        body = operation.resolve(operation.body or {}).get("required", ())
        paging = operation.paging
        paged = () if paging is None else {key.split("[")[0] for key in (paging.page, paging.size) if key}
        query = [name for name in operation.query.get("required", ()) if name not in paged]
        return [*operation.path_params, *query, *(f"body.{name}" for name in body)]

    def borrows(self, arguments: Mapping[str, object]) -> Mapping[str, Effect]:
        return {}

    def describe(self, at: str = "") -> Mapping[str, Any]:
        from telnyx_tools.catalog.describe import describe

        try:
            return describe(self.operation, at)
        except KeyError as error:
            raise InvalidArguments([Problem("at", str(error.args[0]))]) from None

    def parse(self, arguments: Mapping[str, object]) -> Mapping[str, object]:
        """The parts of the request, validated, with the paging keys in the query."""
        given: Mapping[str, Any] = arguments
        query = _query(given.get("query") or {})
        if self.operation.paging is not None:
            needed = self.operation.paging.page.split("[")[0] in self.operation.query.get("required", ())
            query = _paged(query, self.operation.paging, self._place, needed=needed)
        elif self._place.token not in (None, "1"):
            raise InvalidArguments([Problem("page", "Its answer is one page: give the `next` of that, or no page.")])
        parsed = {
            "path": given.get("path") or {},
            "query": query,
            "headers": given.get("headers") or {},
            "body": {} if given.get("body") is None and self.operation.takes_command_id else given.get("body"),
        }
        _check(self.operation, parsed)
        return parsed

    async def run(self, arguments: Mapping[str, Any], context: Context) -> Answer:
        secrets = self._secrets(arguments)
        telnyx = context.telnyx.redacting(secrets)
        try:
            reply = await telnyx.send(_request(self.operation, arguments))
        except OutcomeUnknown as error:
            error.check = error.check or self.check
            raise
        found = answer(self.operation, reply, self.view, self._place)
        # The caller knows the secrets that it gave: they need not be in the conversation again.
        shown: Answer = without_any(found, secrets) if secrets else found
        return shown

    def _secrets(self, arguments: Mapping[str, Any]) -> tuple[str, ...]:
        """The values that the request has under names of secrets, anywhere in it. The token of a page is not a
        secret."""
        paging = self.operation.paging
        query = {name: value for name, value in arguments["query"].items() if paging is None or name != paging.page}
        return tuple(secret_texts({**arguments, "query": query}, self.operation.id))

    @property
    def _place(self) -> Place:
        return Place.of(self.view, self.operation.paging)


def _query(given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return nest(given)
    except ValueError as error:
        raise InvalidArguments([Problem("query", f"{error}.")]) from None


def _check(operation: Operation, arguments: Mapping[str, Any]) -> None:
    minted = {"Idempotency-Key": "minted"} if operation.takes_idempotency_key else {}
    found = problems(operation, **{**arguments, "headers": {**minted, **arguments["headers"]}})
    if found:
        named = [Problem(problem.where, _explained(operation, problem)) for problem in found]
        raise InvalidArguments(named, f"describe_tool shows what {operation.id} takes, with an example.")


def _explained(operation: Operation, problem: Invalid) -> str:
    """What is wrong; for a missing argument, with its hint."""
    said = hint(operation, problem.where.split(".")) if problem.kind == "missing" else None
    return f"{problem.what}; {said}" if said else problem.what


def _request(operation: Operation, arguments: Mapping[str, Any]) -> Request:
    body, content = _with_command_id(operation, arguments["body"]), None
    files: dict[str, File] | None = None
    fields: dict[str, str] = {}
    if operation.content == "multipart" and body:
        files, fields = _form(operation, body)
        body = None
    elif operation.content == "binary":
        content, body = _bytes("body", body), None
    return Request(
        method=operation.method,
        template=operation.path,
        ids={name: str(value) for name, value in arguments["path"].items()},
        query={**arguments["query"], **operation.fixed_query},
        body=body,
        files=files,
        fields=fields,
        content=content,
        headers={name: str(value) for name, value in arguments["headers"].items()},
        accept=operation.accept,
        idempotency_key=operation.takes_idempotency_key,
        replay=_replay(operation),
    )


def _replay(operation: Operation) -> Replay:
    if Effect(operation.effect) is Effect.SPENDS:
        return Replay.COSTS
    return Replay.SAFE if operation.takes_command_id else Replay.NEVER


def _with_command_id(operation: Operation, body: Any) -> Any:
    """Telnyx ignores a command id that it has already seen, so that retries may repeat the command unless it costs
    money."""
    if not operation.takes_command_id or not isinstance(body, dict):
        return body
    return {"command_id": str(uuid4()), **body}


def _form(operation: Operation, body: Mapping[str, Any]) -> tuple[dict[str, File], dict[str, str]]:
    schemas = operation.resolve(operation.body or {}).get("properties", {})
    files: dict[str, File] = {}
    texts: dict[str, Any] = {}
    for name, value in body.items():
        if operation.resolve(schemas.get(name, {})).get("format") == "binary":
            files[name] = File(name=name, content=_bytes(f"body.{name}", value))
        else:
            texts[name] = value
    return files, {name: _text(value) for name, value in flatten(texts).items()}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bytes(argument: str, value: object) -> bytes:
    try:
        return base64.b64decode(str(value), validate=True)
    except binascii.Error:
        raise InvalidArguments([Problem(argument, "The content, as base64.")]) from None


def _paged(query: dict[str, Any], paging: Paging, place: Place, *, needed: bool) -> dict[str, Any]:
    """The query with its paging keys, unless the caller gave the API's own. Numbered pages start at 1."""
    wanted: dict[str, Any] = {}
    token = place.token or ("1" if paging.style == "number" and needed else None)
    if token is not None:
        wanted[paging.page] = int(token) if _NUMBER.fullmatch(token) else token
    if paging.size is not None:
        wanted[paging.size] = place.size
    result = dict(query)
    for name, value in nest(wanted).items():
        given = result.get(name)
        result[name] = {**value, **given} if isinstance(value, dict) and isinstance(given, dict) else given or value
    return result
