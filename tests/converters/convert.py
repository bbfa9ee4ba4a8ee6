"""Puts listings of tools through what turns them into the schemas of models' APIs and into grammars.

Reads `{surface: [tool, …]}` from stdin, each tool as MCP lists it, writes what fails, and says with its exit code
whether anything did. Runs in a venv of its own: tests/converters/run.
"""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import llguidance
import mcp.types as mcp_types  # of its first version: langchain-mcp-adapters is not yet on the second
import outlines_core
from agents.mcp import MCPServerStdio
from agents.mcp.util import MCPUtil
from google.genai import types as gemini
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_google_genai._function_utils import convert_to_genai_function_declarations
from langchain_mcp_adapters.tools import convert_mcp_tool_to_langchain_tool
from pydantic_ai.profiles.google import GoogleJsonSchemaTransformer
from pydantic_ai.profiles.openai import OpenAIJsonSchemaTransformer

Json = dict[str, Any]

FREE_JSON = {
    "read_api_endpoint": "arguments of any operation or tool",
    "write_api_endpoint": "arguments of any operation or tool",
    "delete_api_endpoint": "arguments of any operation or tool",
    "send_whatsapp_template": "data of a flow, which whoever made the flow names",
    "create_assistant": "dynamic variables, which the caller names",
    "make_call": "dynamic variables, which the caller names",
    "start_assistant_call": "dynamic variables, which the caller names",
}
"""The tools of the default surface that strict function calling cannot have: they take names that nobody knows."""

MOST_TOOLS = 128
"""As many functions one request to OpenAI has."""


class Warnings(logging.Handler):
    """What a converter says instead of failing."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if "'additionalProperties'" not in said:  # Gemini's schemas are never closed
            self.said.append(said)


WARNINGS = Warnings()


def openai_agents(tool: Json) -> None:
    """Raises AssertionError for a tool that is not strict although it could be, and the other way round."""
    server = MCPServerStdio({"command": "true"})
    function = MCPUtil.to_function_tool(listed(tool), server, convert_schemas_to_strict=True)
    assert function.strict_json_schema == is_closed(tool["inputSchema"]), "is not strict"


def google_genai(tool: Json) -> None:
    schema = gemini.JSONSchema.model_validate(tool["inputSchema"])
    converted = gemini.Schema.from_json_schema(json_schema=schema, raise_error_on_unsupported_field=True)
    assert_typed(converted.model_dump(exclude_none=True), "")
    gemini.FunctionDeclaration(
        name=tool["name"], description=tool["description"], parameters_json_schema=tool["inputSchema"]
    )


def langchain(tool: Json) -> None:
    converted = convert_mcp_tool_to_langchain_tool(
        None, listed(tool), connection={"transport": "stdio", "command": "true", "args": []}
    )
    assert (
        convert_to_openai_tool(converted)["function"]["parameters"]["properties"] == tool["inputSchema"]["properties"]
    )
    (declared,) = convert_to_genai_function_declarations([converted])
    (function,) = declared.function_declarations
    assert_typed(function.parameters.model_dump(exclude_none=True) if function.parameters else {}, "")


def pydantic_ai(tool: Json) -> None:
    OpenAIJsonSchemaTransformer(deepcopy(tool["inputSchema"]), strict=True).walk()
    converted = GoogleJsonSchemaTransformer(deepcopy(tool["inputSchema"])).walk()
    assert converted["properties"].keys() == tool["inputSchema"]["properties"].keys()


def llguidance_grammar(tool: Json) -> None:
    grammar = llguidance.LLMatcher.grammar_from_json_schema(json.dumps(tool["inputSchema"]))
    assert (problem := llguidance.LLMatcher.validate_grammar(grammar)) == "", problem


def outlines(tool: Json) -> None:
    outlines_core.json_schema.build_regex_from_schema(json.dumps(tool["inputSchema"]))


CONVERTERS: tuple[Callable[[Json], None], ...] = (
    openai_agents,
    google_genai,
    langchain,
    pydantic_ai,
    llguidance_grammar,
    outlines,
)


def listed(tool: Json) -> mcp_types.Tool:
    return mcp_types.Tool.model_validate(deepcopy(tool))


def is_closed(schema: Json) -> bool:
    """Whether every object in it says which names it has."""
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    inner += [schema["items"]] if "items" in schema else []
    return schema.get("additionalProperties", False) is False and all(map(is_closed, inner))


def assert_typed(schema: Json, place: str) -> None:
    """Raises AssertionError for a part without a type, which Gemini refuses with the whole request."""
    assert place == "" or "type" in schema or "any_of" in schema, f"{place} has no type"
    for name, inner in (schema.get("properties") or {}).items():
        assert_typed(inner, f"{place}.{name}")
    for inner in (*schema.get("any_of", ()), *([schema["items"]] if "items" in schema else ())):
        assert_typed(inner, f"{place}[]")


def failures(tools: list[Json]) -> Iterator[str]:
    for tool in tools:
        for converter in CONVERTERS:
            WARNINGS.said.clear()
            try:
                converter(tool)
            except Exception as error:  # noqa: BLE001 - whatever a converter raises
                yield f"{converter.__name__}: {tool['name']}: {type(error).__name__}: {error}"
            yield from (f"{converter.__name__}: {tool['name']}: {said}" for said in WARNINGS.said)


def open_tools(surface: str, tools: list[Json]) -> Iterator[str]:
    """The tools of the default surface that are open, or not, against the list of those that are meant to be."""
    found = {tool["name"] for tool in tools if not is_closed(tool["inputSchema"])}
    if surface == "default" and found != FREE_JSON.keys():
        yield f"{surface}: not strict, or no longer: {', '.join(sorted(found ^ FREE_JSON.keys()))}"
    if surface == "default" and len(tools) > MOST_TOOLS:
        yield f"{surface}: {len(tools)} tools are more than a request has"


def main() -> int:
    logging.getLogger().addHandler(WARNINGS)
    surfaces: dict[str, list[Json]] = json.load(sys.stdin)
    tools = {json.dumps(tool): tool for listing in surfaces.values() for tool in listing}
    found = [*failures(list(tools.values()))]
    for surface, listing in surfaces.items():
        found += open_tools(surface, listing)
    found.append(f"converters: {len(tools)} tools, {len(CONVERTERS)} converters, {len(found)} failures")
    sys.stdout.write("\n".join(found) + "\n")
    return 1 if found[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
