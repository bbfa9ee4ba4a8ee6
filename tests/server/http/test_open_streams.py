"""Streams that stay open by design end when the server does; calls finish."""

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from telnyx_remote_mcp.http.open_streams import OpenStreams

pytestmark = pytest.mark.anyio

MODERN = (b"mcp-protocol-version", b"2026-07-28")
LISTEN = (b"mcp-method", b"subscriptions/listen")
START: Message = {"type": "http.response.start", "status": 200, "headers": []}


def piece(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


class App:
    """Sends what it is told to, then waits until it is released."""

    def __init__(self, *messages: Message) -> None:
        self._messages = messages
        self.waiting = anyio.Event()
        self.released = anyio.Event()
        self.finished = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for message in self._messages:
            await send(dict(message))
        self.waiting.set()
        await self.released.wait()
        self.finished = True


class Request:
    def __init__(self, method: str, *headers: tuple[bytes, bytes]) -> None:
        self.scope: Scope = {"type": "http", "method": method, "headers": list(headers)}
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        raise AssertionError("nothing is received")

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def to(self, streams: OpenStreams) -> None:
        await streams(self.scope, self.receive, self.send)


async def end_during(request: Request, app: App, *, released: bool = False) -> None:
    """The server ends while the app is at work on the request, and the app is released then, or never."""
    streams = OpenStreams(app)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(request.to, streams)
            await app.waiting.wait()
            streams.close()
            if released:
                app.released.set()


async def test_an_open_stream_is_ended_properly() -> None:
    app, request = App(START, piece(b": ping", more=True)), Request("GET")
    await end_during(request, app)
    assert not app.finished
    assert request.sent == [START, piece(b": ping", more=True), {"type": "http.response.body", "body": b""}]


async def test_an_open_event_stream_ends_with_the_word_when_to_come_again() -> None:
    start: Message = {**START, "headers": [(b"content-type", b"text/event-stream")]}
    app, request = App(start, piece(b": ping\r\n\r\n", more=True)), Request("GET")
    await end_during(request, app)
    assert request.sent[-1] == {"type": "http.response.body", "body": b"retry: 5000\r\n\r\n"}


async def test_a_stream_that_has_not_begun_is_answered_503() -> None:
    app, request = App(), Request("GET")
    await end_during(request, app)
    assert request.sent[0]["status"] == 503
    assert request.sent[-1] == {"type": "http.response.body", "body": b""}


async def test_a_stream_that_comes_after_the_end_is_answered_503() -> None:
    streams, request = OpenStreams(App()), Request("GET")
    streams.close()
    with anyio.fail_after(5):
        await request.to(streams)
    assert request.sent[0]["status"] == 503


async def test_an_answer_that_is_complete_is_not_added_to() -> None:
    app, request = App(START, piece(b"done", more=False)), Request("GET")
    await end_during(request, app)
    assert request.sent == [START, piece(b"done", more=False)]


async def test_a_subscription_that_does_not_end_by_itself_is_cut() -> None:
    app, request = App(START, piece(b": ping", more=True)), Request("POST", MODERN, LISTEN)
    await end_during(request, app)
    assert not app.finished
    assert request.sent == [START, piece(b": ping", more=True), {"type": "http.response.body", "body": b""}]


async def test_a_subscription_has_a_moment_to_end_by_itself() -> None:
    app, request = App(START), Request("POST", MODERN, LISTEN)
    await end_during(request, app, released=True)
    assert app.finished


async def test_a_subscription_that_comes_after_the_end_is_answered_503() -> None:
    streams, request = OpenStreams(App()), Request("POST", MODERN, LISTEN)
    streams.close()
    with anyio.fail_after(5):
        await request.to(streams)
    assert request.sent[0]["status"] == 503


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (MODERN, (b"mcp-method", b"tools/call")),
        (LISTEN,),
        ((b"mcp-protocol-version", b"2025-11-25"), LISTEN),
        (MODERN, (b"mcp-method", b"tools/call"), LISTEN),
    ],
    ids=["plain", "call", "no version", "older", "twice"],
)
async def test_a_call_in_progress_finishes(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    app, request = App(START), Request("POST", *headers)
    await end_during(request, app, released=True)
    assert app.finished


async def test_it_says_whether_it_accepts_more() -> None:
    streams = OpenStreams(App())
    assert streams.accepting()
    streams.close()
    assert not streams.accepting()
