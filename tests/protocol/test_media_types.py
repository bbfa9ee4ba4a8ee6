"""Answers come in the form that the client takes; what cannot be taken is refused with what can."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from tests.protocol.servers import INITIALIZE, LEGACY, MODERN, Peer, error_in, legacy, message_in, modern

pytestmark = pytest.mark.anyio

JSON, STREAM = "application/json", "text/event-stream"


async def send(
    peer: Peer, message: object, accept: str | None, session: dict[str, str] | None = None, **headers: str
) -> httpx2.Response:
    """A request with this Accept header, or with none."""
    all_headers = {**peer.headers, **headers, **{k.replace("_", "-"): v for k, v in (session or {}).items()}}
    request = peer.http.build_request("POST", "/mcp", content=json.dumps(message), headers=all_headers)
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    return await peer.http.send(request)


def form(response: httpx2.Response) -> str:
    return str(response.headers["content-type"].partition(";")[0])


def answered(response: httpx2.Response, accept: str | None) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    assert form(response) == accept if accept in (JSON, STREAM) else form(response) in (JSON, STREAM)
    message = message_in(response)
    assert message["id"] == 1
    result: dict[str, Any] = message["result"]
    return result


@pytest.mark.parametrize("accept", [None, "", "*/*", JSON, STREAM, "text/*", "Application/JSON;q=0.9"])
async def test_an_older_client_is_answered_in_the_form_that_it_takes(stateful: str, accept: str | None) -> None:
    wanted = {"text/*": STREAM, "Application/JSON;q=0.9": JSON}.get(accept or "", accept)
    async with Peer.of(stateful) as peer:
        begun = await send(peer, legacy("initialize", INITIALIZE | {"protocolVersion": "2025-06-18"}), accept)
        assert answered(begun, wanted)["protocolVersion"] == "2025-06-18"
        session = {"mcp_session_id": begun.headers["mcp-session-id"], "mcp_protocol_version": "2025-06-18"}
        told = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        assert (await send(peer, told, accept, session)).status_code == 202
        assert answered(await send(peer, legacy("tools/list"), accept, session), wanted)["tools"]
        counted = legacy("tools/call", {"name": "count", "arguments": {"to": 3}, "_meta": {"progressToken": "p"}})
        called = await send(peer, counted, accept, session)
        assert called.status_code == 200
        assert form(called) == (JSON if wanted == JSON else STREAM)
        assert '"counted":3' in called.text
        assert called.text.count('"jsonrpc"') == (1 if wanted == JSON else 4)  # with its three reports


@pytest.mark.parametrize("accept", [None, JSON, STREAM])
async def test_a_client_without_sessions_is_answered_in_the_form_that_it_takes(
    stateless: str, accept: str | None
) -> None:
    async with Peer.of(stateless) as peer:
        assert answered(await send(peer, legacy("initialize", INITIALIZE), accept), accept)["serverInfo"]
        assert answered(await send(peer, legacy("tools/list"), accept), accept)["tools"]


@pytest.mark.parametrize("accept", [None, JSON, STREAM])
async def test_a_newer_client_is_answered_in_the_form_that_it_takes(peer: Peer, accept: str | None) -> None:
    for method, params in [
        ("server/discover", {}),
        ("tools/list", {}),
        ("tools/call", {"name": "count", "arguments": {"to": 1}}),
    ]:
        routing = {"mcp_protocol_version": MODERN, "mcp_method": method, "mcp_name": params.get("name", "")}
        told = {name: str(value) for name, value in routing.items() if value}
        assert answered(await send(peer, modern(method, params), accept, told), accept)


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0, text/event-stream; q=0"])
async def test_a_client_that_takes_no_form_is_told_which_there_are(peer: Peer, accept: str) -> None:
    for message, told in [
        (legacy("initialize", INITIALIZE), {}),
        (modern("tools/list"), {"mcp_protocol_version": MODERN}),
    ]:
        refused = await send(peer, message, accept, told)
        assert refused.status_code == 406
        assert JSON in refused.json()["error_description"]


@pytest.mark.parametrize(
    "name", ["Application/JSON", "APPLICATION/JSON; charset=UTF-8", "application/json ;charset=utf-8"]
)
async def test_the_type_of_a_body_is_known_in_any_case(peer: Peer, name: str) -> None:
    headers = {"Content-Type": name}
    assert (await send(peer, legacy("initialize", INITIALIZE), JSON, **headers)).status_code == 200
    told = {"mcp_protocol_version": MODERN, "mcp_method": "tools/list"}
    assert (await send(peer, modern("tools/list"), JSON, told, **headers)).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "BR", "identity, zstd"])
async def test_a_compressed_body_is_refused_with_what_is_taken(peer: Peer, encoding: str) -> None:
    refused = await send(peer, legacy("initialize", INITIALIZE), JSON, **{"Content-Encoding": encoding})
    assert (refused.status_code, refused.headers["accept-encoding"]) == (415, "identity")
    assert "identity" in refused.json()["error_description"]
    taken = await send(peer, legacy("initialize", INITIALIZE), JSON, **{"Content-Encoding": "identity"})
    assert taken.status_code == 200


@pytest.mark.parametrize("version", ["2020-01-01", "latest", ""])
async def test_an_unknown_protocol_version_is_refused_with_those_that_are_known(peer: Peer, version: str) -> None:
    refused = await send(peer, legacy("tools/list"), None, {"mcp_protocol_version": version})
    error = refused.json()["error"]
    assert (refused.status_code, refused.json()["id"], error["code"]) == (400, 1, -32022)
    assert {MODERN, LEGACY} <= set(error["data"]["supported"])
    assert error["data"]["requested"] == version
    assert all(known in error["message"] for known in error["data"]["supported"])


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        (["clientInfo"], "params.clientInfo is missing"),
        (["protocolVersion", "capabilities"], "params.protocolVersion, params.capabilities are missing"),
        (["clientInfo.version"], "params.clientInfo.version is missing"),
    ],
)
async def test_an_initialize_that_lacks_something_is_told_what_and_leaves_no_session(
    stateful: str, left_out: list[str], said: str
) -> None:
    params = json.loads(json.dumps(INITIALIZE))
    for name in left_out:
        holder, _, member = name.rpartition(".")
        del (params[holder] if holder else params)[member]
    async with Peer.of(stateful) as peer:
        refused = await send(peer, legacy("initialize", params), None)
        assert error_in(refused) == (400, -32602)
        assert said in refused.json()["error"]["message"]
        assert refused.json()["id"] == 1
        assert "mcp-session-id" not in refused.headers
        assert (await send(peer, legacy("initialize", params), None)).status_code == 400


@pytest.mark.parametrize(
    ("content", "request_id", "code", "said"),
    [
        (
            r'{"jsonrpc":"2.0","id":94,"method":"tools/call","params":{"text":"\ud83d"}}',
            94,
            -32602,
            "params.text holds",
        ),
        ('{"jsonrpc":"2.0","id":97,"method":"tools/call","params":"oops"}', 97, -32602, "params must be"),
        ('{"id":99,"method":"tools/list"}', 99, -32600, "jsonrpc"),
        ('{"jsonrpc":"2.0","id":1.5,"method":"ping"}', None, -32600, "id must be"),
        ('[{"jsonrpc":"2.0","id":12,"method":"ping"}]', None, -32600, "No batches"),
    ],
)
async def test_what_is_no_request_is_answered_by_its_id(
    peer: Peer, content: str, request_id: object, code: int, said: str
) -> None:
    refused = await peer.send(content)
    assert error_in(refused) == (400, code)
    assert refused.json()["id"] == request_id
    assert said in refused.json()["error"]["message"]


async def test_a_byte_order_mark_does_not_matter(peer: Peer) -> None:
    begun = await peer.send(b"\xef\xbb\xbf" + json.dumps(legacy("initialize", INITIALIZE)).encode())
    assert begun.status_code == 200
