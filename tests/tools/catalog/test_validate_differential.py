"""The check of arguments and answers agrees with `jsonschema`, over the catalog's examples and damaged ones.

Only where values have the types of JSON: what a query, a path or a form holds may be written as text, which JSON
Schema cannot say.
"""

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from telnyx_tools.catalog import Catalog
from telnyx_tools.catalog.example import maximal, minimal, response
from telnyx_tools.catalog.operation import Operation, Schema
from telnyx_tools.catalog.validate import problems, response_problems

DAMAGED = 3
"""How many damaged values are made of an example."""
REPLACEMENTS = (None, True, False, 0, -1, 1.0, 1.5, "", "text", "1", "true", [], ["text"], [1], {}, {"text": 1})


class Translated:
    """A schema of the catalog in JSON Schema's own words."""

    def __init__(self, operation: Operation, schema: Schema) -> None:
        self._operation = operation
        self._defs: dict[str, Any] = {}
        root = self._of(schema)
        self.schema = {**root, "$defs": self._defs}

    def _of(self, schema: Schema) -> dict[str, Any]:
        if "$ref" not in schema:
            return self._plain(schema)
        name = str(schema["$ref"])
        if name not in self._defs:
            self._defs[name] = {}  # a type may hold itself
            self._defs[name] = self._plain(self._operation.resolve({"$ref": schema["$ref"]}))
        return _or_null(schema, {"$ref": f"#/$defs/{name}"})

    def _plain(self, schema: Schema) -> dict[str, Any]:
        return _or_null(schema, self._described(schema))

    def _described(self, schema: Schema) -> dict[str, Any]:
        if "anyOf" in schema:
            return {"anyOf": [self._of(member) for member in schema["anyOf"]]}
        if "enum" in schema:
            return {"enum": list(schema["enum"])}
        kept = {name: schema[name] for name in ("type", "required") if name in schema}
        if "items" in schema:
            kept["items"] = self._of(schema["items"])
        if "properties" in schema:
            kept["properties"] = {name: self._of(each) for name, each in schema["properties"].items()}
            kept["additionalProperties"] = False  # the catalog's own rule, where a schema does not say otherwise
        if "additionalProperties" in schema:
            kept["additionalProperties"] = self._of(schema["additionalProperties"])
        return kept


def _or_null(schema: Schema, described: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [described, {"type": "null"}]} if schema.get("nullable") else described


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*path, key))


def damaged(value: Any, chance: random.Random) -> Any:
    """The value with one thing replaced, left out or added."""
    changed = copy.deepcopy(value)
    *path, last = chance.choice(list(places(value))[1:] or [("",)])
    holder = changed
    for key in path:
        holder = holder[key]
    if not isinstance(holder, dict | list) or last == "":
        return chance.choice(REPLACEMENTS)
    match chance.randrange(4):
        case 0:
            del holder[last]
        case 1 if isinstance(holder, dict):
            holder["of_no_schema"] = chance.choice(REPLACEMENTS)
        case _:
            holder[last] = chance.choice(REPLACEMENTS)
    return changed


def disagreements(catalog: Catalog, part: int) -> Iterator[str]:
    for operation in list(catalog.values())[part::4]:
        chance = random.Random(operation.id)
        if operation.body is not None and operation.content != "multipart":
            validator = Draft202012Validator(Translated(operation, operation.body).schema)
            for example in (minimal(operation).body, maximal(operation).body):
                for body in [example, *(damaged(example, chance) for _ in range(DAMAGED))]:
                    ours = [str(problem) for problem in problems(operation, body=body) if problem.where[:4] == "body"]
                    if body is not None and validator.is_valid(body) is not (not ours):
                        yield f"{operation.id} body: {ours or [e.message for e in validator.iter_errors(body)]}"
        if operation.reply == "json" and operation.response:
            validator = Draft202012Validator(Translated(operation, operation.response).schema)
            example = response(operation)
            for answer in [example, *(damaged(example, chance) for _ in range(DAMAGED // 2))]:
                ours = [str(problem) for problem in response_problems(operation, answer)]
                if validator.is_valid(answer) is not (not ours):
                    yield f"{operation.id} response: {ours or [e.message for e in validator.iter_errors(answer)]}"


@pytest.mark.parametrize("part", range(4))
def test_it_agrees_with_jsonschema(part: int, catalog: Catalog) -> None:
    assert list(disagreements(catalog, part)) == []
