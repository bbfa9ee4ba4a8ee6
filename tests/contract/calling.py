"""Tools called as the server calls them, with Telnyx played below the socket."""

import asyncio
import atexit
import json
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import httpx2
import mcp_types as types
from hypothesis import Phase, find, settings
from tests import contexts
from tests.contract import storage
from tests.contract.arguments import arguments
from tests.wires import MockWire

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.replies import reply
from telnyx_remote_mcp.guardrails.preview import PreviewGuard
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.guardrails.strangers_guard import StrangersGuard
from telnyx_tools.api.client import Api
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.example import response
from telnyx_tools.catalog.operation import Operation
from telnyx_tools.files import Files
from telnyx_tools.registry import registry
from telnyx_tools.results.result import Result
from telnyx_tools.tool.context import Actions
from telnyx_tools.tool.tool import Tool

Answer = Callable[[httpx2.Request], httpx2.Response]
T = TypeVar("T")

TOOLS = tuple(registry().tools.values())
CURATED = tuple(tool for tool in TOOLS if not tool.takes(Actions))
"""The tools with operations of their own; the generic ones call any."""

FOLDER = TemporaryDirectory()
"""Where local tools find and leave their files."""
_FILE = Path(FOLDER.name, "contract.txt")
_FILE.write_text("hello")
_OBJECT = {"bucket_name": "docs", "object_name": "a.txt"}

_CHOSEN: dict[str, dict[str, object]] = {
    "preview_call": {
        "tool": "send_message",
        "arguments": {"to": "+13125550123", "from_number": "+13125550100", "text": "hello"},
    },
    "search_tools": {"query": "text a customer"},
    "describe_tool": {"name": "messages.send"},
    "list_api_endpoints": {"query": "fax"},
    "get_api_endpoint_schema": {"endpoint": "messages.send"},
    "read_api_endpoint": {"endpoint": "messages.retrieve", "path": {"id": "1"}},
    "write_api_endpoint": {"endpoint": "messages.send", "body": {"to": "+12025550123"}},
    "delete_api_endpoint": {"endpoint": "messages.cancel_scheduled", "path": {"id": "1"}},
    "upload_media": {"media_url": "https://example.com/welcome.mp3"},
    "transcribe_audio": {"file_url": "https://example.com/call.mp3"},
    "text_to_speech": {"text": "hello"},
    "get_usage": {"product": "example", "period": "yesterday"},
    "cloud_storage_put_object": {**_OBJECT, "text": "hello", "overwrite": True},
    "cloud_storage_copy_object": {**_OBJECT, "to_object_name": "b.txt", "overwrite": True},
    "cloud_storage_upload_file": {**_OBJECT, "absolute_file_path": str(_FILE), "overwrite": True},
    "cloud_storage_download_file": {**_OBJECT, "file_path": f"{_FILE}.2", "overwrite": True},
}
"""The generic tools take what an operation takes, `get_usage` what an earlier answer offers; where a file is given in
one of several ways, it is the way that needs no second request."""


_LOOP = asyncio.new_event_loop()
"""Used directly: a runner would look after Ctrl-C for each call, which takes a tenth of the time."""
atexit.register(_LOOP.close)


def run(call: Coroutine[Any, Any, T]) -> T:
    """Run a call to its end, on one event loop for all of them, which leaves nothing running there."""
    result = _LOOP.run_until_complete(call)
    assert asyncio.all_tasks(_LOOP) == set()
    return result


@dataclass(frozen=True)
class Played:
    """What a call came to, and what Telnyx was asked meanwhile."""

    result: types.CallToolResult
    requests: list[httpx2.Request]

    @property
    def content(self) -> dict[str, Any]:
        """The result of a call that has to succeed."""
        assert not self.result.is_error, self.result.content
        assert self.result.structured_content is not None
        return self.result.structured_content

    @property
    def error(self) -> dict[str, Any]:
        """The error of a call that has to fail."""
        assert self.result.is_error, self.result.content
        error: dict[str, Any] = json.loads(self.text)["error"]
        return error

    @property
    def text(self) -> str:
        block = self.result.content[0]  # behind it are files
        assert isinstance(block, types.TextContent)
        return block.text


def play(tool: Tool | str, arguments: Mapping[str, object], answer: Answer) -> Played:
    """One call of a tool, whose every request gets an answer."""
    return run(_play(tool, arguments, answer))


