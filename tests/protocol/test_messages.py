"""What is no proper request is answered as the protocol says, on both eras."""

import json
from urllib.parse import urljoin

import pytest
from tests.protocol.servers import INITIALIZE, LEGACY, META, MODERN, Peer, error_in, legacy, message_in, modern
from tests.server.serving import raw_exchange

pytestmark = pytest.mark.anyio

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
HEADER_MISMATCH, UNSUPPORTED_VERSION = -32020, -32022
LISTS = {"mcp_protocol_version": MODERN, "mcp_method": "tools/list"}


async def test_a_modern_request_needs_no_session(peer: Peer) -> None:
    answer = await peer.modern("tools/list")
    assert answer.status_code == 200
    assert "mcp-session-id" not in answer.headers
    assert message_in(answer)["result"]["resultType"] == "complete"


@pytest.mark.parametrize("headers", [LISTS, {}])
async def test_malformed_json_is_a_parse_error(peer: Peer, headers: dict[str, str]) -> None:
    assert error_in(await peer.send('{"jsonrpc": "2.0"', **headers)) == (400, PARSE_ERROR)


async def test_a_batch_is_refused(peer: Peer) -> None:
    assert error_in(await peer.send(json.dumps([modern("tools/list")]), **LISTS)) == (400, INVALID_REQUEST)
    assert (await peer.send(json.dumps([legacy("tools/list")]))).status_code == 400


@pytest.mark.parametrize("content_type", ["text/plain", None])
async def test_another_content_type_is_refused(peer: Peer, content_type: str | None) -> None:
    content = json.dumps(modern("tools/list"))
    assert (await peer.send(content, content_type=content_type, **LISTS)).status_code == 400
    assert (await peer.send(content, content_type=content_type)).status_code == 400


async def test_a_client_that_reads_neither_form_is_refused(peer: Peer) -> None:
    assert (await peer.modern("tools/list", accept="text/html")).status_code == 406
    assert (await peer.legacy("initialize", INITIALIZE, accept="text/html")).status_code == 406


async def test_a_client_that_takes_no_stream_gets_all_its_answers(peer: Peer) -> None:
    for tool, arguments in [("list_texts", {}), ("send_text", {"to": "+12025550123"}), ("count", {"to": 3})]:
        answer = await peer.modern("tools/call", {"name": tool, "arguments": arguments}, accept="application/json")
        assert answer.json()["result"]["resultType"] == "complete"


@pytest.mark.parametrize("headers", [LISTS, {}])
async def test_a_body_above_the_limit_is_refused(peer: Peer, headers: dict[str, str]) -> None:
    assert (await peer.send("x" * 1_048_577, **headers)).status_code == 413


async def test_a_body_above_the_limit_is_refused_also_when_its_size_is_not_told(peer: Peer) -> None:
    async def chunks() -> object:
        for _ in range(17):
            yield b"x" * 65_536

    answer = await peer.http.post("/mcp", content=chunks(), headers=peer.headers)
    assert answer.status_code == 413


async def test_an_unknown_tool_is_no_result(peer: Peer) -> None:
    assert error_in(await peer.modern("tools/call", {"name": "no_such_tool"})) == (400, INVALID_PARAMS)


@pytest.mark.parametrize("arguments", [[], "to=3", 3])
@pytest.mark.parametrize("tool", ["list_texts", "count"])
async def test_arguments_that_are_no_object_are_invalid(peer: Peer, tool: str, arguments: object) -> None:
    answer = await peer.modern("tools/call", {"name": tool, "arguments": arguments})
    assert error_in(answer) == (400, INVALID_PARAMS)


async def test_a_call_without_a_name_is_invalid(peer: Peer) -> None:
    assert error_in(await peer.modern("tools/call", {"arguments": {}})) == (400, INVALID_PARAMS)


async def test_a_list_of_one_page_has_no_cursor_also_when_it_is_remembered(peer: Peer) -> None:
    assert (await peer.modern("tools/list", {"cursor": ""})).status_code == 200
    for cursor in ("2", 0):
        assert error_in(await peer.modern("tools/list", {"cursor": cursor})) == (400, INVALID_PARAMS)


async def test_an_unknown_method_is_not_found(peer: Peer) -> None:
    assert error_in(await peer.modern("no/such/method")) == (404, METHOD_NOT_FOUND)


@pytest.mark.parametrize("method", ["ping", "initialize", "logging/setLevel"])
async def test_what_only_older_clients_may_ask_is_not_found(peer: Peer, method: str) -> None:
    assert error_in(await peer.modern(method)) == (404, METHOD_NOT_FOUND)


