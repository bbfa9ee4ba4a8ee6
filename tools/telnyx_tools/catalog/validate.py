"""Validates the arguments of an operation, and says what is wrong so that the caller can correct it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain, islice
from typing import Literal

from telnyx_tools.catalog.operation import Operation, Schema
from telnyx_tools.catalog.query import nest

MOST_PROBLEMS = 20
"""The most problems that one answer names; no more are searched for."""
_SHOWN = 12
_LONGEST_NAME = 64
"""The most characters of an unknown name that are shown. For a longer one no valid name is suggested."""


@dataclass(frozen=True)
class Problem:
    """One problem. `where` is the parameter (`body.to`, `query.filter[status]`)."""

    where: str
    what: str
    kind: Literal["missing", "unknown", "choice", "type"] = "type"

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def problems(
    operation: Operation,
    *,
    path: Mapping[str, object] | None = None,
    query: Mapping[str, object] | None = None,
    headers: Mapping[str, object] | None = None,
    body: object = None,
) -> list[Problem]:
    """List the problems of a request, at most `MOST_PROBLEMS`; empty if it is valid.

    `query` may be nested or have keys with brackets, and its values may be texts as they are sent. `headers` that the
    operation does not define are ignored. A problem shows the valid values, never the given one.
    """
    values = _Check(operation, wire=True)
    found = chain(
        values.members(_path_schema(operation), path or {}, "path"),
        _query_problems(values, query or {}),
        values.members(operation.headers, _named(headers or {}, operation.headers), "headers"),
        _body_problems(operation, body),
    )
    return list(islice(found, MOST_PROBLEMS))  # a generator: no further problems are searched for


def response_problems(operation: Operation, answer: object) -> list[Problem]:
    """List where a JSON answer differs from the schema of the operation's answer."""
    return list(_Check(operation, wire=False).value(operation.response or {}, answer, "response"))


def _path_schema(operation: Operation) -> Schema:
    return {"properties": operation.path_params, "required": list(operation.path_params)}


def _named(headers: Mapping[str, object], schema: Schema) -> dict[str, object]:
    names = {name.lower(): name for name in schema["properties"]}
    return {names[name.lower()]: value for name, value in headers.items() if name.lower() in names}


def _query_problems(check: "_Check", query: Mapping[str, object]) -> Iterator[Problem]:
    fixed = check.operation.fixed_query
    try:
        nested = nest({name: value for name, value in query.items() if name not in fixed})
    except ValueError as error:
        return iter([Problem("query", str(error))])
    return check.members(check.operation.query, nested, "query")


def _body_problems(operation: Operation, body: object) -> Iterator[Problem]:
    if operation.body is None:
        if body:
            yield Problem("body", "this operation takes no body", "unknown")
    elif body is not None:
        yield from _Check(operation, wire=operation.content == "multipart").value(operation.body, body, "body")
    elif operation.body_required:
        needed = operation.resolve(operation.body).get("required", ())
        yield Problem("body", "a body is required" + _with(needed), "missing")


def _with(names: Sequence[str]) -> str:
    return f", with {', '.join(names)}" if names else ""


