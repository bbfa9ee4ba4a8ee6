"""What holds for the declaration of every tool."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.contract import storage
from tests.contract.calling import CURATED, TOOLS
from tests.sweeps import for_each

from telnyx_remote_mcp.identity import INSTRUCTIONS
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.dialect import LONGEST_NAME, TOOL_NAME, problems
from telnyx_tools.registry import registry
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.group import NO_SCOPE
from telnyx_tools.tool.tool import Tool

each = for_each(TOOLS)
one_by_one = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)

CHARACTERS_PER_TOKEN = 4
"""Of English and JSON, in the tokenizers of current models, at the least."""

READS_BY_POST = {
    "check_sip_registration",
    "read_web_pages",
    "similarity_search",
    "verify_number_ownership",
    "web_search",
}
"""Where the question does not fit into an address."""

WRITES_HERE = {"cloud_storage_download_file"}
"""What these write is on this machine."""

SELF_EXPLAINING = {
    "administrative_area",
    "borough",
    "business_name",
    "city",
    "contains",
    "customer_reference",
    "end_date",
    "ends_with",
    "extended_address",
    "first_name",
    "from_number",
    "last_name",
    "locality",
    "name",
    "name_contains",
    "neighborhood",
    "postal_code",
    "rate_center",
    "start_date",
    "street_address",
    "street_contains",
    "subject",
    "tag",
    "text",
    "to",
}
"""Texts whose name says all."""

SECRET = re.compile(r"(secret|password|api_key|private_key|access_token|credential)")


@each
def test_its_name_is_one_that_clients_take(tool: Tool) -> None:
    for name in (tool.name, *tool.aliases):
        assert re.fullmatch(r"[a-z][a-z0-9_]{2,63}", name), name


@each
def test_its_description_is_a_few_plain_sentences(tool: Tool) -> None:
    assert tool.description.endswith((".", '."'))
    assert 12 <= len(tool.description) <= 400
    assert tool.description[0].isupper()


@each
def test_its_hints_are_explicit_and_follow_from_its_effect(tool: Tool) -> None:
    hints = tool.annotations
    assert hints.keys() == {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
    assert hints["readOnlyHint"] == (tool.effect is Effect.READ)
    assert hints["destructiveHint"] == (tool.effect is Effect.DESTROY)
    assert hints["openWorldHint"] == (tool.effect is Effect.SPENDS or tool.paid)


@each
def test_its_policy_is_complete(tool: Tool) -> None:
    assert (tool.check is not None) == (tool.effect is Effect.SPENDS)
    assert tool.effect is Effect.READ or not tool.paid
    if tool.group in registry().generic:
        assert tool.scope == NO_SCOPE  # what it calls has one
    else:
        assert re.fullmatch(r"[a-z_]+\.(read|write)", tool.scope)
        assert tool.scope.endswith(".write") or tool.effect is Effect.READ
    assert tool.group in registry().groups


@for_each([tool for tool in TOOLS if tool.core and tool.check])
def test_on_the_default_surface_its_check_can_be_made(tool: Tool) -> None:
    check = tool.check or ""
    named = {found for name in names_in(check) if (found := registry().find(name)) is not None}
    assert any(each.core for each in named) or "ask the user" in check


@for_each(CURATED)
def test_its_calls_are_operations_of_the_catalog_that_do_no_more_than_it_says(tool: Tool) -> None:
    operations = {f"{operation.method} {operation.path}": operation for operation in Catalog.load().values()}
    found = [operations[call] for call in tool.calls]
    assert len(set(tool.calls)) == len(tool.calls)
    if tool.effect is Effect.READ and tool.name not in READS_BY_POST:
        assert {operation.method for operation in found} <= {"GET"}
    if tool.effect is not Effect.READ and found:
        assert found[0].method != "GET"
    assert not any(operation.sensitive for operation in found)


@for_each([tool for tool in TOOLS if tool.s3])
def test_its_operations_of_s3_are_known_and_do_no_more_than_it_says(tool: Tool) -> None:
    assert len(set(tool.s3)) == len(tool.s3)
    assert set(tool.s3) <= storage.OPERATIONS
    allowed = {Effect.READ: set[str](), Effect.DESTROY: storage.DESTROYS}.get(tool.effect, storage.WRITES)
    changing = set(tool.s3) - storage.READS - storage.HARMLESS
    assert changing <= allowed
    assert changing or tool.calls or tool.effect is Effect.READ or tool.name in WRITES_HERE


@one_by_one
def test_its_arguments_are_a_closed_object(tool: Tool) -> None:
    schema = tool.input_schema
    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert set(schema.get("required", ())) <= set(schema["properties"])
    assert_no_noise(schema)


@each
def test_every_argument_is_understood_from_its_name_type_or_description(tool: Tool) -> None:
    for name, schema in tool.input_schema["properties"].items():
        assert schema.keys() & {"type", "enum", "const", "anyOf", "$ref", "description"} or tool.group == "api", name
        if schema.get("type") == "string":
            told = schema.keys() & {"description", "enum", "pattern", "format"}
            plain = name in SELF_EXPLAINING or name in tool.arguments.secrets or name.endswith("_id")
            assert told or plain, name


@each
def test_its_arguments_are_in_the_dialect_that_every_model_takes(tool: Tool) -> None:
    assert problems(tool.input_schema) == []


@each
def test_with_the_name_of_the_server_before_it_its_name_is_short_enough_for_models(tool: Tool) -> None:
    server = re.sub(r"[^A-Za-z0-9]", "_", str(Settings.model_fields["server_name"].default))
    assert len(f"mcp__{server}__{tool.name}") <= LONGEST_NAME
    assert TOOL_NAME.fullmatch(tool.name)


@one_by_one
def test_its_result_is_an_open_object_that_promises_nothing(tool: Tool) -> None:
    schema = tool.output_schema
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate({})
    Draft202012Validator(schema).validate({"not": "heard of"})
    assert schema["type"] == "object"
    assert_no_noise(schema)
    for part in schemas_in(schema):
        assert not isinstance(part.get("required"), list)
        assert part.get("additionalProperties") is not False


@each
def test_no_secret_is_among_its_results(tool: Tool) -> None:
    for part in schemas_in(tool.output_schema):
        assert [name for name in part.get("properties", {}) if SECRET.search(name)] == []


@each
def test_the_names_that_it_speaks_of_exist(tool: Tool) -> None:
    parts = [*schemas_in(tool.input_schema), *schemas_in(tool.output_schema)]
    own = {name for part in parts for name in (*part.get("properties", ()), *part.get("enum", ()))}
    for text in (tool.description, tool.check or "", *(part.get("description", "") for part in parts)):
        for name in names_in(text) - own - ARGUMENTS:
            assert registry().find(name) or name.partition("_")[0] not in VERBS, name


ARGUMENTS = {name for tool in TOOLS for name in tool.input_schema["properties"]}
VERBS = {tool.name.partition("_")[0] for tool in TOOLS} | {"make", "place", "answer", "upload", "purchase"}
"""What begins with one of these is meant as the name of a tool."""


def test_the_tools_that_the_instructions_speak_of_exist() -> None:
    fields = {"outcome_unknown", "from_outside"}
    assert {name for name in names_in(INSTRUCTIONS) if registry().find(name) is None} <= fields
    assert len(INSTRUCTIONS) / CHARACTERS_PER_TOKEN < 300


def test_the_tools_that_the_instructions_speak_of_can_be_called_though_not_listed() -> None:
    surfaces = Surfaces(registry(), Selection())
    for selection in (Selection(), Selection(surface="compact"), Selection(read_only=True)):
        surface = surfaces.of(selection)
        for name in ("wait_for_reply", "wait_for_event"):
            assert name not in surface.tools
            assert surface.find(name) is not None
            assert name in surface.callable


def test_no_name_is_given_twice() -> None:
    names = [name for tool in TOOLS for name in (tool.name, *tool.aliases)]
    assert len(names) == len(set(names))


def test_the_default_surface_is_small() -> None:
    core = [tool for tool in TOOLS if tool.core]
    assert len(core) <= 70
    assert sum(map(tokens, core)) <= 9_000


def test_the_compact_surface_is_tiny() -> None:
    shown = [tool for tool in TOOLS if tool.compact]
    assert 0 < len(shown) <= 6
    assert sum(map(tokens, shown)) <= 1_200


def tokens(tool: Tool) -> float:
    """What a model reads of a tool."""
    read = {"name": tool.name, "description": tool.description, "input_schema": tool.input_schema}
    return len(json.dumps(read, separators=(",", ":"))) / CHARACTERS_PER_TOKEN


def names_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w/.-])[a-z0-9]+(?:_[a-z0-9]+)+(?![\w/])", text))


def assert_no_noise(schema: dict[str, Any]) -> None:
    for part in schemas_in(schema):
        assert part.keys().isdisjoint({"$ref", "$defs", "discriminator"})
        assert not isinstance(part.get("title"), str)


def schemas_in(node: Any) -> Iterator[dict[str, Any]]:
    """A schema and every schema inside it."""
    if isinstance(node, list):
        for item in node:
            yield from schemas_in(item)
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key in ("properties", "$defs"):
                for inner in value.values():
                    yield from schemas_in(inner)
            elif key in ("items", "anyOf", "oneOf", "additionalProperties"):
                yield from schemas_in(value)
