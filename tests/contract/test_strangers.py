"""Every text of every answer is judged: others wrote it, or the account or Telnyx did. None is forgotten."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import httpx2
from pydantic import BaseModel
from tests.contract.calling import CURATED, TOOLS, documented, least, operation_of, play
from tests.contract.storage import is_storage
from tests.sweeps import for_each, sweep

from telnyx_remote_mcp.guardrails.strangers_guard import WORDS_OF_OTHERS
from telnyx_remote_mcp.surface.deeds import deeds_of
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.example import response
from telnyx_tools.catalog.operation import Operation
from telnyx_tools.results.answer import Answer
from telnyx_tools.results.field_names import is_address, is_foreign, is_settled
from telnyx_tools.results.outside import Outside, declared, reachable
from telnyx_tools.results.pages import Page
from telnyx_tools.results.result import result_type
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.tool import Tool

JUDGED = tomllib.loads(Path(__file__).with_name("own_words.toml").read_text(encoding="utf-8"))
OWN_FIELDS: Mapping[str, frozenset[str]] = {model: frozenset(said.split()) for model, said in JUDGED["fields"].items()}
OWN_NAMES = frozenset(JUDGED["names"].split())

LISTED_ALONE = {"list_conversations"}
"""Tools that tell which conversations there are, when, and with which number, and nothing of what was said."""


def models() -> list[type[BaseModel]]:
    """Every model in a result of a tool, but the one whose fields are judged by their names."""
    found = {model for tool in TOOLS for model in reachable(result_type(tool.function))} - {Answer}
    return sorted(found, key=name_of)


def name_of(model: type[BaseModel]) -> str:
    return f"{model.__module__.removeprefix('telnyx_tools.')}.{model.__qualname__}"


def free_texts(model: type[BaseModel]) -> set[str]:
    """The fields whose text could be of anybody, as far as their types and names tell."""
    return {
        name
        for (name, said), part in zip(declared(model).items(), model.model_fields.values(), strict=True)
        if not isinstance(said, Outside)
        and name != "shape_warning"
        and _may_be_free(name, set(_kinds(part.annotation)))
    }


def _may_be_free(name: str, kinds: set[Any]) -> bool:
    return not is_address(name) and (bool(kinds & {Any, dict, object}) or (str in kinds and not is_settled(name)))


def _kinds(annotation: Any) -> Iterator[Any]:
    """The types that a value may have, those inside lists and objects too."""
    if get_origin(annotation) is Literal or (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return
    if get_origin(annotation) is dict:
        yield dict
    inner = get_args(annotation)
    for part in inner or [annotation]:
        yield from _kinds(part) if inner else [part]


def test_every_text_of_a_result_is_declared_to_be_of_others_or_judged_not_to_be() -> None:
    def check(model: type[BaseModel]) -> None:
        judged = OWN_FIELDS.get(name_of(model), frozenset())
        assert free_texts(model) == judged, "declare it with Outside(who wrote it), or judge it in own_words.toml"

    sweep([model for model in models() if not issubclass(model, Page)], name_of, check)


def test_no_judgement_is_of_a_model_that_is_gone() -> None:
    assert OWN_FIELDS.keys() <= {name_of(model) for model in models()}


def test_every_name_in_an_answer_of_the_api_is_judged() -> None:
    names = {name for operation in Catalog.load().values() if operation.effect == "read" for name in _named(operation)}
    open_ones = {name for name in names if not (is_foreign(name) or is_settled(name) or is_address(name))}
    assert open_ones == OWN_NAMES, "judge it in own_words.toml, or in results/field_names.py where others write it"


def _named(operation: Operation) -> Iterator[str]:
    yield from (name for name, _ in _texts(response(operation), "") if name and " " not in name)


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for inner_name, inner in value.items():
            yield from _texts(inner, inner_name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, name)


@for_each([tool for tool in TOOLS if deeds_of(tool) & WORDS_OF_OTHERS and tool.name not in LISTED_ALONE])
def test_a_tool_that_reads_the_words_of_others_is_looked_through(tool: Tool) -> None:
    assert any(isinstance(said, Outside) for model in _inside(tool) for said in declared(model).values())


def _inside(tool: Tool) -> frozenset[type[BaseModel]]:
    return reachable(result_type(tool.function))


FOREIGN = "Bob, who is 9"


def as_by_others(request: httpx2.Request) -> httpx2.Response:
    """The documented answer, with every free text of it written by somebody."""
    if is_storage(request):
        return documented(request)
    return httpx2.Response(200, json=_written(response(operation_of(request)[0])))


def _written(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _written(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_written(inner) for inner in value]
    return FOREIGN if value == "example" else value


@for_each([tool for tool in CURATED if tool.effect is Effect.READ])
def test_the_words_of_others_are_never_part_of_the_servers_own(tool: Tool) -> None:
    played = play(tool, least(tool), as_by_others)
    if not played.result.is_error:
        mixed = {name for name, text in _texts(json.loads(played.text), "") if FOREIGN in text and text != FOREIGN}
        assert not mixed & {"note", "hint", "remedy", "next_step", "next_steps", "meaning", "shape_warning"}
