"""Several callers on one server, and callers whose key is not good."""

from pathlib import Path

import httpx2
import pytest
from tests.e2e.clients import ACCEPT, INITIALIZE, LIST_TOOLS, PATIENCE_SECS, Sandbox, call, connected, headers, post
from tests.e2e.processes import Server, served


@pytest.mark.anyio
async def test_two_callers_never_see_each_others_data(server: Server) -> None:
    async with (
        connected(server.url, "KEY_sandbox_first_caller") as first,
        connected(server.url, "KEY_sandbox_second_caller") as second,
    ):
        sender = (await call(first, "list_phone_numbers"))["items"][0]["phone_number"]
        sent = await call(first, "send_message", to="+12025550123", from_number=sender, text="For one only")
        refused = await second.call_tool("get_message", {"message_id": sent["id"]})
        assert refused.is_error
        assert (await call(second, "get_balance"))["balance"] == "100.00"
        assert (await call(first, "get_message", message_id=sent["id"]))["text"] == "For one only"


def test_a_session_is_not_found_by_another_callers_key(server: Server) -> None:
    session = post(server, INITIALIZE, "KEY_sandbox_owner").headers["mcp-session-id"]
    own = {"Mcp-Session-Id": session, "MCP-Protocol-Version": "2025-11-25"}
    assert post(server, LIST_TOOLS, "KEY_sandbox_stranger", **own).status_code == 404
    assert post(server, LIST_TOOLS, "KEY_sandbox_owner", **own).status_code == 200


def test_two_workers_keep_no_session(workers: Server) -> None:
    assert "mcp-session-id" not in post(workers, INITIALIZE, "KEY_sandbox_plain").headers
    answer = httpx2.get(workers.url, headers={**ACCEPT, **headers("KEY_sandbox_plain")}, timeout=PATIENCE_SECS)
    assert answer.status_code == 405


@pytest.mark.anyio
async def test_a_key_that_dies_during_a_call_is_refused_from_the_next_request_on(server: Server) -> None:
    key = "KEY_sandbox_dies"
    async with connected(server.url, key) as client, Sandbox.behind(client) as sandbox:
        await sandbox.fail(path="/messaging_profiles", status=401)
        assert (await client.call_tool("list_messaging_profiles", {})).is_error
    assert post(server, LIST_TOOLS, key).status_code == 401


def test_a_key_that_the_sandbox_does_not_know_is_refused_with_those_that_it_knows(server: Server) -> None:
    answer = post(server, LIST_TOOLS, "KEY_unknown")
    assert answer.status_code == 401
    assert "begins with KEY_sandbox" in answer.json()["error_description"]


def test_where_telnyx_cannot_be_reached_a_key_is_unproven_and_not_refused(tmp_path: Path) -> None:
    with served(tmp_path, TELNYX_API_BASE_URL="http://127.0.0.1:1/v2") as server:
        answer = post(server, LIST_TOOLS, "KEY_sandbox_unproven")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
