"""Absent, null and empty mean the same, of every optional argument: the same requests, and none with an empty query."""

import re
import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin
from urllib.parse import parse_qsl

import httpx2
import pytest
from pydantic import BaseModel
from tests.contract import storage
from tests.contract.calling import TOOLS, Played, documented, least, play

from telnyx_tools.tool.bodies import Given, MayBeEmpty
from telnyx_tools.tool.tool import Tool

MEANT = {
    "create_assistant.greeting",
    "update_assistant.greeting",
    "update_assistant_version.greeting",
    "update_phone_number_voice_settings.translated_number",
    "update_phone_numbers_in_bulk.voice.translated_number",
}
"""The texts of which an empty one means something: the assistant waits, the number is not translated."""

TAKING = [tool for tool in TOOLS if set(tool.input_schema["properties"]) - set(tool.required)]


_OF_ONE_CALL = re.compile(rb"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|:[0-9]{2}\.[0-9]+Z")
"""What two calls never have in common: ids of commands, boundaries, and the moment itself."""


def sent(played: Played) -> list[tuple[str, bytes, bytes]]:
    return [
        (request.method, _OF_ONE_CALL.sub(b"", str(request.url).encode()), _OF_ONE_CALL.sub(b"", request.content))
        for request in played.requests
    ]


@pytest.mark.parametrize("tool", TAKING, ids=lambda tool: tool.name)
def test_what_is_null_or_empty_is_sent_as_if_absent(tool: Tool) -> None:
    given = least(tool)
    absent = sent(play(tool, given, documented))
    optional = [name for name in tool.input_schema["properties"] if name not in tool.required]
    for blank in (None, ""):
        blanks = {name: blank for name in optional if blank is None or f"{tool.name}.{name}" not in MEANT}
        assert sent(play(tool, {**blanks, **given}, documented)) == absent, blank
        for name in blanks.keys() & given.keys():
            needed = {other: value for other, value in given.items() if other != name}
            assert sent(play(tool, given | {name: blank}, documented)) == sent(play(tool, needed, documented)), name
    assert b":null" not in b"".join(content for _, _, content in absent), "null clears, and nobody said so"
    assert not any(map(_has_an_empty_parameter, play(tool, given, documented).requests))


def _has_an_empty_parameter(request: httpx2.Request) -> bool:
    pairs = parse_qsl(request.url.query.decode(), keep_blank_values=True)
    return not storage.is_storage(request) and any(value == "" for _, value in pairs)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_object_inside_the_arguments_leaves_out_what_is_blank(tool: Tool) -> None:
    models = [part for _, part in parts(tool.arguments.model, tool.name) if isinstance(part, type)]
    assert [model for model in models if issubclass(model, BaseModel) and not issubclass(model, Given)] == []


def test_the_texts_that_may_be_empty_are_those_that_mean_something() -> None:
    marked = {
        path for tool in TOOLS for path, part in parts(tool.arguments.model, tool.name) if isinstance(part, MayBeEmpty)
    }
    assert marked == MEANT


def parts(annotation: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The types that a type is made of, and the marks on them, with their places."""
    yield path, annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield from ((f"{path}.{name}", mark) for mark in field.metadata)
            yield from parts(field.annotation, f"{path}.{name}")
        return
    yield from ((path, mark) for mark in getattr(annotation, "__metadata__", ()))
    inside = get_args(annotation)
    for part in inside if get_origin(annotation) in (list, dict, Union, types.UnionType) else inside[:1]:
        yield from parts(part, path)
