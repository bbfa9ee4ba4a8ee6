"""Clients that are web pages: which may call, and what their browser lets them read."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from tests.protocol.servers import DEAD_KEY, Peer, served

pytestmark = pytest.mark.anyio

OURS = ["https://app.example.com", "http://localhost:6274", "http://127.0.0.1:3000"]


@pytest.fixture(scope="module")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with served(tmp_path_factory.mktemp("pages"), allowed_origins=["https://App.example.com/"]) as url:
        yield url


async def _preflight(peer: Peer, origin: str) -> httpx2.Response:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,mcp-method"}
    return await peer.http.options("/mcp", headers={"Origin": origin, **asked})


@pytest.mark.parametrize("origin", OURS)
async def test_a_page_that_may_call_may_read_the_answer_and_the_refusal(url: str, origin: str) -> None:
    async with Peer.of(url) as peer, Peer.of(url, DEAD_KEY) as stranger:
        answers = [
            await _preflight(peer, origin),
            await peer.modern("tools/list", origin=origin),
            await stranger.modern("tools/list", origin=origin),
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 401]
    assert {answer.headers["access-control-allow-origin"] for answer in answers} == {origin}
    exposed = answers[2].headers["access-control-expose-headers"].split(", ")
    assert {"WWW-Authenticate", "Retry-After"} <= set(exposed)


async def test_another_page_may_do_neither(url: str) -> None:
    async with Peer.of(url) as peer:
        for answer in (
            await _preflight(peer, "https://evil.example"),
            await peer.modern("tools/list", origin="https://evil.example"),
        ):
            assert answer.status_code == 403
            assert "access-control-allow-origin" not in answer.headers
