"""What every request gets before anything looks at it, and its line in the access log."""

import json
import logging

import httpx2
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from tests.server.serving import raw_exchange, serving

from telnyx_remote_mcp.http.client_address import ClientAddress
from telnyx_remote_mcp.http.edge import Edge, RequestInfo

KEY = "KEY0123456789abcdefMARKED"


async def reflect(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what the layers inside the edge see."""
    RequestInfo.of(scope).principal = "key:0123"
    seen = {
        "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
        "request_id": RequestInfo.of(scope).request_id,
        "client": scope["client"][0],
    }
    await JSONResponse(seen, status_code=202)(scope, receive, send)


async def fail(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("broken")


def client_of(edge: Edge) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=edge, client=("10.0.0.1", 4711), raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost")


@pytest.mark.anyio
@pytest.mark.parametrize("http", ["httptools", "h11"])
async def test_whitespace_around_a_header_value_is_not_part_of_it(http: str) -> None:
    async with serving(Edge(reflect), http) as url:
        answer = await raw_exchange(
            url, ["GET /mcp HTTP/1.1", "Host: localhost", "Mcp-Name: \t send_message \t ", "X-Inner: a b "]
        )
    seen = dict(json.loads(answer.partition("\r\n\r\n")[2])["headers"])
    assert seen["mcp-name"] == "send_message"
    assert seen["x-inner"] == "a b"


@pytest.mark.anyio
async def test_a_plain_request_id_is_kept_and_answered() -> None:
    async with client_of(Edge(reflect)) as client:
        response = await client.get("/mcp", headers={"X-Request-Id": "trace-7.a_B"})
    assert response.headers["x-request-id"] == response.json()["request_id"] == "trace-7.a_B"


@pytest.mark.anyio
@pytest.mark.parametrize("given", [None, "", "x" * 65, "a b", "a;b", "ä", KEY])
async def test_any_other_request_id_is_replaced(given: str | None) -> None:
    headers = [] if given is None else [(b"x-request-id", given.encode())]
    async with client_of(Edge(reflect)) as client:
        first = await client.get("/mcp", headers=headers)
        second = await client.get("/mcp", headers=headers)
    minted = first.headers["x-request-id"]
    assert len(minted) == 32
    assert minted == first.json()["request_id"]
    assert minted != second.headers["x-request-id"]


@pytest.mark.anyio
async def test_the_trace_context_reaches_the_app_as_it_came() -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with client_of(Edge(reflect)) as client:
        response = await client.get("/mcp", headers={"traceparent": traceparent})
    assert ["traceparent", traceparent] in response.json()["headers"]


@pytest.mark.anyio
@pytest.mark.parametrize(("trusted", "client_address"), [([], "10.0.0.1"), (["10.0.0.0/8"], "203.0.113.7")])
async def test_the_client_is_whom_trusted_proxies_vouch_for(trusted: list[str], client_address: str) -> None:
    async with client_of(Edge(ClientAddress(reflect, trusted))) as client:
        response = await client.get("/mcp", headers={"X-Forwarded-For": "203.0.113.7"})
    assert response.json()["client"] == client_address


@pytest.mark.anyio
async def test_the_access_log_tells_what_happened_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "telnyx_remote_mcp.access")
    async with client_of(Edge(reflect)) as client:
        await client.post("/mcp?groups=messaging", headers={"X-Request-Id": "r-1"})
    (record,) = [record for record in caplog.records if record.name == "telnyx_remote_mcp.access"]
    line = record.getMessage()
    assert line.startswith("POST /mcp 202 ")
    assert line.endswith("ms id=r-1 by=key:0123")
    assert "messaging" not in line
    assert isinstance(record.args, dict)
    assert record.args["status"] == 202
    assert record.args["principal"] == "key:0123"


@pytest.mark.anyio
async def test_a_failure_of_the_app_is_logged_as_a_500(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "telnyx_remote_mcp.access")
    async with client_of(Edge(fail)) as client:
        assert (await client.get("/mcp")).status_code == 500
    assert "GET /mcp 500 " in caplog.text
    assert " by=-" in caplog.text


@pytest.mark.anyio
async def test_a_client_that_left_before_its_answer_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    async def nobody_there(scope: Scope, receive: Receive, send: Send) -> None: ...

    caplog.set_level(logging.INFO, "telnyx_remote_mcp.access")
    async with serving(Edge(nobody_there)) as url:
        await raw_exchange(url, ["POST /mcp HTTP/1.1", "Host: localhost"])
    assert "POST /mcp 499 " in caplog.text


@pytest.mark.anyio
@pytest.mark.parametrize(
    "target", [f"/mcp/{KEY}", f"/mcp?api_key={KEY}", f"/mcp/%4bEY{KEY[3:]}", f"/mcp%0aforged%20line/{KEY}"]
)
async def test_neither_a_key_nor_a_second_line_gets_into_the_access_log(
    target: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "telnyx_remote_mcp")
    async with serving(Edge(reflect)) as url:
        await raw_exchange(url, [f"GET {target} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {KEY}"])
    (line,) = [r.getMessage() for r in caplog.records if r.name == "telnyx_remote_mcp.access"]
    assert "MARKED" not in line
    assert "\n" not in line
    assert "/mcp" in line


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/webhooks/MARKED", "/webhooks/{inbox}"),
        ("/webhooks/MARKED/more", "/webhooks/{inbox}"),
        ("/below/webhooks/MARKED", "/below/webhooks/{inbox}"),
        ("//approve/MARKED", "//approve/{id}"),
        ("/mcp", "/mcp"),
        ("/webhooks", "/webhooks"),
    ],
)
async def test_a_name_that_nobody_guesses_is_not_in_the_access_log(
    path: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "telnyx_remote_mcp.access")
    async with client_of(Edge(reflect, routes=["/mcp", "/webhooks/{inbox}", "/approve/{id}"])) as client:
        await client.post(f"http://localhost{path}")
    (record,) = [record for record in caplog.records if record.name == "telnyx_remote_mcp.access"]
    assert isinstance(record.args, dict)
    assert record.args["path"] == told
    assert "MARKED" not in record.getMessage()
