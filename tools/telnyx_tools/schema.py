"""Compact JSON schemas: what a model needs to read, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

Schema = dict[str, Any]

_SMALL = 240
"""A definition whose JSON is shorter than this stands where it is used; a longer one is kept once in $defs."""


_MEANINGLESS_LENGTH = 1_000
"""No model writes an id or a URL of this length; the limit guards, it does not inform."""


def compact(schema: Schema) -> Schema:
    """The schema without titles, null branches and meaningless defaults, with small definitions inlined.

    Null is taken everywhere, and means the same as to leave a member out.
    """
    definitions: dict[str, Schema] = schema.get("$defs", {})
    uses = Counter(_references(schema))
    inlined = {
        name
        for name, body in definitions.items()
        if name not in _reachable(body, definitions) and (uses[name] == 1 or len(json.dumps(body)) < _SMALL)
    }
    shared = {name: body for name, body in definitions.items() if name not in inlined}
    pruner = _Pruner(definitions, inlined)
    result: Schema = {"type": "object", "properties": {}}
    for name, body in schema.get("properties", {}).items():
        result["properties"][name] = pruner.prune(body)
    if required := schema.get("required"):
        result["required"] = required
    if schema.get("additionalProperties") is False:
        result["additionalProperties"] = False
    if shared:
        result["$defs"] = {name: pruner.prune(body) for name, body in shared.items()}
    return result


def kinds(schema: Schema, root: Schema) -> set[str]:
    """The JSON types that a part of `root` allows, none where it does not say."""
    schema = _resolved(schema, root)
    if "anyOf" in schema:
        branches = [kinds(branch, root) for branch in schema["anyOf"]]
        return set().union(*branches) if all(branches) else set()
    kind = schema.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)


def members(root: Schema, path: Sequence[int | str]) -> list[str]:
    """The names that the object at this place of a value takes; steps that no schema names are passed over."""
    places = [root]
    for step in path:
        places = [_below(place, step) for place in _branches(places, root)]
    return list(dict.fromkeys(name for place in _branches(places, root) for name in place.get("properties", ())))


def _branches(schemas: Iterable[Schema], root: Schema) -> Iterator[Schema]:
    for schema in schemas:
        resolved = _resolved(schema, root)
        if "anyOf" in resolved:
            yield from _branches(resolved["anyOf"], root)
        else:
            yield resolved


def _below(schema: Schema, step: int | str) -> Schema:
    below: Schema = (
        schema.get("items", schema) if isinstance(step, int) else schema.get("properties", {}).get(step, schema)
    )
    return below


def _resolved(schema: Schema, root: Schema) -> Schema:
    name = _reference(schema)
    return schema if name is None else root["$defs"][name]


class _Pruner:
    def __init__(self, definitions: Mapping[str, Schema], inlined: Collection[str]) -> None:
        self._definitions = definitions
        self._inlined = inlined

    def prune(self, schema: Schema) -> Schema:
        schema = self._inline(schema)
        kept = {key: value for key, value in schema.items() if not _is_noise(key, value)}
        for key in ("anyOf", "oneOf"):
            if key in kept:
                kept = self._union(kept, key)
        for key in ("items", "additionalProperties"):
            if isinstance(kept.get(key), dict):
                kept[key] = self.prune(kept[key])
        if "properties" in kept:
            kept["properties"] = {name: self.prune(body) for name, body in kept["properties"].items()}
        return kept

    def _inline(self, schema: Schema) -> Schema:
        name = _reference(schema)
        if name is None or name not in self._inlined:
            return schema
        own = {key: value for key, value in schema.items() if key != "$ref"}
        return self._inline({**self._definitions[name], **own})

    def _union(self, schema: Schema, key: str) -> Schema:
        branches = [branch for branch in schema[key] if branch.get("type") != "null"]
        rest = {name: value for name, value in schema.items() if name != key}
        pruned = [self.prune(branch) for branch in branches]
        if len(pruned) == 1:
            return {**pruned[0], **rest}
        if "description" in rest:
            pruned = [{name: value for name, value in branch.items() if name != "description"} for branch in pruned]
        return {"anyOf": pruned, **rest}


def _is_noise(key: str, value: Any) -> bool:
    if key == "default":
        return value in (None, "", [], {})
    if key in ("minLength", "maxLength") and isinstance(value, int):
        return not 1 < value < _MEANINGLESS_LENGTH
    if key == "discriminator":  # each branch has its constant, and the mapping may name what is inlined
        return isinstance(value, dict) and "propertyName" in value
    return (key == "title" and isinstance(value, str)) or (key == "additionalProperties" and value is True)


def _reference(schema: Schema) -> str | None:
    reference = schema.get("$ref")
    return reference.removeprefix("#/$defs/") if isinstance(reference, str) else None


def _reachable(body: Schema, definitions: Mapping[str, Schema]) -> set[str]:
    """The definitions that this one refers to, directly or through others."""
    found: set[str] = set()
    waiting = list(_references(body))
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting.extend(_references(definitions[name]))
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if (name := _reference(node)) is not None:
            yield name
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
