"""The client: what goes over the wire, what comes back, and what callers cannot do to each other."""

import asyncio
import gzip
import logging

import httpx2
import pytest
from tests.tools.api.upstream import KEY, Naps, Upstream, answer, hang, raw, reset, telnyx

from telnyx_tools.api.call import Call
from telnyx_tools.api.client import Api, Credential, File, Request
from telnyx_tools.api.errors import (
    ApiError,
    InvalidArgument,
    MissingCredential,
    NoAnswer,
    OutcomeUnknown,
    ResponseTooLarge,
    Unreachable,
)

pytestmark = pytest.mark.anyio

BODY = {"to": "+12025550123", "text": "Grüße 👋"}


def api(upstream: Upstream, concurrency_per_principal: int = 16) -> Api:
    return Api(upstream.base_url, clock=Naps().clock, concurrency_per_principal=concurrency_per_principal)


async def test_a_post_carries_the_credential_and_its_json() -> None:
    async with Upstream(answer(200, {"data": {"id": "1"}})) as upstream, api(upstream) as client:
        answered = await telnyx(client).post("/messages/{id}/copy", body=BODY, id="a:b")
    assert answered == {"data": {"id": "1"}}
    (heard,) = upstream.heard
    assert (heard.method, heard.target) == ("POST", "/v2/messages/a:b/copy")
    assert httpx2.Response(200, content=heard.body).json() == BODY
    assert heard.headers["authorization"] == f"Bearer {KEY}"
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["host"] == f"127.0.0.1:{upstream.port}"
    assert heard.headers["user-agent"].startswith("telnyx-remote-mcp/")
    assert "idempotency-key" not in heard.headers


async def test_a_read_has_no_body_and_no_trace_of_one() -> None:
    async with Upstream(answer(200)) as upstream, api(upstream) as client:
        assert await telnyx(client).get("/balance", query={"filter": {"a": None}, "page": {"size": 1}}) is None
    (heard,) = upstream.heard
    assert heard.target == "/v2/balance?page%5Bsize%5D=1"
    assert not {"content-length", "content-type", "transfer-encoding"} & heard.headers.keys()


async def test_every_logical_call_has_an_idempotency_key_of_its_own() -> None:
    async with Upstream(answer(200), answer(200)) as upstream, api(upstream) as client:
        for _ in range(2):
            await telnyx(client).post("/messages", body=BODY, idempotency_key=True)
    assert len({heard.headers["idempotency-key"] for heard in upstream.heard}) == 2


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"", None),
        (b"OK", "OK"),
        (b"<Response/>", "<Response/>"),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": NaN}', {"a": None}),
        (b'{"text": ["cut \\ud83d"]}', {"text": ["cut ?"]}),
        (b'{"text": "\\ud83d\\udc4b"}', {"text": "👋"}),
        (b"[" * 200_000, "[" * 200_000),
        (b"[" * 900 + b"]" * 900, "[" * 900 + "]" * 900),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
async def test_a_success_never_fails_whatever_its_body(content: bytes, value: object) -> None:
    async with Upstream(answer(201, content)) as upstream, api(upstream) as client:
        assert await telnyx(client).post("/messages", body=BODY) == value


async def test_a_compressed_answer_is_read_although_none_was_asked_for() -> None:
    packed = answer(200, gzip.compress(b'{"data": 1}'), Content_Encoding="gzip")
    async with Upstream(packed) as upstream, api(upstream) as client:
        assert await telnyx(client).get("/balance") == {"data": 1}
    assert upstream.heard[0].headers["accept-encoding"] == "identity"


