"""The wire: byte for byte what it was given, once, to a host that proves who it is."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.tools.api.authority import Authority
from tests.tools.api.upstream import KEY, Step, Upstream, answer, reset

from telnyx_tools.api.call import Call, Failure
from telnyx_tools.api.errors import ResponseTooLarge
from telnyx_tools.api.reply import Reply
from telnyx_tools.api.values import MOST_ANSWER_VALUES
from telnyx_tools.api.wire import Wire

pytestmark = pytest.mark.anyio

LARGE = b"x" * 50_000_000


def call(url: str, method: str = "GET", content: bytes = b"", **more: float) -> Call:
    headers = [("Authorization", f"Bearer {KEY}"), ("X-CaSe", "Kept  As Is")]
    return Call(label=f"{method} /", method=method, url=url, headers=headers, content=content, **more)  # type: ignore[arg-type] # limits only


async def attempt(wire: Wire, request: Call) -> Reply | Failure:
    try:
        return await wire.attempt(request)
    finally:
        await wire.aclose()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST", "PATCH"])
async def test_a_connection_that_breaks_is_one_attempt_whatever_the_method(method: str) -> None:
    async with Upstream(reset, answer(200)) as upstream:
        result = await attempt(Wire(), call(upstream.base_url, method))
    assert isinstance(result, Failure)
    assert result.sent
    assert len(upstream.heard) == 1


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
async def test_a_kept_connection_that_breaks_is_one_attempt_whatever_the_method(method: str) -> None:
    async with Upstream(answer(200), reset, answer(200)) as upstream:
        wire = Wire()
        await wire.attempt(call(upstream.base_url))
        result = await attempt(wire, call(upstream.base_url, method))
    assert isinstance(result, Failure)
    assert result.sent
    assert len(upstream.heard) == 2


async def test_addresses_and_headers_go_out_as_they_were_given_and_no_others_do() -> None:
    path = "/a%2Fb:c/%7E~%C3%A9/..%2F?page%5Bsize%5D=1&x=%2B1+2&y=a%20b"
    async with Upstream(answer(200)) as upstream:
        await attempt(Wire(), call(upstream.base_url + path, "POST", b"{}"))
    (heard,) = upstream.heard
    assert heard.target == "/v2" + path
    assert heard.body == b"{}"
    assert heard.headers == {
        "host": f"127.0.0.1:{upstream.port}",
        "authorization": f"Bearer {KEY}",
        "x-case": "Kept  As Is",
        "content-length": "2",
    }


@pytest.mark.parametrize("status", [200, 422])
async def test_what_a_small_answer_unpacks_to_is_bounded(status: int) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    async with Upstream(answer(status, bomb, Content_Encoding="gzip")) as upstream:
        request = attempt(Wire(), call(upstream.base_url, max_bytes=100_000))
        if status == 200:
            with pytest.raises(ResponseTooLarge):
                await request
        else:
            reply = await request
            assert isinstance(reply, Reply)
            assert len(reply.content) < 1_000_000


class Hasty(Upstream):
    """Answers as soon as it knows the headers of a request, and reads nothing after them."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.pause_reading()  # type: ignore[attr-defined] # a socket's transport reads too
        try:
            await next(self._steps)(reader, writer)
            await asyncio.Event().wait()
        finally:
            writer.transport.abort()


