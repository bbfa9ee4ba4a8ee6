"""Receivers that mean harm, or behave as if they did: what they can make this server do, and for how long."""

import asyncio
import gc
import gzip
import json
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from tests.protocol.servers import KEY, OTHER_KEY
from tests.server.events.inboxes import message
from tests.server.events.subscribers import HOST, Gateway, office, secret, site
from tests.tools.api.authority import Authority

from telnyx_remote_mcp.auth.authorization_server.public_fetch import PublicFetch
from telnyx_remote_mcp.buckets import LocalRate
from telnyx_remote_mcp.events import outbound
from telnyx_remote_mcp.events.outbound import MAX_ANSWER, Answer, Outbound, Undelivered
from telnyx_remote_mcp.store.sqlite.store import SqliteStore

pytestmark = pytest.mark.anyio

Writer = asyncio.StreamWriter
Behaviour = Callable[[Writer], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\n"


async def forever(writer: Writer, part: bytes, pause: float = 0.0) -> None:
    while True:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(pause)


async def never_ends_slowly(writer: Writer) -> None:
    writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    await forever(writer, b"1\r\nx\r\n", 0.02)


async def never_ends(writer: Writer) -> None:
    writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    await forever(writer, b"1000\r\n" + b"x" * 4096 + b"\r\n")


async def promises_and_is_silent(writer: Writer) -> None:
    writer.write(OK + b"Content-Length: 1000000000\r\n\r\nx")
    await asyncio.sleep(60)


async def has_no_end_of_headers(writer: Writer) -> None:
    writer.write(OK)
    await forever(writer, b"X-More: " + b"x" * 1000 + b"\r\n")


async def has_one_endless_header(writer: Writer) -> None:
    writer.write(OK + b"X-Long: ")
    await forever(writer, b"x" * 65_536)


async def says_continue_for_ever(writer: Writer) -> None:
    await forever(writer, b"HTTP/1.1 100 Continue\r\n\r\n", 0.001)


async def is_silent(writer: Writer) -> None:
    await asyncio.sleep(60)


async def hangs_up(writer: Writer) -> None:
    writer.transport.abort()


async def speaks_nonsense(writer: Writer) -> None:
    writer.write(b"\x00\xff" * 100 + b"\r\n\r\n")
    await writer.drain()
    writer.close()


async def has_a_status_of_its_own(writer: Writer) -> None:
    writer.write(b"HTTP/1.1 99999999999999999999 Hm\r\n\r\n")
    await writer.drain()


async def is_a_bomb(writer: Writer) -> None:
    bomb = gzip.compress(b"x" * 50_000_000)
    writer.write(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb)
    await writer.drain()


@asynccontextmanager
async def receiver(
    folder: Path, behaviour: Behaviour, *, name: str = HOST, tls: bool = True
) -> AsyncIterator[tuple[Outbound, list[bytes]]]:
    """A way to a receiver, and the heads of what it was sent."""
    authority = Authority(folder)
    heads: list[bytes] = []
    context: ssl.SSLContext | None = authority.server(name) if tls else None

    serving: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
        serving.update(task for task in (asyncio.current_task(),) if task is not None)
        try:
            with suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError):
                if tls:
                    heads.append(await reader.readuntil(b"\r\n\r\n"))
                await behaviour(writer)
                await reader.read()
        finally:
            writer.transport.abort()
            with suppress(OSError, ssl.SSLError):
                await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]

    async def resolve(host: str, _: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", port)]

    try:
        yield Outbound(PublicFetch(resolve, authority.client())), heads
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


async def sent(out: Outbound) -> Answer | str:
    """The answer, or why there is none."""
    try:
        async with out.endpoint(f"https://{HOST}/a") as endpoint:
            return await endpoint.post(b"{}", {"webhook-id": "1"}, "message.received")
    except Undelivered as undelivered:
        return undelivered.reason


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "TIMEOUT_SECS", 1.0)


