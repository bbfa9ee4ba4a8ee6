"""How many sessions of older clients there are, and whose end first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from starlette.types import Receive, Scope, Send
from tests.server.serving import serving

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.auth.identity import Identity
from telnyx_remote_mcp.gate.sessions import Sessions

pytestmark = pytest.mark.anyio

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}
PING = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
ACCEPT = {"Accept": "application/json, text/event-stream"}


class Client:
    """Clients of several principals, whose name is their credential."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def begin(self, principal: str) -> str:
        begun = await self._http.post("/", json=INITIALIZE, headers=ACCEPT | {"Principal": principal})
        assert begun.status_code == 200
        return str(begun.headers["mcp-session-id"])

    async def is_alive(self, principal: str, session: str) -> bool:
        headers = ACCEPT | {"Principal": principal, "Mcp-Session-Id": session, "Mcp-Protocol-Version": "2025-11-25"}
        return (await self._http.post("/", json=PING, headers=headers)).status_code == 200

    @asynccontextmanager
    async def stream(self, principal: str, session: str) -> AsyncIterator[httpx2.Response]:
        headers = {"Accept": "text/event-stream", "Principal": principal, "Mcp-Session-Id": session}
        async with self._http.stream("GET", "/", headers=headers) as response:
            yield response


@asynccontextmanager
async def client(per_principal: int, overall: int = 100) -> AsyncIterator[Client]:
    sessions = Sessions(Server("test"), 10_000, per_principal, overall)
    endpoint = StreamableHTTPASGIApp(sessions)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        principal = dict(scope["headers"])[b"principal"].decode()
        scope["user"] = Identity.of(Caller(principal, None, "api_key"), "test").user
        await endpoint(scope, receive, send)

    async with sessions.run(), serving(app) as url, httpx2.AsyncClient(base_url=url) as http:
        yield Client(http)


async def test_the_session_that_was_unused_for_longest_makes_room_for_a_new_one() -> None:
    async with client(per_principal=2) as asked:
        first, second = await asked.begin("a"), await asked.begin("a")
        assert await asked.is_alive("a", first)
        third = await asked.begin("a")
        alive = [await asked.is_alive("a", session) for session in (first, second, third)]
    assert alive == [True, False, True]


async def test_one_with_an_open_stream_is_in_use() -> None:
    async with client(per_principal=2) as asked:
        first, second = await asked.begin("a"), await asked.begin("a")
        async with asked.stream("a", first):
            assert await asked.is_alive("a", second)
            await asked.begin("a")
            alive = [await asked.is_alive("a", session) for session in (first, second)]
    assert alive == [True, False]


async def test_where_all_are_in_use_the_oldest_ends() -> None:
    async with client(per_principal=1) as asked:
        first = await asked.begin("a")
        async with asked.stream("a", first) as stream:
            second = await asked.begin("a")
            assert await stream.aread() is not None
            assert [await asked.is_alive("a", session) for session in (first, second)] == [False, True]


async def test_a_flood_of_one_principal_ends_no_session_of_another() -> None:
    async with client(per_principal=3) as asked:
        other = await asked.begin("b")
        for _ in range(50):
            await asked.begin("a")
        assert await asked.is_alive("b", other)


async def test_where_there_are_too_many_one_of_whoever_has_most_ends() -> None:
    async with client(per_principal=10, overall=4) as asked:
        few = await asked.begin("few")
        many = [await asked.begin("many") for _ in range(3)]
        new = await asked.begin("new")
        assert await asked.is_alive("few", few)
        assert await asked.is_alive("new", new)
        assert [await asked.is_alive("many", session) for session in many] == [False, True, True]
