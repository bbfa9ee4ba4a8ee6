"""What came back after a success is a success, however odd: an agent that reads an error sends again."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator
from tests.contract.calling import TOOLS, accepted, documented, operation_of, play
from tests.contract.storage import is_storage
from tests.sweeps import sweep

from telnyx_tools.catalog.example import response
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.tool import Tool


def with_leaves(change: Callable[[str, Any], Any]) -> Callable[[httpx2.Request], httpx2.Response]:
    """The documented answer with every value that is no object and no list changed."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        if is_storage(request):
            return documented(request)
        return httpx2.Response(200, json=_changed(response(operation_of(request)[0]), change))

    return answer


def with_members(member: Any) -> Callable[[httpx2.Request], httpx2.Response]:
    """The documented answer with every member of the thing itself changed, but its id."""

    def replaced(thing: Any) -> Any:
        if not isinstance(thing, dict):
            return thing
        return {name: value if name == "id" else member for name, value in thing.items()}

    def answer(request: httpx2.Request) -> httpx2.Response:
        if is_storage(request):
            return documented(request)
        body = response(operation_of(request)[0])
        data = body.get("data") if isinstance(body, dict) else None
        changed = [replaced(item) for item in data] if isinstance(data, list) else replaced(data or body)
        return httpx2.Response(200, json={"data": changed} if data else changed)

    return answer


def whole(body: object) -> Callable[[httpx2.Request], httpx2.Response]:
    return lambda _: httpx2.Response(200, json=body)


def unknown(name: str, value: Any) -> Any:
    return "not_heard_of" if isinstance(value, str) and not name.endswith(("id", "number")) else value


def bare(request: httpx2.Request) -> httpx2.Response:
    """The thing without the envelope."""
    if is_storage(request):
        return documented(request)
    body = response(operation_of(request)[0])
    return httpx2.Response(200, json=body.get("data", body) if isinstance(body, dict) else body)


ANSWERS: dict[str, Callable[[httpx2.Request], httpx2.Response]] = {
    "nulls": with_leaves(lambda name, value: None),
    "unknown enums": with_leaves(unknown),
    "numbers for texts": with_leaves(lambda name, value: 7 if isinstance(value, str) else value),
    "texts for numbers": with_leaves(lambda name, value: value if isinstance(value, str) else "seven"),
    "members that are texts": with_members("odd"),
    "members that are objects": with_members({"odd": [1]}),
    "members that are lists": with_members([{"odd": 1}, "odd", None]),
    "no envelope": bare,
    "a success without a body": lambda _: httpx2.Response(204),
    "a page of a proxy": lambda _: httpx2.Response(200, text="<html>It works!</html>"),
    "null": whole(None),
    "a number": whole(7),
    "an empty object": whole({}),
    "an empty list": whole([]),
    "a list of odd things": whole([None, 1, "a", [], {}]),
    "data that is null": whole({"data": None}),
    "data that is a text": whole({"data": "odd", "meta": "odd"}),
    "data that is a list of odd things": whole({"data": [None, 1, "a", [], {}], "meta": {"total_pages": "many"}}),
    "data that is an empty object": whole({"data": {}, "meta": {"total_pages": {}, "total_results": "many"}}),
    "a deep answer": whole({"data": {"id": "1", "deep": json.loads("[" * 200 + "]" * 200)}}),
}


OFFERS = "/v2/usage_reports/options"
"""What this answers is what may be asked: without it, nothing is."""

CAREFUL = {"get_usage"}
"""A sum over an unknown part of the rows would be wrong: where the number of pages is odd, there is none."""


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_success_stays_one_whatever_its_body(tool: Tool) -> None:
    validator = Draft202012Validator(tool.output_schema)
    sweep(ANSWERS, str, lambda odd: succeeds(tool, odd, validator))


def succeeds(tool: Tool, odd: str, validator: Draft202012Validator) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        looks_first = request.method in ("GET", "HEAD") and tool.effect is not Effect.READ
        return documented(request) if looks_first or request.url.path == OFFERS else ANSWERS[odd](request)

    played = play(tool, accepted(tool), answer)
    if tool.name in CAREFUL and played.result.is_error:
        assert played.error["code"] == "invalid_arguments"
        return
    validator.validate(played.content)
    assert json.loads(played.text) == played.content


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_documented_answer_fits_the_output_schema_without_a_warning(tool: Tool) -> None:
    validator = Draft202012Validator(tool.output_schema)
    forms = ({"detail": "summary"}, {"detail": "full"}) if "detail" in tool.input_schema["properties"] else ({},)
    for form in forms:
        played = play(tool, accepted(tool) | form, documented)
        validator.validate(played.content)
        assert "shape_warning" not in played.content, form


def _changed(node: Any, change: Callable[[str, Any], Any], name: str = "") -> Any:
    if isinstance(node, dict):
        return {key: _changed(value, change, key) for key, value in node.items()}
    if isinstance(node, list):
        return [_changed(value, change, name) for value in node]
    return change(name, node)
