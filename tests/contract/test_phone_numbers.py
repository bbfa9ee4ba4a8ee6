"""Every argument that means a phone number, or a part of one, is read as people write numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import BaseModel
from tests.contract.calling import TOOLS

from telnyx_tools.tool.tool import Tool
from telnyx_tools.tool.written import Written

NAME = re.compile(
    r"^(to|from|phone|wa_id|end_user|area_code|starts_with|ends_with|contains|forwards_to|ani_override)$"
    r"|(^|_)numbers?$|(^|_)(recipient|caller|callee|fallback_destination)s?$"
)
WORDS = re.compile(r"E\.164|phone number|your number|number or")

NO_NUMBERS = {
    "list_ai_models.contains": "part of a model's id",
    "list_tts_voices.contains": "part of a voice's name",
    "update_phone_number_voice_settings.translated_number": "any text in place of the called number",
    "update_phone_numbers_in_bulk.voice.translated_number": "any text in place of the called number",
}
"""Arguments whose name or words say number, and what they are."""


def places(annotation: Any, path: str, words: str = "", marked: bool = False) -> Iterator[tuple[str, str, bool]]:
    """Each text inside an annotation: where it stands, what is said of it, and whether it is read as it is written."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        words += "".join(f" {getattr(each, 'description', None) or ''}" for each in metadata)
        yield from places(inner, path, words, marked or any(map(reads, metadata)))
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            read = any(map(reads, field.metadata))
            yield from places(field.annotation, f"{path}.{field.alias or name}", field.description or "", read)
    elif annotation is str:
        yield path, words, marked
    else:
        for part in get_args(annotation):
            yield from places(part, path, words, marked)


def reads(metadata: object) -> bool:
    return isinstance(metadata, Written) and metadata.read is not str


def is_number(path: str, words: str) -> bool:
    return bool(NAME.search(path.rpartition(".")[2]) or WORDS.search(words))


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_argument_that_means_a_number_is_read_as_it_is_written(tool: Tool) -> None:
    for name, (annotation, _) in tool.arguments.fields.items():
        for path, words, marked in places(annotation, f"{tool.name}.{name}"):
            assert marked or path in NO_NUMBERS or not is_number(path, words), (path, words)


def test_what_is_no_number_is_an_argument_that_there_is() -> None:
    known = {
        path: is_number(path, words)
        for tool in TOOLS
        for name, (annotation, _) in tool.arguments.fields.items()
        for path, words, _ in places(annotation, f"{tool.name}.{name}")
    }
    assert all(known[path] for path in NO_NUMBERS)
