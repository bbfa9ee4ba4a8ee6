"""Arguments of a tool as they are typed on the command line: `name=value`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from telnyx_remote_mcp.commands import UsageError


def pairs(given: Iterable[str]) -> dict[str, str]:
    """The name and text of each argument. Raises UsageError."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise UsageError("An argument of a tool is written name=value.")
        if name in found:
            raise UsageError(f'{name} is given more than once; a list is written as JSON: {name}=\'["a", "b"]\'.')
        found[name] = value
    return found


def typed(given: Mapping[str, str], schema: Mapping[str, Any]) -> dict[str, object]:
    """The arguments as values of the types in the tool's input schema."""
    properties = schema.get("properties", {})
    return {name: parsed(text, properties.get(name, {})) for name, text in given.items()}


def parsed(text: str, schema: Mapping[str, Any]) -> object:
    """The value of one argument: the text itself if the schema allows a text, else the text parsed as JSON."""
    branches = schema.get("anyOf", [schema])
    if any(branch.get("type") == "string" or "enum" in branch for branch in branches):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