async def test_any_body_can_be_sent_and_any_answer_read() -> None:
    audio = answer(200, b"\x00\xff", Content_Type="audio/mpeg")
    async with Upstream(audio, answer(200)) as upstream, api(upstream) as client:
        request = Request(method="PUT", template="/media/{id}", ids={"id": "a"}, content=b"\x01", accept="*/*")
        reply = await telnyx(client).send(request)
        upload = Request(
            method="POST",
            template="/documents",
            files={"file": File("a.pdf", b"%PDF", "application/pdf")},
            fields={"customer_reference": "r"},
        )
        await telnyx(client).send(upload)
    assert (reply.content, reply.headers["content-type"]) == (b"\x00\xff", "audio/mpeg")
    assert upstream.heard[0].body == b"\x01"
    assert upstream.heard[1].headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b"%PDF" in upstream.heard[1].body
    assert b'name="customer_reference"' in upstream.heard[1].body


async def test_an_answer_above_the_limit_is_not_read_to_its_end() -> None:
    endless = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n" + b"x" * 200_000)
    async with Upstream(endless) as upstream, api(upstream) as client:
        with pytest.raises(ResponseTooLarge) as caught:
            await telnyx(client).send(Request(method="POST", template="/exports", max_bytes=100_000))
    assert len(upstream.heard) == 1
    assert "carried the call out" in str(caught.value.describe()["title"])


async def test_an_answer_that_drips_ends_at_the_timeout() -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0)

    async with Upstream(drip) as upstream, api(upstream) as client:
        async with asyncio.timeout(5):
            with pytest.raises(OutcomeUnknown):
                await telnyx(client).post("/exports", timeout_secs=0.2)


async def test_without_a_credential_nothing_is_sent() -> None:
    async with Upstream() as upstream, api(upstream) as client:
        with pytest.raises(MissingCredential):
            await client.bind(None, "stdio").get("/balance")
    assert upstream.heard == []


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "cut \ud83d"])
async def test_a_body_that_is_no_json_is_refused_before_it_is_sent(value: object) -> None:
    async with Upstream() as upstream, api(upstream) as client:
        with pytest.raises(InvalidArgument, match=r" body$"):
            await telnyx(client).post("/messages", body={"amount": value})
    assert upstream.heard == []


async def test_a_form_that_is_no_text_is_refused_before_it_is_sent() -> None:
    async with Upstream() as upstream, api(upstream) as client:
        request = Request(method="POST", template="/media", files={}, fields={"name": "cut \ud83d"})
        with pytest.raises(InvalidArgument, match=r" body$"):
            await telnyx(client).send(request)
    assert upstream.heard == []


async def test_an_address_above_the_limit_is_refused_before_it_is_sent() -> None:
    async with Upstream() as upstream, api(upstream) as client:
        with pytest.raises(InvalidArgument, match=r" query$"):
            await telnyx(client).get("/phone_numbers", query={"filter": {"tag": "x" * 16_001}})
    assert upstream.heard == []


async def test_a_rejected_credential_is_reported_to_whoever_bound_it() -> None:
    rejected: list[str] = []
    async with Upstream(answer(401), answer(403)) as upstream, api(upstream) as client:
        bound = client.bind(Credential(KEY), "key:1", on_rejected=lambda: rejected.append("key:1"))
        for status in (401, 403):
            with pytest.raises(ApiError, match=f"ApiError {status} "):
                await bound.get("/balance")
    assert rejected == ["key:1"]


async def test_cookies_and_redirects_of_an_answer_have_no_effect() -> None:
    steps = answer(200, None, Set_Cookie="session=a"), answer(302, None, Location="https://example.org/")
    async with Upstream(*steps) as upstream, api(upstream) as client:
        await telnyx(client).get("/balance")
        with pytest.raises(ApiError) as caught:
            await telnyx(client, "key:2").get("/balance")
    assert caught.value.status == 302
    assert "cookie" not in upstream.heard[1].headers


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with Upstream(answer(200, {"data": 1})) as upstream, api(upstream) as client:
        assert await telnyx(client).get("/balance") == {"data": 1}


