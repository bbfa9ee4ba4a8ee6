"""What a connection may send before, and after, its request: raw sockets in front of the server's own protocol."""

import asyncio
import itertools
import json
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import anyio.lowlevel
import pytest
from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send
from tests.server.serving import serving

from telnyx_remote_mcp.commands import OPEN_FILES
from telnyx_remote_mcp.events import waiting
from telnyx_remote_mcp.gate import limits
from telnyx_remote_mcp.http import health, protocol
from telnyx_remote_mcp.http.protocol import MAX_HEAD_BYTES, MAX_HEADERS, MAX_PIPELINED, BoundedProtocol
from telnyx_remote_mcp.telemetry.meter import Meter

pytestmark = pytest.mark.anyio

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


async def names(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers the names of all headers, when the body is complete."""
    while (await receive()).get("more_body"):
        pass
    await JSONResponse([name.decode() for name, _ in scope["headers"]])(scope, receive, send)


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": request.param}


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with serving(names, http=BoundedProtocol) as url:
        yield url


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECS", 0.05)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield reader, writer
    finally:
        writer.close()


async def answered(url: str, *parts: bytes) -> bytes:
    """All that comes back until the server closes, which it has to do by itself."""
    async with connected(url) as (reader, writer):
        for part in parts:
            writer.write(part)
        try:
            return await asyncio.wait_for(reader.read(), 20)
        except ConnectionResetError:  # closed with more of ours on its way
            return b""


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


async def test_an_ordinary_head_is_read_however_it_is_cut(url: str) -> None:
    whole = GET + b"X-Long: " + b"x" * 20_000 + b"\r\nConnection: close\r\n\r\n"
    assert status(await answered(url, whole)) == 200
    assert status(await answered(url, *(whole[at : at + 1_000] for at in range(0, len(whole), 1_000)))) == 200


async def test_a_body_of_any_length_may_follow_the_head(url: str) -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n"
    assert status(await answered(url, head + b"x" * 1_000_000)) == 200


@pytest.mark.parametrize("ended", [b"", b"\r\n\r\n"])
async def test_a_head_above_the_limit_is_refused_and_its_connection_closed(url: str, ended: bytes) -> None:
    assert status(await answered(url, GET + b"X-Long: " + b"x" * MAX_HEAD_BYTES + ended)) == 431


async def test_a_target_above_the_limit_is_refused(url: str) -> None:
    assert status(await answered(url, b"GET /" + b"x" * MAX_HEAD_BYTES)) == 431


async def test_too_many_headers_are_refused(url: str) -> None:
    headers = b"".join(b"X-%d: 1\r\n" % number for number in range(MAX_HEADERS))
    assert status(await answered(url, GET + headers + b"\r\n")) == 431
    fewer = headers.partition(b"\r\n")[2].partition(b"\r\n")[2]
    assert status(await answered(url, GET + fewer + b"Connection: close\r\n\r\n")) == 200


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("sent", [b"", b"\r\n", b"GET / HT", GET])
async def test_a_connection_that_does_not_complete_a_head_is_closed(url: str, sent: bytes) -> None:
    assert await answered(url, sent) == b""


@pytest.mark.usefixtures("hurried")
async def test_so_is_one_that_does_not_complete_its_next_head(url: str) -> None:
    assert status(await answered(url, GET + b"\r\n" + GET)) == 200


@pytest.mark.usefixtures("hurried")
async def test_a_request_at_work_may_take_longer_than_a_head() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        later: asyncio.Future[None] = loop.create_future()
        loop.call_later(3 * protocol.HEAD_SECS, later.set_result, None)
        await later
        await names(scope, receive, send)

    async with serving(slow, http=BoundedProtocol) as url:
        assert status(await answered(url, GET + b"\r\n")) == 200


async def test_trailers_are_no_headers(url: str) -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = await answered(url, head + b"1\r\nx\r\n0\r\nAuthorization: Bearer KEYtrailer\r\n\r\n")
    assert status(answer) == 200
    assert b"authorization" not in answer


async def test_requests_one_behind_the_other_are_answered_in_order_up_to_a_few(url: str) -> None:
    assert (await answered(url, (GET + b"\r\n") * 3 + GET + b"Connection: close\r\n\r\n")).count(b" 200 OK") == 4
    assert (await answered(url, (GET + b"\r\n") * 1_000)).count(b" 200 OK") <= MAX_PIPELINED


@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # uvloop tells milliseconds apart, and two may wait as long
async def test_beyond_the_limit_a_new_connection_takes_the_place_of_the_idlest(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MAX_CONNECTIONS", 2)
    async with connected(url) as (first, _), connected(url) as (second, writer):
        writer.write(GET + b"\r\n")
        await second.readuntil(b"]")
        assert status(await answered(url, GET + b"Connection: close\r\n\r\n")) == 200
        assert await first.read() == b""
        writer.write(GET + b"Connection: close\r\n\r\n")
        assert status(await second.read()) == 200


class Busy:
    """Answers no request before it is let, except for the health checks."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.let = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] not in health.PATHS:
            self.begun.set()
            await self.let.wait()
        await names(scope, receive, send)


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    """One connection has the place of all, and there are two in reserve."""
    monkeypatch.setattr(protocol, "MAX_CONNECTIONS", 1)
    monkeypatch.setattr(protocol, "RESERVE", 2)


@asynccontextmanager
async def full(app: Busy) -> AsyncIterator[str]:
    """The URL of a server of which each connection has a request."""
    async with serving(app, http=BoundedProtocol) as url, connected(url) as (reader, writer):
        writer.write(GET + b"Connection: close\r\n\r\n")
        await asyncio.wait_for(app.begun.wait(), 10)
        try:
            yield url
        finally:
            app.let.set()
        assert status(await reader.read()) == 200, "who was there first is served"


POST = b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n"


@pytest.mark.usefixtures("crowded")
@pytest.mark.parametrize("sent", [[GET + b"\r\n"], [POST, b"{}"], [POST + b"{}" + POST + b"{}"], [POST]])
async def test_where_every_connection_has_a_request_a_newcomer_is_told_to_come_again(sent: list[bytes]) -> None:
    async with full(Busy()) as url:
        head, _, body = (await answered(url, *sent)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    headers = dict(line.split(b": ") for line in head.lower().split(b"\r\n")[1:])
    assert int(headers[b"retry-after"]) >= 1
    assert (headers[b"connection"], int(headers[b"content-length"])) == (b"close", len(body))
    assert json.loads(body)["error"] == "overloaded"


@pytest.mark.usefixtures("crowded")
async def test_the_orchestrator_is_answered_however_full_it_is() -> None:
    async with full(Busy()) as url, connected(url), connected(url), connected(url):
        for path in sorted(health.PATHS):
            head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
            assert status(await answered(url, head)) == 200, "and its connection is closed then"


@pytest.mark.usefixtures("crowded")
async def test_who_comes_and_says_nothing_gives_way_with_a_503_to_who_comes_later() -> None:
    async with full(Busy()) as url, connected(url) as (first, _), connected(url), connected(url):
        assert status(await asyncio.wait_for(first.read(), 10)) == 503


@pytest.mark.usefixtures("crowded")
async def test_who_came_too_early_is_served_if_there_is_room_by_then() -> None:
    app = Busy()
    async with serving(app, http=BoundedProtocol) as url, connected(url) as (first, writer):
        writer.write(GET + b"Connection: close\r\n\r\n")
        await asyncio.wait_for(app.begun.wait(), 10)
        async with connected(url) as (second, later):
            assert status(await answered(url, GET + b"\r\n")) == 503
            app.let.set()
            assert status(await first.read()) == 200
            for _ in range(2):
                later.write(GET + b"\r\n")
                assert status(await second.readuntil(b"]")) == 200


def test_the_limits_that_answer_by_account_come_before_the_one_on_connections() -> None:
    assert limits.OVERALL + waiting.OVERALL < protocol.MAX_CONNECTIONS
    assert protocol.MAX_CONNECTIONS + protocol.RESERVE + limits.OVERALL < OPEN_FILES


async def test_connections_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    meter = Connections()
    monkeypatch.setattr(BoundedProtocol, "meter", meter)
    async with serving(names, http=BoundedProtocol) as url, connected(url) as (reader, writer):
        writer.write(GET + b"\r\n")
        await reader.readuntil(b"]")
        assert meter.open == 1
        writer.write(GET + b"Connection: close\r\n\r\n")
        await reader.read()
    assert meter.open == 0


class Connections(Meter):
    open = 0

    def connected(self, change: int) -> None:
        self.open += change


MEGABYTE = b"x" * 1_048_576
LARGE = 16
"""Megabytes, which no kernel keeps for a connection: some are left to the server while nobody reads."""


class Answering:
    """Writes so many megabytes, each as a message of its own or all in one; knows when its last request ended."""

    def __init__(self, *, at_once: bool = False) -> None:
        self.parts: Iterable[bytes] = [MEGABYTE * LARGE] if at_once else [MEGABYTE] * LARGE
        self.ended = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def parts() -> AsyncIterator[bytes]:
            for part in self.parts:
                await anyio.lowlevel.checkpoint()  # as who waits for events
                yield part

        self.ended.clear()
        await StreamingResponse(parts())(scope, receive, send)
        self.ended.set()


class Watched(BoundedProtocol):
    lost: asyncio.Event

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.lost.set()


@pytest.fixture
def impatient(hurried: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "READING_SECS", 0.3)
    monkeypatch.setattr(Watched, "lost", asyncio.Event(), raising=False)


@asynccontextmanager
async def asking(url: str, request: bytes) -> AsyncIterator[socket.socket]:
    """A socket that this was written to, and that keeps little of what comes back."""
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, (host, int(port)))
        await asyncio.get_running_loop().sock_sendall(client, request)
        yield client


async def read(client: socket.socket, most: int) -> int:
    """How many bytes there are, up to so many and the end."""
    count = 0
    while count < most and (part := await asyncio.get_running_loop().sock_recv(client, most - count)):
        count += len(part)
    return count


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("asked", [GET + b"\r\n", GET + b"Connection: close\r\n\r\n", (GET + b"\r\n") * 3])
async def test_who_does_not_read_an_answer_is_cut_off_and_the_request_ends(at_once: bool, asked: bytes) -> None:
    app = Answering(at_once=at_once)
    async with serving(app, http=Watched) as url, asking(url, asked) as client:
        await asyncio.wait_for(Watched.lost.wait(), 10)
        await asyncio.wait_for(app.ended.wait(), 10)
        assert await read(client, LARGE * len(MEGABYTE)) < LARGE * len(MEGABYTE)


@pytest.mark.usefixtures("impatient")
async def test_so_is_who_does_not_read_an_open_stream() -> None:
    app = Answering()
    app.parts = itertools.repeat(MEGABYTE)
    async with serving(app, http=Watched) as url, asking(url, GET + b"\r\n"):
        await asyncio.wait_for(Watched.lost.wait(), 10)
        await asyncio.wait_for(app.ended.wait(), 10)


@pytest.mark.usefixtures("impatient")
async def test_who_reads_slowly_gets_the_whole_answer() -> None:
    app, loop, size = Answering(at_once=True), asyncio.get_running_loop(), 0
    async with serving(app, http=Watched) as url, asking(url, GET + b"\r\n") as client:
        for _ in range(8):
            later: asyncio.Future[None] = loop.create_future()
            loop.call_later(protocol.READING_SECS / 3, later.set_result, None)
            await later
            size += await read(client, 2 * len(MEGABYTE))
        assert size + await read(client, LARGE * len(MEGABYTE)) > LARGE * len(MEGABYTE)


@pytest.mark.parametrize("behind", [b"", GET + b"\r\n"])
async def test_a_request_at_work_hears_that_its_client_left_whatever_came_behind_it(behind: bytes) -> None:
    begun, left = asyncio.Event(), asyncio.Event()

    async def wait(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        while (await receive())["type"] != "http.disconnect":
            pass
        left.set()

    async with serving(wait, http=BoundedProtocol) as url:
        async with connected(url) as (_, writer):
            writer.write(GET + b"\r\n" + behind)
            await asyncio.wait_for(begun.wait(), 10)
        await asyncio.wait_for(left.wait(), 10)
