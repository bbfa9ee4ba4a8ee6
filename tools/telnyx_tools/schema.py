"""Compact JSON schemas: only what a model needs to read, in keywords that every model's API knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Schema = dict[str, Any]

_MEANINGLESS = 600
"""No model writes an id, a URL or a list of this length: such a limit protects the server but tells a model nothing."""
_NO_SPACE = r"\S"
_NO_SPACE_IN_ASCII = "[!-~]"
"""Replaces `_NO_SPACE`, which grammar compilers do not read. Validation still accepts characters outside of ASCII."""


def compact(schema: Schema) -> Schema:
    """The schema without titles, null branches and useless defaults, with definitions inlined where they are used.

    Null is accepted for every member and means that it is left out. Raises ValueError for a recursive definition, since
    hardly any model's API accepts one.
    """
    pruner = _Pruner(schema.get("$defs", {}))
    result: Schema = {"type": "object", "properties": {}}
    for name, body in schema.get("properties", {}).items():
        result["properties"][name] = pruner.prune(body)
    if required := schema.get("required"):
        result["required"] = required
    if schema.get("additionalProperties") is False:
        result["additionalProperties"] = False
    return result


def kinds(schema: Schema) -> set[str]:
    """The JSON types that a schema allows; empty if it does not say."""
    if "anyOf" in schema:
        branches = [kinds(branch) for branch in schema["anyOf"]]
        return set().union(*branches) if all(branches) else set()
    kind = schema.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)


def members(root: Schema, path: Sequence[int | str]) -> list[str]:
    """The member names that the object at this path accepts. Steps of the path that the schema does not know are
    skipped."""
    places = [root]
    for step in path:
        places = [_below(place, step) for place in _branches(places)]
    return list(dict.fromkeys(name for place in _branches(places) for name in place.get("properties", ())))


def _branches(schemas: Iterable[Schema]) -> Iterator[Schema]:
    for schema in schemas:
        if "anyOf" in schema:
            yield from _branches(schema["anyOf"])
        else:
            yield schema


def _below(schema: Schema, step: int | str) -> Schema:
    below: Schema = (
        schema.get("items", schema) if isinstance(step, int) else schema.get("properties", {}).get(step, schema)
    )
    return below


class _Pruner:
    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions
        self._open: list[str] = []
        """The definitions that are being inlined."""

    def prune(self, schema: Schema) -> Schema:
        name = _reference(schema)
        if name is None:
            return self._pruned(schema)
        if name in self._open:
            raise ValueError(f"{name} is part of itself")
        own = {key: value for key, value in schema.items() if key != "$ref"}
        self._open.append(name)
        pruned = self.prune({**self._definitions[name], **own})
        self._open.pop()
        return pruned

    def _pruned(self, schema: Schema) -> Schema:
        schema = _plain(schema)
        kept = {key: value for key, value in schema.items() if not _is_noise(key, value, schema)}
        for key in ("anyOf", "oneOf"):
            if key in kept:
                kept = self._union(kept, key)
        for key in ("items", "additionalProperties"):
            if isinstance(kept.get(key), dict):
                kept[key] = self.prune(kept[key])
        if "properties" in kept:
            kept["properties"] = {name: self.prune(body) for name, body in kept["properties"].items()}
        return kept

    def _union(self, schema: Schema, key: str) -> Schema:
        """The union, with the keywords beside it moved into its first branch, since not all readers look beside it."""
        branches = [branch for branch in schema[key] if branch.get("type") != "null"]
        rest = {name: value for name, value in schema.items() if name != key}
        first, *others = (self.prune(branch) for branch in branches)
        if "description" in rest:
            for other in others:
                other.pop("description", None)
        first = {**first, **rest}
        return {"anyOf": [first, *others]} if others else first


def _plain(schema: Schema) -> Schema:
    """The schema with keywords that hardly any model's API knows replaced by ones that mean nearly the same."""
    schema = dict(schema)
    if "pattern" in schema:
        schema["pattern"] = schema["pattern"].replace(_NO_SPACE, _NO_SPACE_IN_ASCII)
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    if "exclusiveMinimum" in schema:  # validation still refuses the value itself
        schema["minimum"] = schema.pop("exclusiveMinimum")
    for values in schema.pop("patternProperties", {}).values():  # validation still refuses other names
        schema["additionalProperties"] = values
    return schema


def _is_noise(key: str, value: Any, schema: Schema) -> bool:
    match key:
        case "title":
            return True
        case "default":
            return value is False or value in (None, "", [], {})
        case "minLength" | "maxLength":
            return not 1 < value < _MEANINGLESS
        case "maxItems":
            return bool(value >= _MEANINGLESS)
        case "discriminator":  # each branch has its constant, and the mapping may name inlined definitions
            return True
        case "additionalProperties":  # an object without properties must say so, or it is read as an empty one
            return value is True and bool(schema.get("properties"))
    return False


def _reference(schema: Schema) -> str | None:
    reference = schema.get("$ref")
    return reference.removeprefix("#/$defs/") if isinstance(reference, str) else None
