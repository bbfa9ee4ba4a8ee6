"""A question that a call raises at any depth reaches the person, in both eras and over both transports."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx2
import mcp_types as types
import pytest
from mcp.client import Client
from mcp.client.session import ElicitationFnT
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from tests.protocol.asking import AskBeforeSpending, Counting
from tests.protocol.servers import INITIALIZE, KEY, META, Peer, message_in, served
from tests.wires import MockWire

from telnyx_tools.api.client import Api
from telnyx_tools.registry import registry

pytestmark = pytest.mark.anyio

TEXT = {"to": "+12025550123", "from_number": "+12025550124", "text": "hello"}
BODY = {"to": "+12025550123", "from": "+12025550124", "text": "hello"}
WAYS = {
    "send_message": TEXT,
    "write_api_endpoint": {"endpoint": "messages.send", "body": BODY},
}
MODES = ["auto", "legacy"]


@dataclass
class Person:
    """Somebody who answers what they are asked."""

    answer: types.ElicitResult
    heard: list[str] = field(default_factory=list)

    async def __call__(self, context: Any, params: Any) -> types.ElicitResult:
        self.heard.append(params.message)
        return self.answer


YES = types.ElicitResult(action="accept", content={"sure": True})
NO = types.ElicitResult(action="decline")


@dataclass
class Site:
    url: str
    telnyx: Counting
    stateful: bool

    def can_ask(self, mode: str) -> bool:
        """Older clients are asked in the midst of a call, for which a session has to be kept."""
        return mode == "auto" or self.stateful


@pytest.fixture(params=[True, False], ids=["stateful", "stateless"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    telnyx = Counting()
    api = Api(wire=MockWire(telnyx))
    steps = [AskBeforeSpending()]
    async with served(tmp_path, api=api, registry=registry(), steps=steps, stateful=request.param) as url:
        yield Site(f"{url}/mcp?surface=full", telnyx, request.param)


@asynccontextmanager
async def over_http(url: str, mode: str, person: ElicitationFnT | None) -> AsyncIterator[Client]:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}, timeout=20)
        )
        transport = streamable_http_client(url, http_client=http)
        yield await stack.enter_async_context(Client(transport, mode=mode, elicitation_callback=person))


@asynccontextmanager
async def over_stdio(data_dir: Path, mode: str, person: Person | None) -> AsyncIterator[Client]:
    program = StdioServerParameters(command=sys.executable, args=["-m", "tests.protocol.asking", str(data_dir)])
    async with Client(stdio_client(program), mode=mode, elicitation_callback=person) as client:
        yield client


def error_of(result: types.CallToolResult) -> str:
    assert result.is_error
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    return str(json.loads(block.text)["error"]["code"])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("tool", WAYS)
async def test_over_http_the_person_is_asked_once_and_the_call_goes_on(site: Site, mode: str, tool: str) -> None:
    person = Person(YES)
    async with over_http(site.url, mode, person) as client:
        result = await client.call_tool(tool, WAYS[tool])
    if not site.can_ask(mode):
        assert (error_of(result), site.telnyx.sent, person.heard) == ("approval_required", 0, [])
        return
    assert person.heard == [f"Really call {'messages.send' if 'api' in tool else tool}?"]
    assert site.telnyx.sent == 1


async def test_where_the_server_ends_before_an_answer_the_result_says_that_nothing_was_done(tmp_path: Path) -> None:
    telnyx, parts = Counting(), dict[str, Any]()
    api = Api(wire=MockWire(telnyx))

    async def silent(context: Any, params: Any) -> types.ElicitResult:
        parts["open_requests"].close()
        await anyio.sleep_forever()
        return YES

    steps = [AskBeforeSpending()]
    async with (
        served(tmp_path, api=api, registry=registry(), steps=steps, stateful=True, parts=parts) as url,
        over_http(f"{url}/mcp?surface=full", "legacy", silent) as client,
    ):
        with anyio.fail_after(10):
            result = await client.call_tool("send_message", TEXT)
    assert (error_of(result), telnyx.sent) == ("approval_required", 0)


@pytest.mark.parametrize("mode", MODES)
async def test_over_http_a_no_is_heard(site: Site, mode: str) -> None:
    async with over_http(site.url, mode, Person(NO)) as client:
        result = await client.call_tool("send_message", TEXT)
    assert error_of(result) == ("declined" if site.can_ask(mode) else "approval_required")
    assert site.telnyx.sent == 0


@pytest.mark.parametrize("mode", MODES)
async def test_a_client_that_cannot_ask_learns_what_would_be_asked(site: Site, mode: str) -> None:
    async with over_http(site.url, mode, None) as client:
        result = await client.call_tool("send_message", TEXT)
    assert error_of(result) == "approval_required"
    assert "Really call send_message?" in result.model_dump_json()
    assert site.telnyx.sent == 0


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("tool", WAYS)
async def test_over_stdio_the_person_is_asked_once_and_the_call_goes_on(tmp_path: Path, mode: str, tool: str) -> None:
    person = Person(YES)
    async with over_stdio(tmp_path, mode, person) as client:
        result = await client.call_tool(tool, WAYS[tool])
    assert not result.is_error
    assert len(person.heard) == 1


async def test_an_answer_that_a_client_made_up_is_no_answer(site: Site) -> None:
    meta = {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}}}
    async with Peer.of(site.url.partition("/mcp")[0]) as peer:
        asked = await peer.modern("tools/call", call(meta), "/mcp?surface=full")
        result = message_in(asked)["result"]
        (question,) = result["inputRequests"]
        made_up = {question: {"action": "accept", "content": {"sure": True}}}
        without_state = await peer.modern("tools/call", call(meta, inputResponses=made_up), "/mcp?surface=full")
        assert message_in(without_state)["result"]["resultType"] == "input_required"
        other = call(meta, inputResponses=made_up, requestState=result["requestState"])
        other["arguments"] = {**TEXT, "to": "+12025550199"}
        refused = await peer.modern("tools/call", other, "/mcp?surface=full")
        assert message_in(refused)["error"]["code"] == types.INVALID_PARAMS
    assert site.telnyx.sent == 0


def call(meta: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "send_message", "arguments": TEXT, "_meta": {**META, **meta}, **more}


async def test_a_client_that_takes_one_answer_alone_is_not_kept_waiting_for_a_question(tmp_path: Path) -> None:
    api = Api(wire=MockWire(Counting()))
    asks = INITIALIZE | {"capabilities": {"elicitation": {}}}
    async with (
        served(tmp_path, api=api, registry=registry(), steps=[AskBeforeSpending()], stateful=True) as url,
        Peer.of(url) as peer,
    ):
        begun = await peer.legacy("initialize", asks, accept="application/json")
        session = {"mcp_session_id": begun.headers["mcp-session-id"], "accept": "application/json"}
        asked = await peer.legacy("tools/call", {"name": "send_message", "arguments": TEXT}, **session)
    assert "approval_required" in message_in(asked)["result"]["content"][0]["text"]
