"""Nothing is half done: a tool of several requests refuses what cannot be sent before its first effect."""

from typing import Any

import httpx2
import pytest
from tests.contract import storage
from tests.contract.calling import CURATED, documented, is_write, least, play

from telnyx_tools.tool.tool import Tool

UNSENDABLE = ["../x", "a/b", "x\r\nHost: example.com", "x\x00", "x\ud83d", "x" * 5_000, ""]
"""No id in a path, no header, no text of JSON, nothing at all."""

OF_SEVERAL_EFFECTS = [
    tool
    for tool in CURATED
    if len([each for each in tool.calls if not each.startswith("GET ")]) + len(storage.WRITES & {*tool.s3}) > 1
]


def takes_text(schema: dict[str, Any]) -> bool:
    kinds = [branch.get("type") for branch in schema.get("anyOf", [schema])]
    return "enum" not in schema and bool({"string", "array"} & set(kinds))


def missing_bucket(request: httpx2.Request) -> httpx2.Response:
    """As documented, but for a bucket that is not there: a tool may make it."""
    if storage.is_storage(request) and not is_write(request):
        code = "NoSuchKey" if storage.operation_of(request) == "HeadObject" else "NoSuchBucket"
        return httpx2.Response(404, text=f"<Error><Code>{code}</Code></Error>")
    return documented(request)


@pytest.mark.parametrize("tool", OF_SEVERAL_EFFECTS, ids=lambda tool: tool.name)
@pytest.mark.parametrize("answer", [documented, missing_bucket], ids=["there", "missing"])
def test_what_cannot_be_sent_is_refused_before_anything_is_done(tool: Tool, answer: Any) -> None:
    properties = tool.input_schema["properties"]
    if answer is missing_bucket and "create_bucket" not in properties:
        return
    given = least(tool) | ({"create_bucket": True} if "create_bucket" in properties else {})
    for argument in (name for name, schema in properties.items() if takes_text(schema)):
        for value in UNSENDABLE:
            played = play(tool, given | {argument: value}, answer)
            if played.result.is_error:
                assert not [request.url.path for request in played.requests if is_write(request)], (argument, value)