async def test_one_principal_waits_for_its_own_calls_and_no_other_does() -> None:
    async with (
        Upstream(hang, answer(200, {"data": 2})) as upstream,
        api(upstream, concurrency_per_principal=1) as client,
    ):
        slow = asyncio.create_task(telnyx(client, "key:1").get("/balance"))
        await upstream.called.wait()
        with pytest.raises(Unreachable):
            await telnyx(client, "key:1").get("/balance", timeout_secs=0.05)
        assert await telnyx(client, "key:2").get("/balance") == {"data": 2}
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
    assert len(upstream.heard) == 2


async def test_a_call_that_fails_gives_its_place_back() -> None:
    async with Upstream(answer(404), answer(200)) as upstream, api(upstream, 1) as client:
        bound = telnyx(client)
        with pytest.raises(ApiError, match="ApiError 404 "):
            await bound.get("/balance")
        assert await bound.get("/balance", timeout_secs=0.5) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "Bearer other"),
        ("HOST", "example.org"),
        ("Transfer-Encoding", "chunked"),
        ("X-A: b\r\nX-C", "d"),
        ("", "d"),
        ("X-A", "b\r\nX-C: d"),
        ("X-A", ""),
        ("X-A", " b"),
        ("X-A", "é"),
    ],
)
async def test_a_header_that_is_no_parameter_is_refused_before_it_is_sent(name: str, value: str) -> None:
    async with Upstream() as upstream, api(upstream) as client:
        with pytest.raises(InvalidArgument) as refused:
            await telnyx(client).send(Request(method="GET", template="/balance", headers={name: value}))
    assert refused.value.argument in ("headers", name)
    assert upstream.heard == []


async def test_a_content_type_cannot_smuggle_a_header() -> None:
    smuggled = Request(method="PUT", template="/media", content=b"x", content_type="a/b\r\nX-Evil: 1")
    async with Upstream() as upstream, api(upstream) as client:
        with pytest.raises(InvalidArgument, match=r" content_type$"):
            await telnyx(client).send(smuggled)
    assert upstream.heard == []


async def test_a_call_that_http_does_not_allow_is_never_sent_and_not_quoted() -> None:
    async with Upstream() as upstream, api(upstream) as client:
        illegal = Call(label="POST /", method="POST", url=upstream.base_url, headers=[("Authorization", "Bearer a\nb")])
        with pytest.raises(Unreachable) as caught:
            await telnyx(client).perform(illegal)
    assert caught.value.__context__ is None
    assert upstream.heard == []


async def test_an_idempotency_key_that_is_given_is_sent_and_none_is_minted() -> None:
    async with Upstream(answer(200)) as upstream, api(upstream) as client:
        given = {"idempotency-key": "mine"}
        await telnyx(client).send(Request(method="POST", template="/messages", headers=given, idempotency_key=True))
    assert upstream.heard[0].headers["idempotency-key"] == "mine"


async def test_no_error_and_no_log_line_shows_a_secret_a_text_or_a_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = {"errors": [{"code": "10009", "detail": f"{KEY} may not send to +12025550123"}]}
    errors: list[Exception] = []
    async with Upstream(answer(401, echo), reset, *[reset] * 6) as upstream, api(upstream) as client:
        for _ in range(2):
            with pytest.raises((ApiError, OutcomeUnknown)) as caught:
                await telnyx(client).post("/messages", body=BODY)
            errors.append(caught.value)
        with pytest.raises(NoAnswer) as lost:
            await telnyx(client).get("/phone_numbers/{id}", id="+12025550123")
        errors.append(lost.value)
    assert [error.__cause__ for error in errors] == [None] * 3
    assert [error.__context__ for error in errors] == [None] * 3
    seen = caplog.text + "".join(f"{error!r} {error}" for error in errors)
    for private in (KEY, "2025550123", "Grüße"):
        assert private not in seen
    assert KEY not in str(errors[0].describe())  # type: ignore[attr-defined] # all are TelnyxErrors
