"""What a request sees over HTTP, on both eras; what it does not see it cannot call."""

from pathlib import Path
from typing import Any

import pytest
from mcp import MCPError
from tests.e2e.clients import ERAS, connected
from tests.protocol.servers import KEY, OTHER_KEY, Peer, error_in, message_in, served

pytestmark = pytest.mark.anyio

TEXTS = ["list_texts", "send_text", "update_text"]
LINES = ["list_lines", "delete_line"]
CLOCKS = ["count", "wait", "read_slowly"]

SEEN: list[tuple[str, dict[str, str], list[str]]] = [
    ("/mcp", {}, ["list_texts", "send_text", "delete_line", *CLOCKS]),
    ("/v2/mcp", {}, ["list_texts", "send_text", "delete_line", *CLOCKS]),
    ("/v2/mcp/apps/phone-lines/mcp", {}, LINES),
    ("/v2/mcp/apps/phone_lines/mcp", {}, LINES),
    ("/v2/mcp/apps/texts/mcp?read_only=true", {}, ["list_texts"]),
    ("/mcp?surface=full", {}, TEXTS + LINES + CLOCKS),
    ("/mcp?surface=compact", {}, ["list_lines"]),
    ("/mcp?groups=phone-lines,texts", {}, TEXTS + LINES),
    ("/mcp?tools=update_text", {}, ["update_text"]),
    ("/mcp?tools=send_sms", {}, ["send_text"]),
    ("/mcp?groups=texts&exclude_tools=send_sms", {}, ["list_texts", "update_text"]),
    ("/mcp", {"X-MCP-Toolsets": "texts", "X-MCP-Readonly": "true"}, ["list_texts"]),
    ("/mcp", {"X-MCP-Tools": "wait", "X-MCP-Exclude-Tools": "count"}, ["wait"]),
    ("/mcp?groups=texts", {"X-MCP-Toolsets": "clocks"}, TEXTS),
    ("/mcp?groups=texts", {"X-MCP-Surface": "default"}, ["list_texts", "send_text"]),
]


@pytest.mark.parametrize(("path", "headers", "expected"), SEEN)
async def test_a_request_sees_what_it_selects(
    peer: Peer, path: str, headers: dict[str, str], expected: list[str]
) -> None:
    listed = await peer.modern("tools/list", path=path, **headers)
    assert [tool["name"] for tool in message_in(listed)["result"]["tools"]] == expected


@pytest.mark.parametrize("mode", ERAS)
async def test_what_is_not_seen_is_unknown(stateful: str, mode: str) -> None:
    async with connected(f"{stateful}/mcp?groups=texts&read_only=true", KEY, mode) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["list_texts"]
        for name in ("send_text", "send_sms", "list_lines", "no_such_tool"):
            with pytest.raises(MCPError) as caught:
                await client.call_tool(name, {})
            assert (caught.value.error.code, caught.value.error.message) == (-32602, f"Unknown tool: {name}")


@pytest.mark.parametrize("mode", ERAS)
async def test_an_alias_is_called_and_never_listed(stateful: str, mode: str) -> None:
    async with connected(f"{stateful}/mcp", KEY, mode) as client:
        assert "send_sms" not in [tool.name for tool in (await client.list_tools()).tools]
        assert not (await client.call_tool("send_sms", {})).is_error


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("readonly=true", "Did you mean read_only? Valid: surface, groups, tools, exclude_tools, read_only, policy."),
        ("read_only=yes", "Valid: true, false."),
        ("groups=text", "Did you mean texts? Valid: texts, phone_lines, clocks."),
        ("tools=send_texts", "Did you mean send_text? Valid: list_texts,"),
        ("exclude_tools=nothing", "Valid: list_texts,"),
        ("surface=everything", "Valid: default, full, compact."),
        ("read_only=true&read_only=false", "more than once"),
        ("groups=texts&Groups=clocks", "Did you mean groups?"),
    ],
)
async def test_a_selection_that_means_nothing_is_refused(peer: Peer, query: str, said: str) -> None:
    answer = await peer.modern("tools/list", path=f"/mcp?{query}")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_selection")
    assert said in answer.json()["error_description"]


@pytest.mark.parametrize(
    "headers",
    [
        [("X-MCP-Readonly", "yes")],
        [("X-MCP-Read-Only", "true")],
        [("X-MCP-Toolsets", "text")],
        [("X-MCP-Readonly", "true"), ("X-MCP-Readonly", "false")],
    ],
)
async def test_a_header_that_means_nothing_is_refused(peer: Peer, headers: list[tuple[str, str]]) -> None:
    answer = await peer.http.post("/mcp", content="{}", headers=[*peer.headers.items(), *headers])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_selection")


async def test_an_app_that_does_not_exist_is_not_found(peer: Peer) -> None:
    answer = await peer.modern("tools/list", path="/v2/mcp/apps/faxes/mcp")
    assert answer.status_code == 404
    assert "Valid: texts, phone-lines, clocks." in answer.json()["error_description"]


@pytest.mark.parametrize(
    ("ceiling", "allowed"),
    [
        ({"groups": ["texts"]}, TEXTS),
        ({"tools": ["list_lines", "send_sms"]}, ["send_text", "list_lines"]),
        ({"exclude_tools": ["send_sms"]}, ["list_texts", "update_text", *LINES, *CLOCKS]),
        ({"read_only": True}, ["list_texts", "list_lines", *CLOCKS]),
    ],
)
async def test_no_request_widens_the_operators_choice(
    tmp_path: Path, ceiling: dict[str, Any], allowed: list[str]
) -> None:
    everything = ",".join(TEXTS + LINES + CLOCKS)
    async with served(tmp_path, **ceiling) as url, Peer.of(url) as peer:
        for path in ("surface=full", "groups=texts,phone_lines,clocks", f"tools={everything}", "read_only=false"):
            listed = await peer.modern("tools/list", path=f"/mcp?{path}")
            assert {tool["name"] for tool in message_in(listed)["result"]["tools"]} <= set(allowed)
        for name in set(TEXTS + LINES + CLOCKS) - set(allowed):
            called = await peer.modern("tools/call", {"name": name}, path="/mcp?surface=full")
            assert error_in(called) == (400, -32602)


async def test_equal_surfaces_are_listed_by_equal_bytes_however_they_are_asked_for(peer: Peer) -> None:
    asked = [
        ("/mcp?groups=texts,clocks", {}),
        ("/v2/mcp?groups=clocks,texts", {}),
        ("/mcp", {"X-MCP-Toolsets": "clocks , texts"}),
    ]
    bodies = {(await peer.modern("tools/list", path=path, **headers)).content for path, headers in asked}
    async with Peer.of(str(peer.http.base_url), OTHER_KEY) as other:
        bodies.add((await other.modern("tools/list", path="/mcp?groups=texts,clocks")).content)
    assert len(bodies) == 1


async def test_a_list_is_private_to_who_asked(peer: Peer) -> None:
    result = message_in(await peer.modern("tools/list"))["result"]
    assert (result["cacheScope"], result["ttlMs"]) == ("private", 300_000)


async def test_the_introduction_is_the_same_for_everyone(peer: Peer) -> None:
    result = message_in(await peer.modern("server/discover"))["result"]
    assert result["cacheScope"] == "public"
    async with Peer.of(str(peer.http.base_url), OTHER_KEY) as other:
        assert message_in(await other.modern("server/discover", path="/v2/mcp?groups=texts"))["result"] == result
