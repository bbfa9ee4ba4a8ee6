"""The manual of one tool: what it does, its arguments, and an example call."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from telnyx_remote_mcp.commands.output import BOLD, DIM, RED, YELLOW, styled
from telnyx_tools.tool.tool import Tool

_KNOWN = {"to": "+12025550123", "from_number": "+12025550101", "phone_number": "+12025550123", "text": "Hello"}
"""Values that can be typed unchanged: a number that the sandbox's account has, and one that receives messages."""


def manual(tool: Tool) -> str:
    """The manual of a tool as text."""
    properties = tool.input_schema.get("properties", {})
    lines = [f"{styled(tool.name, BOLD)}  {tool.group}, {styled(*_effect(tool))}", "", *wrap(tool.description, 100), ""]
    for name, schema in properties.items():
        needed = ", required" if name in tool.required else ""
        lines.append(f"  {styled(name, BOLD)}  {styled(type_of(schema) + needed, DIM)}")
        lines += [f"      {line}" for line in wrap(about(schema), 94)]
    example = " ".join(["telnyx-mcp-server call --sandbox", tool.name, *_sample(tool)])
    return "\n".join([*lines, "", "Example:", f"  {example}"])


def about(schema: Mapping[str, Any]) -> str:
    """What the schema of an argument says about it, in words."""
    described = [str(schema["description"])] if "description" in schema else []
    described += [str(branch["description"]) for branch in schema.get("anyOf", ()) if "description" in branch]
    text = "; ".join(dict.fromkeys(described))
    if "default" in schema:
        text += f"{'; ' if text else ''}default {schema['default']}"
    return text


def type_of(schema: Mapping[str, Any], quote: str = "") -> str:
    """The type of an argument, or its possible values, each in quotes of this kind."""
    if "enum" in schema:
        return " ".join(f"{quote}{value}{quote}" for value in schema["enum"])
    if "const" in schema:
        return f"{quote}{schema['const']}{quote}"
    if "anyOf" in schema:
        return " or ".join(type_of(branch, quote) for branch in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}), quote)}"
    return str(schema.get("type", "object" if "$ref" in schema else "any"))


def _sample(tool: Tool) -> list[str]:
    """The required arguments as they are typed; if there are none, those that most calls have."""
    properties = tool.input_schema.get("properties", {})
    usual = [name for name in ("to", "from_number", "text") if name in properties]
    return [f"{name}={_value(name, properties[name])}" for name in dict.fromkeys([*usual, *tool.required])]


def _value(name: str, schema: Mapping[str, Any]) -> str:
    branch = schema.get("anyOf", [schema])[0]
    if "enum" in branch or "const" in branch:
        return str(branch.get("const", branch.get("enum", [""])[0]))
    match branch.get("type"):
        case "integer" | "number":
            return str(branch.get("minimum", 1))
        case "boolean":
            return "true"
        case "array":
            return f"'[\"{_value(name.removesuffix('s'), branch.get('items', {}))}\"]'"
        case "string":
            return _KNOWN.get(name, name.upper())
    return "'{...}'"


def _effect(tool: Tool) -> tuple[str, str]:
    words = {"read": ("reads", DIM), "write": ("changes something", YELLOW), "destroy": ("deletes", RED)}
    return words.get(tool.effect.value, ("spends money or reaches people", RED))
