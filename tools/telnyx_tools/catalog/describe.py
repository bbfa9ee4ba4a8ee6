"""Describes operations to agents that want to call them, one level of detail at a time."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from telnyx_tools.catalog.hints import hint
from telnyx_tools.catalog.illustration import illustrate
from telnyx_tools.catalog.operation import Operation, Paging, Schema
from telnyx_tools.catalog.query import flatten

_NAMES = 8
"""The most names of a nested object, or values of an enum in it, that are shown at once."""
_BY_FORMAT = {"date-time": ", like 2026-01-15T12:00:00Z", "date": ", like 2026-01-15", "binary": " as base64"}


def describe(operation: Operation, at: str = "") -> dict[str, Any]:
    """The parameters of an operation, each in a few words, with the smallest valid example.

    `at` selects one parameter to describe: `body.voice_settings`. Raises KeyError, which names the possible parts, if
    there is no such parameter or it has no parts.
    """
    parts = _parts(operation)
    if at:
        names = at.split(".")
        return {"id": operation.id, "at": at, **_level(operation, _descend(operation, parts, names), names)}
    found: dict[str, Any] = {
        "id": operation.id,
        "does": operation.sentence,
        "request": f"{operation.method} {operation.path}",
        "effect": operation.effect,
        **({"paid": True} if operation.paid else {}),
        **({"sensitive": sorted(operation.kinds)} if operation.kinds else {}),
    }
    for name, schema in parts.items():
        if _properties(operation, schema) or name == "body":
            found[name] = _level(operation, schema, [name])
    found["example"] = _example(operation)
    if operation.paging is not None:
        found["paging"] = _paging(operation.paging)
    found["returns"] = _returns(operation)
    return found


def _parts(operation: Operation) -> dict[str, Schema]:
    path = {"type": "object", "properties": operation.path_params, "required": list(operation.path_params)}
    body = {} if operation.body is None else {"body": operation.body}
    return {"path": path, "query": _bracketed(operation), "headers": operation.headers, **body}


def _bracketed(operation: Operation) -> Schema:
    """The query as flat keys, as they are sent: `filter[status]`."""
    found: dict[str, Any] = {"type": "object", "properties": {}, "required": []}

    def add(schema: Schema, key: str, *, needed: bool) -> None:
        schema = operation.resolve(schema)
        for member in schema.get("anyOf", (schema,)):
            variant = operation.resolve(member)
            if "properties" not in variant:
                found["properties"].setdefault(key, member)
            for name, inner in variant.get("properties", {}).items():
                required = needed and name in variant.get("required", ())
                add(inner, f"{key}[{name}]" if key else name, needed=required)
        if needed and key in found["properties"]:
            found["required"].append(key)

    add(operation.query, "", needed=True)
    paging = operation.paging  # its keys get defaults if the caller leaves them out
    filled = () if paging is None else (paging.page, paging.size)
    return {**found, "required": [key for key in found["required"] if key not in filled]}


def _descend(operation: Operation, parts: Mapping[str, Schema], names: Sequence[str]) -> Schema:
    schema: Schema = {"type": "object", "properties": parts}
    for name in names:
        properties = _properties(operation, schema)
        if name not in properties:
            raise KeyError(f"{name} is not among {', '.join(properties) or 'the parts, as there are none'}")
        schema = properties[name]
    return schema


def _properties(operation: Operation, schema: Schema) -> dict[str, Schema]:
    """The members of a schema, looking through lists and the branches of unions."""
    schema = operation.resolve(schema)
    if "items" in schema:
        return _properties(operation, schema["items"])
    found: dict[str, Schema] = dict(schema.get("properties", {}))
    for member in schema.get("anyOf", ()):
        found = {**_properties(operation, member), **found}
    return found


def _level(operation: Operation, schema: Schema, where: Sequence[str]) -> dict[str, Any]:
    schema = operation.resolve(schema)
    if "items" in schema:
        return {"list_of": _level(operation, schema["items"], where)}
    if "anyOf" in schema:
        return {"one_of": [_level(operation, member, where) for member in schema["anyOf"]]}
    if "properties" not in schema:
        return {"type": _hinted(operation, schema, where)}
    words = {
        name: _hinted(operation, inner, [*where, *re.findall(r"[^\[\]]+", name)])
        for name, inner in schema["properties"].items()
    }
    needed = schema.get("required", ())
    required = {name: word for name, word in words.items() if name in needed}
    optional = {name: word for name, word in words.items() if name not in needed}
    found = {"required": required, "optional": optional}
    return {kind: names for kind, names in found.items() if names}


def _hinted(operation: Operation, schema: Schema, where: Sequence[str]) -> str:
    """A type in a few words, with a hint if type and name do not say what to give: `string: from things.list`."""
    word = _word(operation, schema, names=True)
    said = hint(operation, where) if is_bare(operation, schema) else None
    return f"{word}: {said}" if said else word


def is_bare(operation: Operation, schema: Schema) -> bool:
    """Return whether a type says nothing about its values: a plain text or number, or a list or map of these."""
    schema = operation.resolve(schema)
    if "anyOf" in schema:
        return any(is_bare(operation, member) for member in schema["anyOf"])
    if "items" in schema:
        return is_bare(operation, schema["items"])
    telling = {"enum", "format", "examples", "properties"} & schema.keys()
    return not telling and schema.get("type") not in {"boolean", "null"}


def _word(operation: Operation, schema: Schema, *, names: bool) -> str:
    """A type in a few words: `[string]`, `SMS|MMS`, `{name*, url, ...}` (a star marks required members)."""
    schema = operation.resolve(schema)
    null = "|null" if schema.get("nullable") else ""
    if "anyOf" in schema:
        words = dict.fromkeys(_word(operation, member, names=names) for member in schema["anyOf"])
        return " or ".join(words) + null
    if "enum" in schema:
        return _values(schema["enum"], len(schema["enum"]) if names else _NAMES) + null
    match schema.get("type"):
        case "array":
            return f"[{_word(operation, schema.get('items', {}), names=names)}]{null}"
        case "object":
            return (_object(schema) if names else "object") + null
        case "string" if "examples" in schema:
            return f"string, such as {_values(schema['examples'], _NAMES)}{null}"
    kind = str(schema.get("format", schema.get("type", "any")))
    return kind + null + _BY_FORMAT.get(kind, "")


def _object(schema: Schema) -> str:
    if "properties" not in schema:
        return "{any name: value}"
    required = schema.get("required", ())
    names = [f"{name}*" for name in required] + [name for name in schema["properties"] if name not in required]
    shown = names[: max(_NAMES, len(required))]
    return "{" + ", ".join(shown) + (", ..." if len(names) > len(shown) else "") + "}"


def _values(values: Sequence[object], count: int) -> str:
    words = [str(value).lower() if isinstance(value, bool) else str(value) for value in values[:count]]
    return "|".join(words) + ("|..." if len(values) > count else "")


def _example(operation: Operation) -> dict[str, Any]:
    arguments = illustrate(operation)
    query = {key: value for key, value in flatten(arguments.query).items() if key in _bracketed(operation)["required"]}
    parts = {"path": arguments.path, "query": query, "headers": arguments.headers}
    found: dict[str, Any] = {name: part for name, part in parts.items() if part}
    return found if arguments.body is None else {**found, "body": arguments.body}


def _paging(paging: Paging) -> str:
    what = "a page number, by default 1" if paging.style == "number" else f"the {paging.style} of the page"
    return f"{paging.page} takes {what}" + (f", {paging.size} its size" if paging.size else "")


def _returns(operation: Operation) -> str:
    if operation.reply != "json":
        return "nothing" if operation.reply == "none" else operation.accept
    schema = operation.resolve(operation.response or {})
    word = _word(operation, schema.get("properties", {}).get(operation.envelope, schema), names=True)
    return word.removesuffix("|null")
