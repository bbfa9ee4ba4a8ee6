"""The schema of a tool's arguments, shown one level at a time if it is large."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from telnyx_tools.argument_errors import InvalidArguments, Problem

Schema = dict[str, Any]

_WHOLE = 3_000
"""Characters of JSON up to which a schema is shown whole."""
_SMALL = 300
"""Characters of JSON up to which an inner object is shown whole inside a schema that is not."""
_ENDS = ("type", "description", "minItems", "maxItems")


def level(schema: Schema, at: str = "") -> Schema:
    """The schema of the arguments, or of the argument at `at`, such as `voice_settings.background_audio`.

    In a large schema, inner objects show only the names of their members, with a star if required, and `deeper` says
    how to see them. Raises InvalidArguments if there is nothing at `at`.
    """
    for name in at.split(".") if at else ():
        schema = _below(schema, name)
    if _size(schema) <= _WHOLE:
        return schema
    deeper = f"look at one with at={at}.NAME" if at else "look at one with at=NAME"
    return {**_opened(schema), "deeper": deeper}


def _below(schema: Schema, name: str) -> Schema:
    forms = list(_forms(schema))
    found = [form["properties"][name] for form in forms if name in form.get("properties", ())]
    if not found:
        names = dict.fromkeys(each for form in forms for each in form.get("properties", ()))
        raise InvalidArguments(
            [Problem("at", f"{name} is not among {', '.join(names) or 'the parts: there are none'}")]
        )
    return found[0] if len(found) == 1 else {"anyOf": found}


def _forms(schema: Schema) -> Iterator[Schema]:
    """The schemas that a value may follow: those of list items and of the branches of unions."""
    if "items" in schema:
        yield from _forms(schema["items"])
    for branch in schema.get("anyOf", ()):
        yield from _forms(branch)
    if "items" not in schema and "anyOf" not in schema:
        yield schema


def _opened(schema: Schema) -> Schema:
    """The schema, in which the objects one level down are shown in outline."""
    if "items" in schema:
        return {**schema, "items": _opened(schema["items"])}
    if "anyOf" in schema:
        return {"anyOf": [_opened(branch) for branch in schema["anyOf"]]}
    if "properties" not in schema:
        return schema
    return {**schema, "properties": {name: _outlined(inner) for name, inner in schema["properties"].items()}}


def _outlined(schema: Schema) -> Schema:
    if _size(schema) <= _SMALL:
        return schema
    kept = {key: value for key, value in schema.items() if key in _ENDS}
    if "items" in schema:
        return {**kept, "items": _outlined(schema["items"])}
    if "anyOf" in schema:
        return {"anyOf": [_outlined(branch) for branch in schema["anyOf"]]}
    if "properties" not in schema:
        return schema
    required = schema.get("required", ())
    return {**kept, "members": [f"{name}*" if name in required else name for name in schema["properties"]]}


def _size(schema: Schema) -> int:
    return len(json.dumps(schema, separators=(",", ":")))