@pytest.mark.parametrize(
    "headers",
    [
        {"mcp_name": "send_text"},
        {"mcp_name": None},
        {"mcp_method": "tools/list"},
        {"mcp_method": None},
        {"mcp_protocol_version": "2099-01-01"},
    ],
)
async def test_headers_that_say_another_thing_than_the_body_are_refused(
    peer: Peer, headers: dict[str, str | None]
) -> None:
    answer = await peer.modern("tools/call", {"name": "list_texts"}, **headers)
    assert error_in(answer) == (400, HEADER_MISMATCH)


async def test_a_version_that_is_not_spoken_is_refused_with_the_ones_that_are(peer: Peer) -> None:
    meta = META | {"io.modelcontextprotocol/protocolVersion": "2099-01-01"}
    answer = await peer.modern("tools/list", {"_meta": meta}, mcp_protocol_version="2099-01-01")
    assert error_in(answer) == (400, UNSUPPORTED_VERSION)
    assert MODERN in message_in(answer)["error"]["data"]["supported"]


async def test_a_modern_request_without_its_envelope_is_refused(peer: Peer) -> None:
    assert error_in(await peer.send(json.dumps(legacy("tools/list")), **LISTS)) == (400, INVALID_PARAMS)


@pytest.mark.parametrize("version", [LEGACY, None])
async def test_a_request_of_an_older_version_needs_its_session(stateful: str, version: str | None) -> None:
    async with Peer.of(stateful) as peer:
        answer = await peer.legacy("tools/list", mcp_protocol_version=version)
    assert error_in(answer) == (400, INVALID_REQUEST)


async def test_without_sessions_older_requests_stand_alone(stateless: str) -> None:
    async with Peer.of(stateless) as peer:
        begun = await peer.legacy("initialize", INITIALIZE)
        assert begun.status_code == 200
        assert "mcp-session-id" not in begun.headers
        listed = await peer.legacy("tools/list", mcp_protocol_version=LEGACY)
    assert message_in(listed)["result"]["tools"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_modern_clients_only_post(peer: Peer, method: str) -> None:
    headers = peer.headers | {"MCP-Protocol-Version": MODERN}
    answer = await peer.http.request(method, "/mcp", headers=headers)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH"])
async def test_without_sessions_nobody_but_posts(stateless: str, method: str) -> None:
    async with Peer.of(stateless) as peer:
        answer = await peer.http.request(method, "/mcp", headers=peer.headers)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_notification_is_accepted_without_an_answer(peer: Peer, stateful: str) -> None:
    cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    answer = await peer.send(json.dumps(cancelled), mcp_protocol_version=MODERN, mcp_method="notifications/cancelled")
    assert (answer.status_code, answer.content) == (202, b"")
    async with Peer.of(stateful) as older:
        answer = await older.send(json.dumps(cancelled), **await older.session())
        assert (answer.status_code, answer.content) == (202, b"")


async def test_in_a_session_errors_come_as_answers(stateful: str) -> None:
    async with Peer.of(stateful) as peer:
        session = await peer.session()
        unknown_tool = await peer.legacy("tools/call", {"name": "no_such_tool"}, **session)
        unknown_method = await peer.legacy("no/such/method", **session)
        assert message_in(await peer.legacy("ping", **session))["result"] == {}
    assert error_in(unknown_tool) == (200, INVALID_PARAMS)
    assert error_in(unknown_method) == (200, METHOD_NOT_FOUND)


@pytest.mark.parametrize("path", ["/mcp", "/v2/mcp", "/v2/mcp/apps/texts/mcp"])
async def test_every_endpoint_speaks_both_eras(stateful: str, path: str) -> None:
    async with Peer.of(stateful) as peer:
        assert (await peer.modern("server/discover", path=path)).status_code == 200
        session = await peer.session(path)
        assert (await peer.legacy("tools/list", path=path, **session)).status_code == 200


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/mcp/?read_only=true", "/mcp?read_only=true"),
        ("/v2/mcp/apps/texts/mcp/", "/v2/mcp/apps/texts/mcp"),
        ("/no%20such/", "/no%20such"),
    ],
)
async def test_a_slash_too_many_is_taken_away_whatever_the_scheme_and_the_host(
    stateful: str, path: str, target: str
) -> None:
    answer = await raw_exchange(stateful, [f"POST {path} HTTP/1.1", "Host: localhost"])
    head = dict(line.split(": ", 1) for line in answer.splitlines()[1:] if line)
    assert answer.startswith("HTTP/1.1 307 ")
    assert urljoin(f"https://mcp.example.com{path}", head["location"]) == f"https://mcp.example.com{target}"


@pytest.mark.parametrize("path", ["/", "/sse", "/v2/mcp/apps/texts"])
async def test_a_client_that_was_given_another_address_is_told_the_right_one(peer: Peer, path: str) -> None:
    answer = await peer.modern("server/discover", path=path)
    assert answer.status_code == 404
    assert "/v2/mcp" in answer.json()["error_description"]