class _Check:
    """Checks a value against its schema. With `wire`, numbers, booleans and lists may be written as texts."""

    def __init__(self, operation: Operation, *, wire: bool) -> None:
        self.operation = operation
        self._wire = wire

    def value(self, schema: Schema, value: object, where: str) -> Iterator[Problem]:
        schema = self.operation.resolve(schema)
        if value is None:
            if schema and not schema.get("nullable") and schema.get("type") != "null":
                yield Problem(where, "null is not accepted here; leave it out")
        elif "anyOf" in schema:
            yield from self._any_of(schema["anyOf"], value, where)
        elif "enum" in schema:
            if not _is_one_of(schema["enum"], value, wire=self._wire):
                yield Problem(where, f"must be {_choice(schema['enum'])}", "choice")
        elif not self._has_type(schema, value):
            yield Problem(where, f"must be {_kind(schema)}")
        elif schema.get("type") == "object" and isinstance(value, Mapping):
            yield from self.members(schema, value, where)
        elif schema.get("type") == "array" and "items" in schema:
            for index, item in enumerate(_items(value)):
                yield from self.value(schema["items"], item, f"{where}[{index}]")

    def members(self, schema: Schema, value: Mapping[str, object], where: str) -> Iterator[Problem]:
        properties: Mapping[str, Schema] = schema.get("properties", {})
        further = schema.get("additionalProperties", None if "properties" in schema else {})
        for name, inner in value.items():
            if name in properties:
                yield from self.value(properties[name], inner, _below(where, name))
            elif further is not None:
                yield from self.value(further, inner, _below(where, name))
            else:
                yield Problem(_below(where, name), _unknown(name, list(properties)), "unknown")
        for name in schema.get("required", ()):
            if name not in value:
                needed = _kind(self.operation.resolve(properties[name]))
                yield Problem(_below(where, name), f"is required: {needed}", "missing")

    def _any_of(self, members: Sequence[Schema], value: object, where: str) -> Iterator[Problem]:
        attempts: list[list[Problem]] = []
        for member in members:
            attempt = list(islice(self.value(member, value, where), MOST_PROBLEMS))
            if not attempt:
                return
            attempts.append(attempt)
        resolved = [self.operation.resolve(member) for member in members]
        fitting = [attempt for attempt in attempts if not any(problem.where == where for problem in attempt)]
        if fitting:
            yield from min(fitting, key=self._distance)
        else:
            yield Problem(where, "must be " + " or ".join(dict.fromkeys(_kind(member) for member in resolved)))

    @staticmethod
    def _distance(attempt: list[Problem]) -> tuple[bool, int]:
        """How far a variant is from what was meant. One with another `type` is the farthest."""
        return any(problem.where.endswith(".type") for problem in attempt), len(attempt)

    def _has_type(self, schema: Schema, value: object) -> bool:
        match schema.get("type"):
            case "string":
                return isinstance(value, str | bytes) or (self._wire and _is_scalar(value))
            case "boolean":
                return isinstance(value, bool) or (self._wire and value in ("true", "false"))
            case "integer":
                return _is_number(value, whole=True) or (self._wire and _reads_as(int, value))
            case "number":
                return _is_number(value, whole=False) or (self._wire and _reads_as(float, value))
            case "array":
                return isinstance(value, list | tuple) or (self._wire and _is_scalar(value))
            case "object":
                return isinstance(value, Mapping)
            case "null":
                return False
        return True


def _items(value: object) -> Sequence[object]:
    """The items of a list. A query may write them as one text with commas."""
    if isinstance(value, list | tuple):
        return value
    return str(value).split(",")


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _is_number(value: object, *, whole: bool) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return not whole or isinstance(value, int) or value.is_integer()


def _reads_as(kind: type[int] | type[float], value: object) -> bool:
    try:
        kind(value) if isinstance(value, str) else kind("")
    except ValueError:
        return False
    return True


def _is_one_of(allowed: Sequence[object], value: object, *, wire: bool) -> bool:
    if wire:
        return _text(value) in {_text(one) for one in allowed}
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed)


def _text(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _below(where: str, name: str) -> str:
    name = name[:_LONGEST_NAME]
    if not where.startswith("query"):
        return f"{where}.{name}"
    return f"{where}.{name}" if where == "query" else f"{where}[{name}]"


def _unknown(name: str, known: list[str]) -> str:
    if not known:
        return "is not known; nothing is taken here"
    near = get_close_matches(name, known, n=3, cutoff=0.5) if len(name) <= _LONGEST_NAME else []
    return f"is not known; {'did you mean' if near else 'valid are'} {_listed(near or sorted(known))}"


def _choice(values: Sequence[object]) -> str:
    return _text(values[0]) if len(values) == 1 else f"one of {_listed(values)}"


def _listed(values: Sequence[object]) -> str:
    more = f", and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(_text(value) for value in values[:_SHOWN]) + more


def _kind(schema: Schema) -> str:
    if "enum" in schema:
        return _choice(schema["enum"])
    names = {"array": "a list", "object": "an object", "integer": "a whole number", "boolean": "true or false"}
    if "anyOf" in schema:
        return "one of several forms"
    kind = schema.get("type", "")
    return names.get(kind, f"a {kind}" if kind else "any value")
