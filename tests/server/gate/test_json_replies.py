"""Which requests are answered without a stream, and what becomes of them when their client leaves."""

import anyio
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.server.things import things

from telnyx_remote_mcp.gate import json_replies as plain
from telnyx_remote_mcp.gate.json_replies import JsonReplies

pytestmark = pytest.mark.anyio

MODERN, LEGACY = b"2026-07-28", b"2025-11-25"


class App:
    """Counts its requests, and waits in each of them until it is released."""

    def __init__(self, *, released: bool = True) -> None:
        self.calls = 0
        self.finished = False
        self.begun, self.released = anyio.Event(), anyio.Event()
        if released:
            self.released.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls += 1
        self.begun.set()
        await self.released.wait()
        self.finished = True


class Client:
    """Sent its whole request already; leaves when it is told to."""

    def __init__(self) -> None:
        self.gone = anyio.Event()
        self.asked = anyio.Event()

    async def receive(self) -> Message:
        self.asked.set()
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        raise AssertionError("nothing is sent")

    async def calls(self, app: ASGIApp, tool: bytes = b"list_texts") -> None:
        await app(_scope(MODERN, b"tools/call", tool), self.receive, self.send)


def _scope(version: bytes, method: bytes, tool: bytes | None = None) -> Scope:
    accept = (b"accept", b"application/json, text/event-stream")
    headers = [accept, (b"mcp-protocol-version", version), (b"mcp-method", method)]
    return {"type": "http", "headers": [*headers, (b"mcp-name", tool)] if tool is not None else headers}


@pytest.mark.parametrize(
    ("version", "method", "tool", "brief"),
    [
        (MODERN, b"tools/list", None, True),
        (MODERN, b"server/discover", None, True),
        (MODERN, b"tools/call", b"list_texts", True),
        (MODERN, b"tools/call", b"send_text", False),
        (MODERN, b"tools/call", b"send_sms", False),
        (MODERN, b"tools/call", b"no_such_tool", False),
        (MODERN, b"tools/call", b"=?base64?bGlzdF90ZXh0cw==?=", False),
        (MODERN, b"tools/call", None, False),
        (MODERN, b"subscriptions/listen", None, False),
        (LEGACY, b"tools/list", None, False),
        (LEGACY, b"tools/call", b"list_texts", False),
        (b"2099-01-01", b"tools/list", None, False),
    ],
)
async def test_listings_and_single_free_reads_of_the_newer_protocol_are_brief(
    version: bytes, method: bytes, tool: bytes | None, brief: bool
) -> None:
    streaming, answering, client = App(), App(), Client()
    await JsonReplies(streaming, answering, things())(_scope(version, method, tool), client.receive, client.send)
    assert (answering.calls, streaming.calls) == ((1, 0) if brief else (0, 1))


async def test_the_first_of_two_versions_counts_as_it_does_for_the_sdk() -> None:
    streaming, answering, client = App(), App(), Client()
    scope = _scope(LEGACY, b"tools/list")
    scope["headers"].append((b"mcp-protocol-version", MODERN))
    await JsonReplies(streaming, answering, things())(scope, client.receive, client.send)
    assert (answering.calls, streaming.calls) == (0, 1)


async def test_nobody_looks_for_the_client_of_a_request_that_is_soon_done() -> None:
    client = Client()
    await client.calls(JsonReplies(App(), App(), things()))
    assert not client.asked.is_set()


@pytest.mark.parametrize("leaves", [False, True])
async def test_the_request_of_a_client_that_leaves_ends_and_of_one_that_stays_finishes(
    leaves: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain, "PATIENCE_SECS", 0.0)
    app, client = App(released=False), Client()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.calls, JsonReplies(App(), app, things()))
            await client.asked.wait()
            (client.gone if leaves else app.released).set()
    assert app.calls == 1
    assert app.finished is not leaves


async def test_another_cancellation_passes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "PATIENCE_SECS", 0.0)
    app, client = App(released=False), Client()
    with anyio.fail_after(5), anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.calls, JsonReplies(App(), app, things()))
            await client.asked.wait()
            scope.cancel()
    assert scope.cancelled_caught
    assert not app.finished