async def nothing(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    """Never answers."""


async def test_an_answer_before_the_end_of_a_large_upload_is_that_answer() -> None:
    async with Hasty(answer(413, b"long")) as upstream:
        result = await attempt(Wire(), call(upstream.base_url, "PUT", LARGE))
    assert isinstance(result, Reply)
    assert (result.status, result.content) == (413, b"long")


async def test_an_upload_that_nobody_reads_ends_at_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telnyx_tools.api.wire.CONNECT_SECS", 0.2)
    async with Hasty(nothing) as upstream:
        result = await attempt(Wire(), call(upstream.base_url, "PUT", LARGE, timeout_secs=0.2))
    assert result == Failure(True, "There was no answer within 0.2 seconds.")


def streamed(url: str, *pieces: bytes, length: int, breaks: bool = False) -> Call:
    async def stream() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece
        if breaks:
            raise RuntimeError("the source failed")

    return Call(label="PUT /", method="PUT", url=url, headers=[("Content-Length", str(length))], stream=stream)


async def test_a_streamed_body_goes_out_with_its_length_and_anew_for_every_attempt() -> None:
    async with Upstream(answer(200), answer(200)) as upstream:
        wire, request = Wire(), streamed(upstream.base_url, b"ab", b"", b"c", length=3)
        for _ in range(2):
            assert isinstance(await wire.attempt(request), Reply)
        await wire.aclose()
    for heard in upstream.heard:
        assert heard.body == b"abc"
        assert heard.headers == {"host": f"127.0.0.1:{upstream.port}", "content-length": "3"}


async def test_a_streamed_body_that_breaks_off_is_never_taken_for_a_whole_one() -> None:
    async with Upstream(answer(200)) as upstream:
        result = await attempt(Wire(), streamed(upstream.base_url, b"ab", length=3, breaks=True))
        assert upstream.heard == []
    assert result == Failure(True, "The connection broke before the answer.")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


class Secure(Upstream):
    """An upstream with a certificate; its base URL keeps to 127.0.0.1."""

    def __init__(self, authority: Authority, *steps: Step, name: str = "127.0.0.1") -> None:
        super().__init__(*steps)
        self._tls = authority.server(name)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    @property
    def base_url(self) -> str:
        return f"https://127.0.0.1:{self.port}/v2"


async def test_a_host_with_a_trusted_certificate_is_answered_to(authority: Authority) -> None:
    async with Secure(authority, answer(200, {"data": 1})) as upstream:
        reply = await attempt(Wire(tls=authority.client()), call(upstream.base_url))
    assert isinstance(reply, Reply)
    assert reply.json() == {"data": 1}


async def test_a_certificate_file_of_the_environment_is_trusted(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    async with Secure(authority, answer(200)) as upstream:
        assert isinstance(await attempt(Wire(), call(upstream.base_url)), Reply)


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        pytest.param("127.0.0.1", lambda authority: Wire(), id="unknown authority"),
        pytest.param("example.org", lambda authority: Wire(tls=authority.client()), id="another host"),
    ],
)
async def test_a_host_that_does_not_prove_itself_hears_nothing(
    authority: Authority, name: str, wire: Callable[[Authority], Wire]
) -> None:
    async with Secure(authority, answer(200), name=name) as upstream:
        result = await attempt(wire(authority), call(upstream.base_url, "POST", b"{}"))
    assert result == Failure(False, "No connection to 127.0.0.1 could be made.")
    assert upstream.heard == []


def tunnel(authority: Authority) -> Step:
    """A proxy's part of a connection, and after that the host's."""

    async def step(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await writer.start_tls(authority.server("api.telnyx.com"))

    return step


async def test_a_proxy_of_the_environment_passes_on_what_it_cannot_read(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream(tunnel(authority), answer(200, {"data": 1})) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy.port}")
        wire = Wire(tls=authority.client())
        reply = await attempt(wire, call("https://api.telnyx.com/v2/balance"))
    assert isinstance(reply, Reply)
    assert reply.json() == {"data": 1}
    to_proxy, to_host = proxy.heard
    assert (to_proxy.method, to_proxy.target) == ("CONNECT", "api.telnyx.com:443")
    assert "authorization" not in to_proxy.headers
    assert (to_host.target, to_host.headers["authorization"]) == ("/v2/balance", f"Bearer {KEY}")


async def test_a_proxy_that_refuses_means_that_telnyx_heard_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Upstream(answer(403)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        result = await attempt(Wire(), call("https://api.telnyx.com/v2/messages", "POST", b"{}"))
    assert result == Failure(False, "No connection to api.telnyx.com could be made.")


async def test_this_machine_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with Upstream(answer(200)) as upstream:
        assert isinstance(await attempt(Wire(), call(upstream.base_url)), Reply)


@pytest.mark.parametrize("unit", [b'"x",', b"{},", b'"k,[":1,', b"[[1]],"])
async def test_an_answer_of_more_values_than_anybody_should_parse_is_too_large(unit: bytes) -> None:
    content = b"[" + unit * (MOST_ANSWER_VALUES + 1) + b"1]"
    async with Upstream(answer(200, content)) as upstream:
        with pytest.raises(ResponseTooLarge) as caught:
            await attempt(Wire(), call(upstream.base_url))
    assert caught.value.describe()["detail"] == "The answer is above 50,000 values."


async def test_a_file_of_commas_is_no_answer_of_many_values() -> None:
    async with Upstream(answer(200, b"1,2," * 100_000)) as upstream:
        assert isinstance(await attempt(Wire(), call(upstream.base_url)), Reply)


async def test_more_large_answers_than_there_is_room_for_come_one_after_the_other() -> None:
    large = b"x" * 4_000_000
    async with Upstream(*[answer(200, large)] * 12) as upstream:
        wire = Wire()
        replies = await asyncio.gather(*(wire.attempt(call(upstream.base_url)) for _ in range(12)))
        await wire.aclose()
    assert [reply.content for reply in replies if isinstance(reply, Reply)] == [large] * 12


async def test_such_an_answer_to_a_change_is_a_success_all_the_same() -> None:
    content = b"[" + b"{}," * (MOST_ANSWER_VALUES + 1) + b"1]"
    async with Upstream(answer(200, content)) as upstream:
        reply = await attempt(Wire(), call(upstream.base_url, "POST"))
    assert isinstance(reply, Reply)
    assert reply.json() == content.decode()
