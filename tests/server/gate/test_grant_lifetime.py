"""Streams end when the grant behind them does; calls in progress do not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest
from starlette.types import Receive, Scope, Send
from tests.server.serving import serving

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.gate import grant_lifetime
from telnyx_remote_mcp.gate.grant_lifetime import EndsWithGrant

pytestmark = pytest.mark.anyio

LISTEN = {"Mcp-Method": "subscriptions/listen"}


class Grants:
    """One grant, until it is revoked."""

    def __init__(self) -> None:
        self.revoked = False
        self.asked = anyio.Event()

    async def is_active(self, grant_id: str) -> bool:
        self.asked.set()
        return not self.revoked


async def endless(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": b": hello\n\n", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass


@pytest.fixture
def grants(monkeypatch: pytest.MonkeyPatch) -> Grants:
    monkeypatch.setattr(grant_lifetime, "LOOK_EVERY_SECS", 0.02)
    return Grants()


@asynccontextmanager
async def served(grants: Grants, grant_id: str | None = "grant") -> AsyncIterator[httpx2.AsyncClient]:
    gated = EndsWithGrant(endless, grants)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        Caller("key:0", None, "oauth", grant_id=grant_id).enter(scope)
        await gated(scope, receive, send)

    async with serving(app) as url, httpx2.AsyncClient(base_url=url) as http:
        yield http


@pytest.mark.parametrize(("method", "headers"), [("GET", {}), ("POST", LISTEN)])
async def test_a_stream_ends_properly_with_its_grant(grants: Grants, method: str, headers: dict[str, str]) -> None:
    with anyio.fail_after(10):
        async with served(grants) as http, http.stream(method, "/", headers=headers) as response:
            parts = response.aiter_raw()
            assert await anext(parts) == b": hello\n\n"
            grants.revoked = True
            assert [part async for part in parts] == []


async def test_a_call_in_progress_is_left_alone(grants: Grants) -> None:
    grants.revoked = True
    with anyio.fail_after(10):
        async with served(grants) as http, http.stream("POST", "/") as response:
            assert await anext(response.aiter_raw()) == b": hello\n\n"
            assert not grants.asked.is_set()


async def test_a_stream_of_a_key_has_no_grant_to_end_with(grants: Grants) -> None:
    async with served(grants, grant_id=None) as http, http.stream("GET", "/") as response:
        assert await anext(response.aiter_raw()) == b": hello\n\n"
        assert not grants.asked.is_set()


async def test_a_stream_of_a_grant_that_is_over_is_not_begun(grants: Grants) -> None:
    grants.revoked = True
    with anyio.fail_after(10):
        async with served(grants) as http:
            response = await http.get("/")
    assert response.text in ("", ": hello\n\n")
