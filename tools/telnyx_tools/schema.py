"""Compact JSON schemas: what a model needs to read, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

Schema = dict[str, Any]

_SMALL = 240
"""A definition whose JSON is shorter than this stands where it is used; a longer one is kept once in $defs."""


_MEANINGLESS_LENGTH = 1_000
"""No model writes an id or a URL of this length; the limit guards, it does not inform."""


def compact(schema: Schema, *, clearable: Collection[str] = ()) -> Schema:
    """The schema without titles, meaningless null branches and defaults, with small definitions inlined.

    `clearable` names the top-level properties whose null means something.
    """
    definitions: dict[str, Schema] = schema.get("$defs", {})
    uses = Counter(_references(schema))
    inlined = {
        name
        for name, body in definitions.items()
        if name not in set(_references(body)) and (uses[name] == 1 or len(json.dumps(body)) < _SMALL)
    }
    shared = {name: body for name, body in definitions.items() if name not in inlined}
    pruner = _Pruner(definitions, inlined)
    result: Schema = {"type": "object", "properties": {}}
    for name, body in schema.get("properties", {}).items():
        result["properties"][name] = pruner.prune(body, keep_null=name in clearable)
    if required := schema.get("required"):
        result["required"] = required
    if schema.get("additionalProperties") is False:
        result["additionalProperties"] = False
    if shared:
        result["$defs"] = {name: pruner.prune(body) for name, body in shared.items()}
    return result


class _Pruner:
    def __init__(self, definitions: Mapping[str, Schema], inlined: Collection[str]) -> None:
        self._definitions = definitions
        self._inlined = inlined

    def prune(self, schema: Schema, *, keep_null: bool = False) -> Schema:
        schema = self._inline(schema)
        kept = {key: value for key, value in schema.items() if not _is_noise(key, value)}
        for key in ("anyOf", "oneOf"):
            if key in kept:
                kept = self._union(kept, key, keep_null)
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

    def _union(self, schema: Schema, key: str, keep_null: bool) -> Schema:
        branches = [branch for branch in schema[key] if keep_null or branch.get("type") != "null"]
        rest = {name: value for name, value in schema.items() if name != key}
        pruned = [self.prune(branch) for branch in branches]
        if len(pruned) == 1:
            return {**pruned[0], **rest}
        if "description" in rest:
            pruned = [{name: value for name, value in branch.items() if name != "description"} for branch in pruned]
        return {key: pruned, **rest}


def _is_noise(key: str, value: Any) -> bool:
    if key == "default":
        return value in (None, "", [], {})
    if key in ("minLength", "maxLength") and isinstance(value, int):
        return not 1 < value < _MEANINGLESS_LENGTH
    return (key == "title" and isinstance(value, str)) or (key == "additionalProperties" and value is True)


def _reference(schema: Schema) -> str | None:
    reference = schema.get("$ref")
    return reference.removeprefix("#/$defs/") if isinstance(reference, str) else None


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if (name := _reference(node)) is not None:
            yield name
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
