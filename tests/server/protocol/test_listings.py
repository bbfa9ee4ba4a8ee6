"""The final form of a call's result is the one that the SDK would give it."""

from types import SimpleNamespace
from typing import Any

import mcp_types as types
import pytest
from mcp.server import Server
from mcp_types import methods
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from telnyx_remote_mcp.calls.replies import failure, success
from telnyx_remote_mcp.protocol.listings import FinishedAnswers, wire_form
from telnyx_tools.results.result import AttachedResult, Attachment, Result


class Text(Result):
    to: str | None = None
    parts: int | None = None
    errors: list[str] | None = None


def _with_files() -> AttachedResult:
    return (
        AttachedResult()
        .attach(Attachment("telnyx://recordings/1", "audio/mpeg", b"\xff\xfb"))
        .attach(Attachment("telnyx://media/a.png", "image/png", b"\x89PNG"))
        .attach(Attachment("telnyx://media/a.pdf", "application/pdf", b"%PDF"))
    )


@pytest.mark.parametrize("version", MODERN_PROTOCOL_VERSIONS)
@pytest.mark.parametrize(
    "result",
    [
        success(Text(to="+13125550100", parts=2, errors=[])),
        success(Result()),
        success(_with_files()),
        success(Result.model_validate({"meta": {"next": None, "pages": [None, {"size": 1.5}]}})),
        failure({"code": "not_found", "title": "There is none"}),
    ],
    ids=["success", "empty", "files", "nulls", "failure"],
)
def test_it_is_what_the_sdk_makes_of_the_result(version: str, result: types.CallToolResult) -> None:
    dumped = result.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert wire_form(result) == methods.serialize_server_result("tools/call", version, dumped)


@pytest.mark.anyio
async def test_listings_of_many_surfaces_keep_each_tool_once() -> None:
    asked = []

    async def list_tools(ctx: Any) -> dict[str, Any]:
        asked.append(ctx.surface)
        return {"tools": [{"name": name, "inputSchema": {}} for name in ctx.surface], "ttlMs": 1}

    async def call_tool(ctx: Any, params: Any) -> types.CallToolResult:
        raise AssertionError("nothing is called")

    def surface_of(ctx: Any) -> Any:
        return ctx.surface

    answers = FinishedAnswers(Server("things"), surface_of, call_tool)

    async def listed(version: str, *surface: str) -> Any:
        ctx: Any = SimpleNamespace(method="tools/list", params=None, protocol_version=version, surface=surface)
        return await answers(ctx, list_tools)

    one, more, again = await listed("2", "a"), await listed("2", "a", "b"), await listed("2", "a")
    assert [tool["name"] for tool in more["tools"]] == ["a", "b"]
    assert more["tools"][0] is one["tools"][0]
    assert (await listed("1", "a"))["tools"][0] is not one["tools"][0]
    assert again == one
    assert asked == [("a",), ("a", "b"), ("a",)]
