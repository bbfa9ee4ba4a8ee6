"""The dialect of JSON Schema that schemas of tools use: every model's API accepts it, and every grammar compiler reads
it.

It is narrower than what any of them accepts. OpenAI's strict mode knows nine formats, Gemini only one of these.
Gemini's own schemas have no references, no constants, and enums of texts only. Anthropic's schemas allow only a few
kinds of characters in names. llama.cpp's grammars know no classes such as `\\S`, and refuse 2,000 repetitions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

Schema = dict[str, Any]

LONGEST_NAME: Final = 64
"""The longest name of a tool for a model, including the prefix of the client."""
TOOL_NAME: Final = re.compile(r"[a-z][a-z0-9_]{2,40}")
"""The form of a tool's own name. It leaves room for `mcp__local_telnyx_mcp__`, the prefix that some clients make of the
server's name."""

_KEYWORDS: Final[dict[str, frozenset[str]]] = {
    "string": frozenset({"enum", "pattern", "format", "minLength", "maxLength", "default"}),
    "integer": frozenset({"minimum", "maximum", "default"}),
    "number": frozenset({"minimum", "maximum", "default"}),
    "boolean": frozenset({"default"}),
    "null": frozenset(),
    "array": frozenset({"items", "minItems", "maxItems", "default"}),
    "object": frozenset({"properties", "required", "additionalProperties", "default"}),
}
_ARGUMENT_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")

_DEEPEST: Final = 10
_MOST_PROPERTIES: Final = 1_000
_MOST_VALUES: Final = 500
_MOST_CHARACTERS: Final = 15_000
"""The most characters of all names and enum values of a schema together."""

MOST_REPETITIONS: Final = 2_000
"""The limit for the size of a repeated part times its repetitions: engines refuse this number."""
_SEPARATED: Final = 3
"""A list item counts as three parts: the item, its comma and the space."""

_CLASS = r"\[\^?(?:[^\[\]\\^]|\\[\[\]\\^-])+\]"
_PATTERN: Final = re.compile(
    rf"\^(?:{_CLASS}|\\[.+*?()\[\]{{}}|^$/\\-]|\((?!\?)|\)|[?*+|]|\{{[0-9]+(?:,[0-9]*)?\}}|[^\\\[\](){{}}?*+|.^$])+\$"
)
_REPEATED: Final = re.compile(rf"(?P<what>{_CLASS}|\)|\\?.)\{{(?:[0-9]+,)?(?P<times>[0-9]+)\}}")


def problems(schema: Schema) -> list[str]:
    """Where and how the input schema of a tool leaves the dialect; empty if it does not."""
    if schema.get("type") != "object" or "properties" not in schema:
        return ["the arguments are no object of named properties"]
    return [*_odd(schema, "", 0), *_too_many(schema)]


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with a pattern: other regular expression engines would refuse it or read it differently. None if
    nothing is."""
    if _PATTERN.fullmatch(pattern) is None:
        return "is more than plain characters, classes of them, groups and repetitions between ^ and $"
    if _alternates_outside_groups(pattern):
        return "has alternatives outside a group, so that only one of them begins at ^"
    if any(_weight(found["what"]) * int(found["times"]) >= MOST_REPETITIONS for found in _REPEATED.finditer(pattern)):
        return "repeats too much"
    return None


def _odd(schema: Schema, place: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield f"{place} is too deep"
    elif "anyOf" in schema:
        if len(schema) > 1:
            yield f"{place} has {', '.join(schema.keys() - {'anyOf'})} beside anyOf"
        for branch in schema["anyOf"]:
            yield from _odd(branch, f"{place}|", depth)
    elif not isinstance(schema.get("type"), str) or schema["type"] not in _KEYWORDS:
        yield f"{place} has no single type"
    else:
        for keyword in schema.keys() - _KEYWORDS[schema["type"]] - {"type", "description"}:
            yield f"{place} has {keyword}"
        yield from _odd_value(schema, place)
        for inner_place, inner in _inside(schema, place):
            yield from _odd(inner, inner_place, depth + (schema["type"] == "object"))


def _odd_value(schema: Schema, place: str) -> Iterator[str]:
    match schema["type"]:
        case "string":
            yield from _odd_text(schema, place)
        case "array":
            if not isinstance(schema.get("items"), dict):
                yield f"{place} does not say what is in the list"
            if schema.get("maxItems", 0) * _SEPARATED >= MOST_REPETITIONS:
                yield f"{place} bounds the list too high"
        case "object":
            yield from _odd_object(schema, place)


def _odd_text(schema: Schema, place: str) -> Iterator[str]:
    if schema.get("format", "date-time") != "date-time":
        yield f"{place} has the format {schema['format']}"
    values = schema.get("enum", ["one"])
    if not values or not all(isinstance(value, str) and value for value in values) or len(set(values)) < len(values):
        yield f"{place} has an enum of other than different texts"
    if "pattern" in schema and (problem := pattern_problem(schema["pattern"])) is not None:
        yield f"{place}: the pattern {schema['pattern']} {problem}"
    if schema.get("maxLength", 0) >= MOST_REPETITIONS:
        yield f"{place} bounds the text too high"


def _odd_object(schema: Schema, place: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in properties:
        if _ARGUMENT_NAME.fullmatch(name) is None:
            yield f"{place} has a property of the odd name {name}"
    if unknown := [name for name in schema.get("required", ()) if name not in properties]:
        yield f"{place} requires {', '.join(unknown)}, which it does not have"
    further = schema.get("additionalProperties")
    if further is None or (properties and further is not False):
        yield f"{place} does not say whether other names are taken, or takes them beside its own"


def _inside(schema: Schema, place: str) -> Iterator[tuple[str, Schema]]:
    for name, inner in schema.get("properties", {}).items():
        yield (f"{place}.{name}" if place else name), inner
    if isinstance(schema.get("items"), dict):
        yield f"{place}[]", schema["items"]
    if isinstance(schema.get("additionalProperties"), dict):
        yield f"{place}{{}}", schema["additionalProperties"]
    for branch in schema.get("anyOf", ()):
        yield f"{place}|", branch


def _everything(schema: Schema) -> Iterator[Schema]:
    yield schema
    for _, inner in _inside(schema, ""):
        yield from _everything(inner)


def _too_many(schema: Schema) -> Iterator[str]:
    parts = list(_everything(schema))
    names = [name for part in parts for name in part.get("properties", ())]
    values = [str(value) for part in parts for value in part.get("enum", ())]
    if len(names) > _MOST_PROPERTIES:
        yield "there are too many properties"
    if len(values) > _MOST_VALUES:
        yield "there are too many values in enums"
    if sum(map(len, (*names, *values))) > _MOST_CHARACTERS:
        yield "names and enums are too long"


def _alternates_outside_groups(pattern: str) -> bool:
    depth = 0
    for sign in re.findall(rf"{_CLASS}|\\.|.", pattern):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "|" and depth == 0:
            return True
    return False


def _weight(repeated: str) -> int:
    """How many grammar rules an engine makes of a repeated part: for a class, one for each end of its ranges."""
    return len(repeated.replace("-", "").replace("\\", "")) - 2 if repeated.startswith("[") else 1