class TestAnswers:
    @pytest.mark.parametrize(
        ("behaviour", "reasons"),
        [
            (never_ends_slowly, {"timeout"}),
            (promises_and_is_silent, {"timeout"}),
            (has_no_end_of_headers, {"connection_refused"}),
            (has_one_endless_header, {"connection_refused"}),
            (says_continue_for_ever, {"timeout"}),
            (is_silent, {"timeout"}),
            (hangs_up, {"connection_refused"}),
            (speaks_nonsense, {"connection_refused"}),
            (has_a_status_of_its_own, {"connection_refused"}),
        ],
    )
    async def test_whatever_it_does_ends_in_time_with_one_of_few_reasons(
        self, tmp_path: Path, behaviour: Behaviour, reasons: set[str]
    ) -> None:
        async with receiver(tmp_path, behaviour) as (out, _):
            began = time.monotonic()
            assert await sent(out) in reasons
            assert time.monotonic() - began < 10

    @pytest.mark.parametrize("behaviour", [never_ends, is_a_bomb])
    async def test_of_a_large_answer_the_beginning_is_read_as_it_came(
        self, tmp_path: Path, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(outbound, "TIMEOUT_SECS", 10.0)
        async with receiver(tmp_path, behaviour) as (out, _):
            answer = await sent(out)
        assert isinstance(answer, Answer)
        assert (answer.status, len(answer.body)) == (200, MAX_ANSWER)

    async def test_a_port_where_nobody_speaks_tls_or_nobody_speaks_and_one_that_is_another(
        self, tmp_path: Path
    ) -> None:
        for number, (behaviour, name, tls, reason) in enumerate(
            (
                (speaks_nonsense, HOST, False, "tls_error"),
                (is_silent, HOST, False, "timeout"),
                (hangs_up, "another.example.com", True, "tls_error"),
            )
        ):
            folder = tmp_path / str(number)
            folder.mkdir()
            async with receiver(folder, behaviour, name=name, tls=tls) as (out, _):
                assert await sent(out) == reason, number

    async def test_whoever_never_answers_a_handshake_holds_no_connection(self, tmp_path: Path) -> None:
        held: set[asyncio.StreamWriter] = set()
        ended = asyncio.Event()

        async def holds(reader: asyncio.StreamReader, writer: Writer) -> None:
            held.add(writer)
            while await reader.read(1_000):
                pass
            held.discard(writer)
            writer.close()
            if not held:
                ended.set()

        server = await asyncio.start_server(holds, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]

        async def resolve(host: str, _: int) -> list[tuple[str, int]]:
            return [("127.0.0.1", port)]

        out = Outbound(PublicFetch(resolve, Authority(tmp_path).client()))
        gc.collect()
        gc.disable()
        try:
            assert await asyncio.gather(*(sent(out) for _ in range(5))) == ["timeout"] * 5
            async with asyncio.timeout(5):
                await ended.wait()
            assert held == set()
        finally:
            gc.enable()
            server.close()

    @pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
    async def test_no_redirect_is_followed(self, tmp_path: Path, status: str) -> None:
        async def redirects(writer: Writer) -> None:
            writer.write(f"HTTP/1.1 {status}\r\nLocation: https://{HOST}/inside\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()

        async with receiver(tmp_path, redirects) as (out, heads):
            answer = await sent(out)
        assert isinstance(answer, Answer)
        assert answer.status == int(status[:3])
        assert len(heads) == 1

    async def test_what_it_would_have_us_keep_is_not_given_back(self, tmp_path: Path) -> None:
        async def marks(writer: Writer) -> None:
            writer.write(OK + b"Set-Cookie: mark=1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()

        async with receiver(tmp_path, marks) as (out, heads), out.endpoint(f"https://{HOST}:8443/a") as endpoint:
            for _ in range(2):
                await endpoint.post(b"{}", {}, "message.received")
        assert len(heads) == 2
        assert b"mark" not in b"".join(heads)
        assert b"Host: hooks.example.com:8443\r\n" in heads[0]


class Endless(Gateway):
    """Takes the challenge, and then begins answers that never end."""

    async def _answer(self, request: Request) -> Response:
        if json.loads(await request.body()).get("type") == "verification":
            return await super()._answer(request)

        async def parts() -> AsyncIterator[bytes]:
            while True:
                yield b"x"
                await asyncio.sleep(0.05)

        return StreamingResponse(parts())


async def test_a_receiver_that_never_ends_its_answers_holds_up_no_other(tmp_path: Path) -> None:
    async with site(tmp_path) as (hooks, fetch), office(tmp_path, fetch) as here:
        slow, other = hooks.gateways.setdefault("/slow", Endless()), hooks.at("/b")
        await here.agent().subscribe("/slow", slow)
        await here.agent().subscribe("/b", other)
        await here.happen(*(message(number) for number in range(40)))
        began = time.monotonic()
        await other.until(lambda: len(other.ids) == 40)
        assert time.monotonic() - began < 5
        assert sorted(other.ids) == sorted(f"event-{number}" for number in range(40))
        assert slow.ids == []


class Answering(Gateway):
    """Answers challenges with what is to be said of them."""

    def __init__(self, said: Callable[[str], tuple[int, bytes]]) -> None:
        super().__init__()
        self._said = said
        self.challenges: list[str] = []

    async def _answer(self, request: Request) -> Response:
        self.challenges.append(json.loads(await request.body())["challenge"])
        status, body = self._said(self.challenges[-1])
        return Response(body, status)


def echo(challenge: object) -> bytes:
    return json.dumps({"challenge": challenge}).encode()


class TestChallenge:
    @pytest.mark.parametrize(
        "said",
        [
            lambda _: (200, b""),
            lambda _: (200, b"null"),
            lambda _: (200, b"[]"),
            lambda _: (200, b"\xff\xfe"),
            lambda _: (200, b"[" * 4_000),
            lambda _: (200, b'{"challenge": "\\ud800"}'),
            lambda _: (200, echo(None)),
            lambda _: (200, echo(7)),
            lambda _: (200, echo("")),
            lambda given: (200, given.encode()),
            lambda given: (200, json.dumps(given).encode()),
            lambda given: (200, echo([given])),
            lambda given: (200, echo(given[:-1])),
            lambda given: (200, echo(given + "x")),
            lambda given: (200, echo(given.swapcase())),
            lambda given: (200, b" " * 5_000 + echo(given)),
        ],
    )
    async def test_whoever_does_not_return_it_as_it_was_gets_nothing(
        self, tmp_path: Path, said: Callable[[str], tuple[int, bytes]]
    ) -> None:
        async with site(tmp_path) as (hooks, fetch), office(tmp_path, fetch) as here:
            gateway = hooks.gateways.setdefault("/a", Answering(said))
            refused = await here.agent().subscribe("/a", gateway)
            assert (refused["code"], refused["data"]) == (-32027, {"reason": "challenge_failed"})
            assert await here.delivery.subscriptions.of(here.keys.principal(KEY)) == []

    async def test_it_is_returned_with_success_or_not_at_all_and_each_is_another(self, tmp_path: Path) -> None:
        async with site(tmp_path) as (hooks, fetch), office(tmp_path, fetch) as here:
            statuses = iter((302, 404, 500, 202))
            gateway = Answering(lambda given: (next(statuses), echo(given)))
            hooks.gateways["/a"] = gateway
            reasons = [(await here.agent().subscribe("/a", gateway)).get("data") for _ in range(4)]
            assert reasons == [{"reason": "http_4xx"}, {"reason": "http_4xx"}, {"reason": "http_5xx"}, None]
            assert len(set(gateway.challenges)) == 4
            assert min(len(challenge) for challenge in gateway.challenges) >= 32

    async def test_one_that_was_returned_before_is_worth_nothing(self, tmp_path: Path) -> None:
        async with site(tmp_path) as (hooks, fetch), office(tmp_path, fetch) as here:
            first: list[str] = []

            def said(given: str) -> tuple[int, bytes]:
                first.append(given)
                return 200, echo(first[0])

            mine, theirs = hooks.gateways.setdefault("/a", Answering(said)), here.agent(OTHER_KEY)
            assert "id" in await here.agent().subscribe("/a", mine)
            assert (await theirs.subscribe("/a", mine))["data"] == {"reason": "challenge_failed"}
            assert len(first) == 2, "what one account proved counts for no other"

    async def test_nobody_is_flooded_with_them_by_one_account_or_by_many(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("telnyx_remote_mcp.protocol.subscribing.CHALLENGES_PER_MINUTE", 3)
        monkeypatch.setattr("telnyx_remote_mcp.protocol.subscribing.CHALLENGES_PER_HOST", 5)
        async with site(tmp_path) as (hooks, fetch), office(tmp_path, fetch) as here:
            victim = hooks.gateways.setdefault("/v", Answering(lambda _: (200, b"")))
            for key, sent_, reached in ((KEY, 6, 3), (OTHER_KEY, 6, 5)):
                told: list[dict[str, Any]] = []
                for number in range(sent_):
                    delivery = {"url": f"https://{HOST.swapcase()}/v?{number}", "secret": secret()}
                    told.append(await here.agent(key).ask("events/subscribe", name="call.ended", delivery=delivery))
                assert told[-1]["code"] == -32025
                assert told[-1]["data"]["limit"] == "challenges"
                assert told[-1]["data"]["retryAfterMs"] > 0
                assert len(victim.challenges) == reached

    async def test_replicas_that_share_a_store_count_them_together(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counted: dict[str, LocalRate] = {}
        monkeypatch.setattr(
            SqliteStore, "rate", lambda _, name, per_minute: counted.setdefault(name, LocalRate(per_minute))
        )
        monkeypatch.setattr("telnyx_remote_mcp.protocol.subscribing.CHALLENGES_PER_MINUTE", 3)
        async with (
            site(tmp_path) as (hooks, fetch),
            office(tmp_path, fetch) as one,
            office(tmp_path, fetch) as other,
        ):
            victim = hooks.gateways.setdefault("/v", Answering(lambda _: (200, b"")))
            for here in (one, other, one, other):
                told = await here.agent().subscribe("/v", victim)
            assert told["data"]["limit"] == "challenges"
            assert len(victim.challenges) == 3
