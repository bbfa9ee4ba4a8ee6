"""Calls that take time: their progress, and what cancels them."""

import json

import anyio
import httpx2
import pytest
from mcp.client import Client
from tests.e2e.clients import ERAS, connected
from tests.protocol.servers import KEY, MODERN, Peer, error_in, legacy, modern
from tests.protocol.tools import Waited, waits

from telnyx_remote_mcp.gate import json_replies as plain

pytestmark = pytest.mark.anyio


@pytest.fixture
def waited(request: pytest.FixtureRequest) -> Waited:
    waits[request.node.name] = Waited()
    return waits[request.node.name]


@pytest.fixture
def call(request: pytest.FixtureRequest, waited: Waited) -> dict[str, object]:
    return {"name": "wait", "arguments": {"name": request.node.name}}


@pytest.mark.parametrize("mode", ERAS)
async def test_progress_comes_while_the_call_runs(stateful: str, mode: str) -> None:
    heard: list[tuple[float, float | None, str | None]] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        heard.append((done, total, message))

    async with connected(f"{stateful}/mcp", KEY, mode) as client:
        result = await client.call_tool("count", {"to": 3}, progress_callback=progress)
    assert result.structured_content == {"counted": 3}
    assert heard == [(1, 3, "at 1"), (2, 3, "at 2"), (3, 3, "at 3")]


@pytest.mark.parametrize("mode", ERAS)
async def test_who_asks_for_no_progress_gets_none(stateful: str, mode: str) -> None:
    async with connected(f"{stateful}/mcp", KEY, mode) as client:
        assert (await client.call_tool("count", {"to": 3})).structured_content == {"counted": 3}


@pytest.mark.parametrize("mode", ERAS)
async def test_a_client_that_gives_up_cancels_its_call(
    stateful: str, mode: str, waited: Waited, call: dict[str, dict[str, str]]
) -> None:
    with anyio.fail_after(5):
        async with connected(f"{stateful}/mcp", KEY, mode) as client:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_wait, client, call["arguments"])
                await waited.begun.wait()
                tasks.cancel_scope.cancel()
            await waited.ended.wait()
    assert waited.cancelled


@pytest.mark.parametrize("tool", ["wait", "read_slowly"])
async def test_hanging_up_cancels_a_modern_call(
    url: str, waited: Waited, call: dict[str, object], tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain, "PATIENCE_SECS", 0.01)
    headers = {"mcp_protocol_version": MODERN, "mcp_method": "tools/call", "mcp_name": tool}
    with anyio.fail_after(5):
        async with Peer.of(url) as peer, anyio.create_task_group() as tasks:
            tasks.start_soon(_ask, peer, modern("tools/call", {**call, "name": tool}), headers)
            await waited.begun.wait()
            tasks.cancel_scope.cancel()
        await waited.ended.wait()
    assert waited.cancelled


async def test_in_a_session_a_notification_cancels_and_the_call_is_answered(
    stateful: str, waited: Waited, call: dict[str, object]
) -> None:
    cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
    answers: list[httpx2.Response] = []

    with anyio.fail_after(5):
        async with Peer.of(stateful) as peer:
            session = await peer.session()

            async def ask() -> None:
                answers.append(await peer.send(json.dumps(legacy("tools/call", call, 7)), **session))

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ask)
                await waited.begun.wait()
                assert (await peer.send(json.dumps(cancelled), **session)).status_code == 202
    assert waited.cancelled
    assert error_in(answers[0]) == (200, -32800)


async def test_in_a_session_hanging_up_is_not_cancelling(
    stateful: str, waited: Waited, call: dict[str, object]
) -> None:
    cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
    with anyio.fail_after(5):
        async with Peer.of(stateful) as peer:
            session = await peer.session()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_ask, peer, legacy("tools/call", call, 7), session)
                await waited.begun.wait()
                tasks.cancel_scope.cancel()
            assert (await peer.legacy("ping", **session)).status_code == 200
            assert not waited.ended.is_set()
            await peer.send(json.dumps(cancelled), **session)
            await waited.ended.wait()


async def test_a_stranger_cannot_cancel_a_call(stateful: str, waited: Waited, call: dict[str, object]) -> None:
    cancelled = json.dumps({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}})
    with anyio.fail_after(5):
        async with Peer.of(stateful) as owner, Peer.of(stateful, "KEYother") as stranger:
            session = await owner.session()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_ask, owner, legacy("tools/call", call, 7), session)
                await waited.begun.wait()
                assert (await stranger.send(cancelled, **session)).status_code == 404
                assert (await stranger.send(cancelled, **await stranger.session())).status_code == 202
                assert not waited.ended.is_set()
                await owner.send(cancelled, **session)
                await waited.ended.wait()


async def _wait(client: Client, arguments: dict[str, str]) -> None:
    await client.call_tool("wait", arguments)


async def _ask(peer: Peer, message: dict[str, object], headers: dict[str, str]) -> None:
    await peer.send(json.dumps(message), **headers)
