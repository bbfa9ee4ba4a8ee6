"""Sessions of older clients: each belongs to the one who began it."""

import pytest
from tests.protocol.servers import OTHER_KEY, Peer, error_in, message_in

pytestmark = pytest.mark.anyio


async def test_a_session_is_its_owners_alone(stateful: str) -> None:
    async with Peer.of(stateful) as owner, Peer.of(stateful, OTHER_KEY) as stranger:
        session = await owner.session()
        taken = await stranger.legacy("tools/list", **session)
        invented = await stranger.legacy("tools/list", **session | {"mcp_session_id": "0" * 32})
        assert taken.status_code == invented.status_code == 404
        assert taken.json() == invented.json()
        assert (await owner.legacy("tools/list", **session)).status_code == 200


async def test_a_stranger_cannot_end_a_session(stateful: str) -> None:
    async with Peer.of(stateful) as owner, Peer.of(stateful, OTHER_KEY) as stranger:
        session = await owner.session()
        headers = {"Mcp-Session-Id": session["mcp_session_id"]}
        assert (await stranger.http.delete("/mcp", headers=stranger.headers | headers)).status_code == 404
        assert (await owner.legacy("ping", **session)).status_code == 200


async def test_an_ended_session_is_gone(stateful: str) -> None:
    async with Peer.of(stateful) as peer:
        session = await peer.session()
        headers = {"Mcp-Session-Id": session["mcp_session_id"]}
        assert (await peer.http.delete("/mcp", headers=peer.headers | headers)).status_code == 200
        assert (await peer.legacy("ping", **session)).status_code == 404


async def test_two_sessions_have_two_names(stateful: str) -> None:
    async with Peer.of(stateful) as peer:
        assert await peer.session() != await peer.session()


async def test_a_session_does_not_widen_what_a_request_sees(stateful: str) -> None:
    async with Peer.of(stateful) as peer:
        session = await peer.session("/mcp")
        listed = await peer.legacy("tools/list", path="/mcp?read_only=true", **session)
        names = {tool["name"] for tool in message_in(listed)["result"]["tools"]}
        assert names == {"list_texts", "count", "read_slowly"}
        called = await peer.legacy("tools/call", {"name": "send_text"}, path="/mcp?read_only=true", **session)
        assert error_in(called) == (200, -32602)
