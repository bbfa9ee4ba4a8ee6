"""Who may make the server keep a body: nobody without a credential, and nobody more than there is room for."""

import asyncio

import httpx2
import pytest
from tests.protocol.servers import Peer, message_in

from telnyx_tools.api.values import MOST_VALUES

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/mcp", "/v2/mcp/apps"])
async def test_a_request_without_a_credential_is_answered_before_its_body(url: str, path: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    method = b"POST" if path == "/mcp" else b"GET"
    writer.write(b"%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" % (method, path.encode()))
    writer.write(b"x" * 100_000)
    assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
    writer.close()


@pytest.mark.parametrize("path", ["/", "/oauth/register", "/link"])
async def test_without_a_credential_a_body_is_small(url: str, path: str) -> None:
    async with httpx2.AsyncClient(base_url=url) as http:
        assert (await http.post(path, content=b"x" * 65_537)).status_code == 413


async def test_a_message_of_more_values_than_a_request_may_hold_is_refused(peer: Peer) -> None:
    arguments = {"name": "list_texts", "arguments": {"wide": [1] * MOST_VALUES}}
    refused = await peer.modern("tools/call", arguments)
    assert (refused.status_code, refused.json()["error"]) == (413, "too_many_values")
    assert message_in(await peer.modern("tools/list"))["result"]["tools"]
