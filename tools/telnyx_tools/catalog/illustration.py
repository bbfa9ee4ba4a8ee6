"""The example that a description shows: the required arguments, or one field that an update may change."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from telnyx_tools.catalog.example import ID, UNKNOWN, Arguments, maximal, minimal, plain_text
from telnyx_tools.catalog.operation import Operation

_TELLING = ("name", "_name", "text", "title", "description", "label", "tags", "webhook_url", "status")
"""Endings of the names of fields that are good examples of a change, the best first."""


def illustrate(operation: Operation) -> Arguments:
    """Arguments that are valid and do no harm if somebody sends them unchanged except for the ids."""
    arguments = minimal(operation)
    given = _examples()["operations"].get(operation.id, {})
    for part in ("path", "query", "headers", "body"):
        value = _merged(getattr(arguments, part), given.get(part))
        if part == "body" and not value and operation.method in {"PATCH", "PUT"}:
            value = _one_thing(operation) or value
        setattr(arguments, part, _named(value, "", operation.group))
    return arguments


def illustrate_tool(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Valid arguments for a tool with this input schema: the required ones, and for an update one field to change."""
    given = _examples()["tools"].get(name, {})
    properties: Mapping[str, Any] = schema.get("properties", {})
    wanted = [each for each in schema.get("required", ()) if each not in given]
    if name.startswith("update_") and not given:
        wanted += next(([each] for end in _TELLING for each in properties if each.endswith(end)), [])
    definitions = schema.get("$defs", {})
    return {**{each: _sampled(properties[each], each, definitions) for each in dict.fromkeys(wanted)}, **given}


def _sampled(schema: Mapping[str, Any], name: str, definitions: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        return _sampled(definitions[schema["$ref"].removeprefix("#/$defs/")], name, definitions)
    for forms in (schema.get("anyOf"), schema.get("oneOf")):
        if forms:
            return _sampled(forms[0], name, definitions)
    if "const" in schema or "enum" in schema or "examples" in schema:
        return schema.get("const") or [*schema.get("examples", ()), *schema.get("enum", ())][0]
    match schema.get("type"):
        case "object":
            inner = schema.get("properties", {})
            return {each: _sampled(inner[each], each, definitions) for each in schema.get("required", ())}
        case "array":
            return [_sampled(schema.get("items", {}), name.removesuffix("s"), definitions)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    return plain_text(name) or (ID if name == "id" or name.endswith("_id") else _value(name))


def _one_thing(operation: Operation) -> dict[str, Any]:
    body = maximal(operation).body
    if not isinstance(body, dict):
        return {}
    harmless = [name for name in body if not operation.sensitive_in({name: body[name]})]
    plain = [name for name in harmless if isinstance(body[name], str | int) and not isinstance(body[name], bool)]
    telling = (name for end in _TELLING for name in harmless if name.endswith(end))
    chosen = next(telling, next(iter(plain or harmless), None))
    return {} if chosen is None else {chosen: body[chosen]}


def _named(value: Any, name: str, group: str) -> Any:
    """The value, in which texts that say nothing are replaced by an example for their name."""
    if isinstance(value, dict):
        return {key: _named(inner, key, group) for key, inner in value.items()}
    if isinstance(value, list):
        return [_named(inner, name, group) for inner in value]
    of_group = _examples()["groups"].get(group, {})
    if isinstance(value, str) and name in of_group and "@" not in value:
        return of_group[name]
    return _value(name) if value == UNKNOWN else value


def _value(name: str) -> str:
    names: Mapping[str, str] = _examples()["names"]
    ends = (text for end, text in names.items() if name.endswith((f"_{end}", f"{end}s")))
    return names.get(name) or next(ends, UNKNOWN)


def _merged(value: Any, given: Any) -> Any:
    return {**(value or {}), **given} if given else value


@cache
def _examples() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("examples.toml").read_text(encoding="utf-8"))