class _Forgetful:
    """Remembers nothing of what strangers wrote."""

    async def note(self, principal: str, texts: Sequence[str], filled_in: Sequence[str]) -> None:
        """Has nothing to do."""

    async def mark(self, reader: str, named: Iterable[str]) -> None:
        """Has nothing to do."""


_MARKING = StrangersGuard(cast("Shared", SimpleNamespace(strangers=_Forgetful())))


async def _no_price(call: Call) -> None:
    """Nothing is known of what a call costs."""


async def _play(tool: Tool | str, arguments: Mapping[str, object], answer: Answer) -> Played:
    found = registry().find(tool) if isinstance(tool, str) else tool
    assert found is not None
    requests: list[httpx2.Request] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return answer(request)

    async with Api(wire=MockWire(respond)) as api:
        carry_out = contexts.dispatch(
            api,
            [_MARKING, PreviewGuard([], _no_price, always=False)],
            files=Files([FOLDER.name]),
            inbox=contexts.OneInbox(),
        )

        async def outcome() -> Result:
            return await carry_out(contexts.call(found, arguments))

        return Played(await reply(found, outcome(), arguments), requests)


@cache
def _accepted(name: str) -> dict[str, Any]:
    tool = registry().tools[name]
    schema = tool.input_schema
    properties = {name: inner for name, inner in schema["properties"].items() if name != "wait_for"}
    return find(
        arguments({**schema, "properties": properties}),
        lambda given: not play(tool, given, documented).result.is_error,
        settings=settings(max_examples=1_000, derandomize=True, database=None, deadline=None, phases=[Phase.generate]),
    )


def accepted(tool: Tool) -> dict[str, Any]:
    """Arguments that the tool takes; it does not wait with them, which takes real time."""
    return dict(_CHOSEN.get(tool.name) or _accepted(tool.name))


_TOGETHER = {
    "update_connection": {"connection_type"},
    "send_message": {"from_number", "text"},
    "schedule_message": {"from_number", "text"},
}
"""What a tool needs beside what it requires, where it is more than one argument."""

_ONE = settings(max_examples=1, derandomize=True, database=None, deadline=None, phases=[Phase.generate])


def least(tool: Tool) -> dict[str, Any]:
    """Arguments that the tool takes: what it requires, and if need be one more, or several."""
    optional = [name for name in tool.input_schema["properties"] if name not in (*tool.required, "wait_for")]
    for name in ("", *optional[:5]):
        given = _example(tool, {*tool.required, *_TOGETHER.get(tool.name, ()), name})
        if not play(tool, given, documented).result.is_error:
            return given
    return accepted(tool)


def _example(tool: Tool, names: Set[str]) -> dict[str, Any]:
    schema = tool.input_schema
    properties = {name: inner for name, inner in schema["properties"].items() if name in names}
    strategy = arguments({**schema, "properties": properties, "required": list(properties)})
    one: dict[str, Any] = find(strategy, lambda given: True, settings=_ONE)
    return one


def documented(request: httpx2.Request) -> httpx2.Response:
    """The answer that the API documents."""
    if storage.is_storage(request):
        return storage.documented(request)
    answer = _documented(operation_of(request)[0].id)
    return httpx2.Response(200, headers=_JSON, content=answer) if answer else httpx2.Response(204)


@cache
def _documented(operation_id: str) -> bytes | None:
    answer = response(Catalog.load()[operation_id])
    return None if answer is None else json.dumps(answer).encode()


def call_of(request: httpx2.Request) -> str:
    """What a request calls, as tools declare it."""
    if storage.is_storage(request):
        return f"S3 {storage.operation_of(request)}"
    operation, _ = operation_of(request)
    return f"{operation.method} {operation.path}"


def declared(tool: Tool) -> set[str]:
    """All that a tool may call."""
    return {*tool.calls, *(f"S3 {operation}" for operation in tool.s3)}


def operation_of(request: httpx2.Request) -> tuple[Operation, dict[str, str]]:
    """The operation that a request calls, and the ids in its path."""
    path = request.url.raw_path.decode().partition("?")[0].removeprefix("/v2")
    found = Catalog.load().match(request.method, path)
    assert found is not None, (request.method, path)
    return found


def is_write(request: httpx2.Request) -> bool:
    """Whether the request has an effect."""
    if storage.is_storage(request):
        return storage.operation_of(request) not in storage.READS
    return operation_of(request)[0].effect != "read"


_JSON = {"content-type": "application/json"}
