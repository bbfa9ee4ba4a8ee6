"""How large and how slow a request body may be."""

import asyncio
from collections.abc import AsyncIterator

import anyio.lowlevel
import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send
from tests.server.serving import raw_exchange, serving

from telnyx_remote_mcp.http.bodies import UNCOUNTED, BodyLimits, KeptBytes


class Filling(KeptBytes):
    """Tells when it is full."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.full = asyncio.Event()

    def take(self, count: int) -> None:
        super().take(count)
        if not self.left:
            self.full.set()


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(body)(scope, receive, send)


@pytest.mark.anyio
async def test_a_body_within_the_limit_arrives_whole() -> None:
    async with serving(BodyLimits(echo, 10, KeptBytes())) as url, httpx2.AsyncClient() as client:
        assert (await client.post(url, content=b"0123456789")).text == "0123456789"


@pytest.mark.anyio
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_above_the_limit_is_refused(chunked: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"012345"
        yield b"678901"

    async with serving(BodyLimits(echo, 10, KeptBytes())) as url, httpx2.AsyncClient() as client:
        response = await client.post(url, content=chunks() if chunked else b"0123456789a")
    assert response.status_code == 413


@pytest.mark.anyio
async def test_a_body_that_does_not_arrive_in_time_is_refused() -> None:
    async with serving(BodyLimits(echo, 10, KeptBytes(), max_secs=0.05)) as url:
        lines = ["POST / HTTP/1.1", "Host: localhost", "Content-Length: 10"]
        answer = await raw_exchange(url, lines, b"01234")
    assert answer.startswith("HTTP/1.1 408 ")
    assert "did not arrive within 0.05 seconds" in answer


@pytest.mark.anyio
async def test_what_follows_the_body_may_take_longer_than_the_limit() -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b"x", "more_body": False},
        {"type": "http.disconnect"},
    ]
    received = []

    async def receive() -> Message:
        if len(messages) == 1:
            await anyio.lowlevel.checkpoint()  # where a deadline that has passed would strike
        return messages.pop(0)

    async def send(message: Message) -> None: ...

    async def listens(scope: Scope, receive: Receive, send: Send) -> None:
        received.extend([(await receive())["type"], (await receive())["type"]])

    scope: Scope = {"type": "http", "headers": []}
    await BodyLimits(listens, 10, KeptBytes(), max_secs=0.0)(scope, receive, send)
    assert received == ["http.request", "http.disconnect"]


@pytest.mark.anyio
async def test_of_a_body_that_breaks_off_the_app_hears_nothing() -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b"{}", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        raise AssertionError("nobody is there")

    async def unheard(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("it was called")

    await BodyLimits(unheard, 10, KeptBytes())({"type": "http", "headers": []}, receive, send)
    assert messages == []


@pytest.mark.anyio
async def test_where_large_bodies_fill_what_is_kept_small_ones_are_still_taken() -> None:
    kept = Filling(100_000)
    lines = ["POST / HTTP/1.1", "Host: localhost", "Content-Length: 200000"]
    async with serving(BodyLimits(echo, 200_000, kept)) as url, httpx2.AsyncClient() as client:
        hoarder = asyncio.create_task(raw_exchange(url, lines, b"x" * (UNCOUNTED + 100_000)))
        await kept.full.wait()
        large = await client.post(url, content=b"x" * (UNCOUNTED + 1))
        small = await client.post(url, content=b"x" * UNCOUNTED)
        hoarder.cancel()
        await asyncio.wait([hoarder])
    assert (large.status_code, large.headers["retry-after"]) == (503, "1")
    assert small.status_code == 200


@pytest.mark.anyio
async def test_what_was_kept_is_given_back_with_every_answer() -> None:
    kept = KeptBytes(100_000)
    async with serving(BodyLimits(echo, 120_000, kept)) as url, httpx2.AsyncClient() as client:
        for size in (100_000, 120_000, 120_001):
            await client.post(url, content=b"x" * size)
    assert kept.left == 100_000


@pytest.mark.anyio
async def test_a_document_of_more_values_than_a_request_may_hold_is_refused_unread() -> None:
    async with serving(BodyLimits(echo, 1_000_000, KeptBytes(), json=True)) as url, httpx2.AsyncClient() as client:
        assert (await client.post(url, content=b"[" * 900_000)).json()["error"] == "too_many_values"
        assert (await client.post(url, content=b'"' + b"[," * 400_000 + b'"')).status_code == 200
