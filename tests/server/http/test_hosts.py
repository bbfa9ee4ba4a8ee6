"""Which Host and Origin a request may carry."""

from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send
from tests.server.serving import raw_exchange, serving

from telnyx_remote_mcp.http.hosts import Hosts


async def ok(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


async def answer(host: str | None, origin: str | None = None, path: str = "/mcp", **settings: Any) -> httpx2.Response:
    app = Hosts(ok, **settings)
    headers = [(name, value) for name, value in (("Host", host), ("Origin", origin)) if value is not None]
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client:
        return await client.post(f"http://ignored{path}", headers=headers)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "host",
    [
        "mcp.example.com",
        "MCP.Example.COM",
        "mcp.example.com:443",
        "other.example.com:8443",
        "any.example.com:1",
        "any.example.com",
        "[2001:db8::1]",
        "[2001:DB8:0:0::1]:443",
        "localhost:3000",
        "127.0.0.1",
        "[::1]:8000",
    ],
)
async def test_a_host_that_is_served_passes(host: str) -> None:
    response = await answer(
        host,
        public_url="https://mcp.example.com/base",
        allowed_hosts=["Other.example.com:8443", "any.example.com:*", "[2001:db8::1]"],
    )
    assert response.status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "mcp.example.com:8443",
        "other.example.com",
        "mcp.example.com.evil.example",
        "localhost.evil.example",
        "127.0.0.2",
    ],
)
async def test_another_host_is_misdirected_and_learns_the_flag(host: str) -> None:
    response = await answer(host, public_url="https://mcp.example.com", allowed_hosts=["other.example.com:8443"])
    assert response.status_code == 421
    assert f"--allowed-host {host} " in response.json()["error_description"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "host", ["", "mcp.example.com/path", "user@mcp.example.com", "[::1", "[::zz]", "a b", "any.example.com:*"]
)
async def test_a_host_that_is_no_host_name_is_a_bad_request(host: str) -> None:
    response = await answer(host, allowed_hosts=["any.example.com:*"])
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_host"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "origin",
    [
        None,
        "https://mcp.example.com",
        "https://MCP.example.com:443",
        "https://app.example.com",
        "https://any.example.com:9000",
        "vscode-webview://abc",
        "http://localhost:6274",
        "https://127.0.0.1",
        "http://[::1]:5173",
    ],
)
async def test_a_page_of_an_allowed_origin_may_call(origin: str | None) -> None:
    response = await answer(
        "mcp.example.com",
        origin,
        public_url="https://mcp.example.com",
        allowed_hosts=["any.example.com:*"],
        allowed_origins=["https://app.example.com/", "vscode-webview://abc"],
    )
    assert response.status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://evil.example",
        "http://mcp.example.com",
        "https://mcp.example.com:8443",
        "https://mcp.example.com.evil.example",
        "https://mcp.example.com@evil.example",
        "http://localhost.evil.example",
        "file://localhost",
        "mcp.example.com",
        "https://mcp.example.com, https://evil.example",
    ],
)
async def test_a_page_of_another_origin_may_not_call(origin: str) -> None:
    response = await answer("mcp.example.com", origin, public_url="https://mcp.example.com")
    assert response.status_code == 403
    assert "--allowed-origin" in response.json()["error_description"]


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_health_checks_come_under_any_name(path: str) -> None:
    assert (await answer("10.1.2.3:8000", path=path)).status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/healthz/x", "/healthz/", "/mcp"])
async def test_only_the_health_routes_are_exempt(path: str) -> None:
    assert (await answer("10.1.2.3:8000", path=path)).status_code == 421


@pytest.mark.parametrize("entry", ["*.example.com", "https://example.com", "example.com:99999999", "*", ""])
def test_an_allowed_host_of_another_form_is_refused_at_start(entry: str) -> None:
    with pytest.raises(ValueError, match="--allowed-host"):
        Hosts(ok, allowed_hosts=[entry])


@pytest.mark.parametrize("entry", ["example.com", "*", "https://example.com/app", "null"])
def test_an_allowed_origin_of_another_form_is_refused_at_start(entry: str) -> None:
    with pytest.raises(ValueError, match="--allowed-origin"):
        Hosts(ok, allowed_origins=[entry])


@pytest.mark.anyio
@pytest.mark.parametrize("http", ["httptools", "h11"])
async def test_two_host_headers_are_a_bad_request_on_the_wire(http: str) -> None:
    async with serving(Hosts(ok), http) as url:
        answer = await raw_exchange(url, ["GET /mcp HTTP/1.1", "Host: localhost", "Host: evil.example"])
        assert answer.startswith("HTTP/1.1 400 ")
        answer = await raw_exchange(url, ["GET /mcp HTTP/1.1", "Host: localhost"])
        assert answer.startswith("HTTP/1.1 200 ")


@pytest.mark.anyio
async def test_a_request_without_a_host_is_a_bad_request_on_the_wire() -> None:
    async with serving(Hosts(ok)) as url:
        assert (await raw_exchange(url, ["GET /mcp HTTP/1.0"])).startswith("HTTP/1.1 400 ")
