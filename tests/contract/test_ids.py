"""Whatever an agent gives as an id, it calls the operation that the tool declares, or nothing."""

from typing import Any

import httpx2
import pytest
from tests.contract import storage
from tests.contract.calling import CURATED, accepted, call_of, declared, documented, is_write, operation_of, play

from telnyx_tools.tool.tool import Tool

PATHS = [
    "../phone_numbers/123",
    "..%2fphone_numbers%2f123",
    "%2e%2e%2f%2e%2e",
    "%252e%252e%252f",
    "..",
    ".",
    "",
    "a/b",
    "a\\b",
    "..;/a",
    "//example.com",
    "https://example.com/",
    "x\r\nHost: example.com",
    "x\x00",
    "x\ud83d",
    "x" * 5_000,
    "v3:a/../b",
    "v3:a%2Factions%2Fhangup",
    "v3:a/..;/b",
]
STRANGE = ["x?y=z", "x#y", "x;y", "x%3fy", " ", "ä漢🙂"]


def texts(tool: Tool) -> list[str]:
    """The arguments that take any text."""
    properties: dict[str, Any] = tool.input_schema["properties"]
    return [
        n for n, p in properties.items() if p.get("type") == "string" and not p.keys() & {"enum", "pattern", "format"}
    ]


@pytest.mark.parametrize("tool", [tool for tool in CURATED if texts(tool)], ids=lambda tool: tool.name)
def test_no_value_changes_the_operation_that_is_called(tool: Tool) -> None:
    for argument in texts(tool):
        for value in PATHS + STRANGE:
            played = play(tool, accepted(tool) | {argument: value}, documented)
            for request in played.requests:
                assert call_of(request) in declared(tool), (argument, value)
                if storage.is_storage(request):
                    bucket, key = storage.place(request)
                    assert not {".", ".."} & {bucket, *key.split("/")}, (argument, value)
                    continue
                operation, _ = operation_of(request)
                assert request.url.host == "api.telnyx.com"
                path = request.url.raw_path.partition(b"?")[0]
                assert path.count(b"/") == f"/v2{operation.path}".count("/"), (argument, value)
            if played.result.is_error:
                assert not any(map(is_write, played.requests)), (argument, value)
                assert played.error["code"] == "invalid_arguments", (argument, value)
                named = {problem["argument"].partition(".")[0] for problem in played.error["problems"]}
                assert named <= {*tool.input_schema["properties"], ""}, (argument, value)


@pytest.mark.parametrize("value", PATHS)
def test_a_path_is_no_id(value: str) -> None:
    played = play("get_message", {"message_id": value}, documented)
    assert played.requests == []
    assert [problem["argument"] for problem in played.error["problems"]] == ["message_id"]


@pytest.mark.parametrize("value", STRANGE)
def test_a_strange_id_arrives_as_it_was_given(value: str) -> None:
    played = play("get_message", {"message_id": value}, documented)
    assert [operation_of(request)[1] for request in played.requests] == [{"id": value}]


def nothing(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(404, json={"errors": [{"code": "10005", "title": "Resource not found"}]})


def test_an_id_of_nothing_is_told_with_the_tool_that_lists_such_ids() -> None:
    played = play("get_assistant", {"assistant_id": "assistant-1"}, nothing)
    assert "assistant_id (from list_assistants)" in played.error["remedy"]


def test_a_generic_tool_does_not_doubt_the_operation_where_an_id_is_of_nothing() -> None:
    given = {"endpoint": "messages.retrieve", "path": {"id": "1"}}
    assert "endpoint" not in play("read_api_endpoint", given, nothing).error["remedy"]
