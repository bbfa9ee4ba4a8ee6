"""A listing that is answered with kept bytes is the listing that would have been made for that very request."""

import json
from typing import Any

import pytest
from tests.protocol.servers import MODERN, Peer, error_in, modern

from telnyx_remote_mcp.gate.ready_listings import MAX_REQUEST

pytestmark = pytest.mark.anyio

ROUTING: dict[str, str | None] = {"mcp_protocol_version": MODERN, "mcp_method": "tools/list"}
HEADER_MISMATCH, INVALID_REQUEST = -32020, -32600


def listing(request_id: Any, **params: Any) -> dict[str, Any]:
    message = modern("tools/list")
    return {**message, "id": request_id, "params": {**message["params"], **params}}


async def listed(peer: Peer, message: dict[str, Any], path: str = "/mcp") -> dict[str, Any]:
    answer = await peer.send(json.dumps(message), path, **ROUTING)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    document: dict[str, Any] = answer.json()
    return document


async def test_each_answer_has_the_id_of_its_request(peer: Peer) -> None:
    ids = [1, 2, 0, -7, 2**53 - 1, 2**60, "1", "", 'a"}\\', "\u00e9", "\U0001f600"]
    answers = [await listed(peer, listing(request_id)) for request_id in [*ids, *ids]]
    assert [answer["id"] for answer in answers] == [*ids, *ids]
    assert all(answer["result"] == answers[0]["result"] for answer in answers)


async def test_each_surface_has_its_own_listing(peer: Peer) -> None:
    async def names(path: str) -> list[str]:
        return [tool["name"] for tool in (await listed(peer, listing(1), path))["result"]["tools"]]

    whole, reading = await names("/mcp?surface=full"), await names("/mcp?surface=full&read_only=true")
    assert set(reading) < set(whole)
    assert [await names("/mcp?surface=full"), await names("/mcp?surface=full&read_only=true")] == [whole, reading]


async def test_what_would_be_refused_is_refused_also_after_the_like_of_it_was_answered(peer: Peer) -> None:
    good = json.dumps(listing(1))
    assert (await peer.send(good, **ROUTING)).status_code == 200
    for broken in (None, True, 1.5, [], {}):
        assert error_in(await peer.send(json.dumps(listing(broken)), **ROUTING))[1] == INVALID_REQUEST
    assert (await peer.send(good, **ROUTING, accept="text/html")).status_code == 406
    assert (await peer.send(good, **ROUTING, content_type="text/plain")).status_code == 400
    assert error_in(await peer.send(json.dumps(modern("prompts/list")), **ROUTING))[1] == HEADER_MISMATCH
    assert (await peer.send(good.replace('"2.0"', '"1.0"'), **ROUTING)).status_code == 400
    assert (await peer.send(good, **ROUTING, authorization=None)).status_code == 401


async def test_a_listing_with_a_large_request_is_answered_too(peer: Peer) -> None:
    large = listing(3, _meta={**modern("tools/list")["params"]["_meta"], "note": "x" * MAX_REQUEST})
    assert (await listed(peer, large))["result"] == (await listed(peer, listing(3)))["result"]
