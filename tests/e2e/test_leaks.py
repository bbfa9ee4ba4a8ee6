"""What is secret, and what people write to each other, is in nothing that the server or its sandbox writes."""

import socket
from pathlib import Path

import httpx2
import pytest
from mcp.client import Client
from tests.e2e.clients import ACCEPT, LIST_TOOLS, Sandbox, call, connected, headers, post
from tests.e2e.collector import collector
from tests.e2e.processes import Server, run, served

KEY = "KEY_sandbox_MARKEDkey"
DEAD_KEY = "KEY_MARKEDdead"
TEXT = "MARKEDtext see you at noon"
RECIPIENT = "+12025550177"
MARKS = ("MARKED", RECIPIENT, RECIPIENT[1:], "2025550177")
FAULTS = (
    {"status": 500},
    {"status": 422},
    {"action": "reset"},
    {"action": "drop_after_effect"},
    {"action": "half_body"},
    {"action": "garbage"},
)


@pytest.mark.anyio
async def test_no_key_text_or_number_is_ever_written(tmp_path: Path) -> None:
    options = ("--sandbox", "--log-level", "debug", "--metrics-port", "0", "--traces", "on")
    with collector() as spans, served(tmp_path, *options, OTEL_EXPORTER_OTLP_ENDPOINT=spans.url) as server:
        for mode in ("auto", "legacy"):
            async with connected(server.url, KEY, mode) as client:
                await _send(client)
                await _send_wrongly(client)
                await _keep_a_secret(client, f"crm-{mode}")
        async with connected(f"{server.url}?groups=storage,guards", KEY) as client:
            await _keep_a_contract(client)
        _knock(server)
        metrics = httpx2.get(server.metrics_url).text
        written = server.end()
        traces = b"".join(spans.taken)
    assert b"tools/call send_message" in traces
    assert b"POST /messages" in traces
    assert [mark for mark in MARKS if mark.encode() in traces] == []
    assert 'telnyx_mcp_calls_total{effect="spends"' in metrics, metrics
    assert [line for line in metrics.splitlines() if any(mark in line for mark in MARKS)] == []
    assert "POST /mcp 200" in written
    assert "POST /mcp 401" in written
    assert [line for line in written.splitlines() if any(mark in line for mark in MARKS)] == []


async def _send(client: Client) -> None:
    """A message that goes out, and one for each way in which Telnyx fails."""
    sender = (await call(client, "list_phone_numbers"))["items"][0]["phone_number"]
    message = {"to": RECIPIENT, "from_number": sender, "text": TEXT}
    await call(client, "send_message", **message)
    await client.call_tool("list_phone_numbers", {"phone_number": RECIPIENT})
    async with Sandbox.behind(client) as sandbox:
        for fault in FAULTS:
            await sandbox.fail(method="POST", path="/messages", **fault)
            await client.call_tool("send_message", message)


async def _keep_a_contract(client: Client) -> None:
    """Objects: the key is in the signature of every request."""
    await call(client, "cloud_storage_create_bucket", bucket_name="marked")
    contract = {"bucket_name": "marked", "object_name": "MARKEDname", "overwrite": True, "text": TEXT}
    await call(client, "cloud_storage_put_object", **contract)
    async with Sandbox.behind(client) as sandbox:
        for fault in FAULTS:
            await sandbox.fail(method="PUT", path="/storage/*", **fault)
            await client.call_tool("cloud_storage_put_object", contract)
    await client.call_tool("cloud_storage_put_object", contract | {"object_name": "MARKED/../name"})
    await call(client, "cloud_storage_create_presigned_url", bucket_name="marked", object_name="MARKEDname")


async def _send_wrongly(client: Client) -> None:
    """Arguments that are refused before anything is sent."""
    for arguments in (
        {"to": [RECIPIENT], "text": {"body": TEXT}},
        {"to": RECIPIENT, "text": TEXT, "from_number": TEXT},
        {"to": RECIPIENT, TEXT: TEXT},
    ):
        assert (await client.call_tool("send_message", arguments)).is_error
    assert (await client.call_tool("get_message", {"message_id": f"../{TEXT}"})).is_error


async def _keep_a_secret(client: Client, identifier: str) -> None:
    """The credential of another service, taken, refused, and lost on its way."""
    secret = {"identifier": identifier, "type": "basic", "username": "MARKEDuser", "password": "MARKEDpassword"}
    made = await call(client, "create_integration_secret", **secret)
    seen = [made, await call(client, "list_integration_secrets")]
    for wrong in ({"token": "MARKEDtoken"}, {"type": "bearer"}, {"password": {"MARKED": 1}}, {"type": "MARKED"}):
        refused = await client.call_tool("create_integration_secret", {**secret, **wrong})
        assert refused.is_error
        seen.append(refused.model_dump())
    async with Sandbox.behind(client) as sandbox:
        for fault in FAULTS:
            await sandbox.fail(method="POST", path="/integration_secrets", **fault)
            seen.append((await client.call_tool("create_integration_secret", secret)).model_dump())
    assert "MARKED" not in str(seen)


def _knock(server: Server) -> None:
    """Requests that are turned away at every layer of the edge."""
    call_tool = {
        "jsonrpc": "2.0",
        "id": 3,
        "method": "tools/call",
        "params": {"name": TEXT, "arguments": {"to": RECIPIENT}},
    }
    answers = [
        post(server, LIST_TOOLS, DEAD_KEY),
        post(server, LIST_TOOLS, "not a key MARKED"),
        post(server, call_tool, KEY),
        post(server, {"jsonrpc": TEXT, "id": RECIPIENT, "method": [TEXT]}, KEY),
        post(server, call_tool, KEY, **{"Mcp-Session-Id": TEXT}),
        httpx2.post(f"{server.url}?api_key={KEY}", json=LIST_TOOLS, headers=ACCEPT),
        httpx2.post(f"{server.url}?tools={KEY}", json=LIST_TOOLS, headers={**ACCEPT, **headers(KEY)}),
        httpx2.get(f"{server.base_url}/{KEY}"),
        httpx2.post(server.url, content=f'{{"text": "{TEXT}"', headers={**ACCEPT, **headers(KEY)}),
    ]
    assert all(answer.status_code >= 400 for answer in answers), answers
    _knock_with_a_line_break(server)


def _knock_with_a_line_break(server: Server) -> None:
    """A key with a line break in it, as a copied one may have: no client library sends that."""
    host, port = server.base_url.removeprefix("http://").split(":")
    head = f"POST /mcp HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nAuthorization: Bearer {KEY}\n {KEY}\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.encode())
        assert b" 40" in connection.recv(64)


def test_a_key_with_a_line_break_is_refused_on_stdio_without_being_quoted(tmp_path: Path) -> None:
    ended = run(tmp_path, "stdio", TELNYX_API_KEY=f"{KEY}\n{KEY}")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "TELNYX_API_KEY" in ended.stderr
    assert "MARKED" not in ended.stderr


def test_a_wrong_setting_is_named_without_the_value_of_a_secret(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", TELNYX_MCP_SECRET="MARKEDtooshort")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "TELNYX_MCP_SECRET" in ended.stderr
    assert "MARKED" not in ended.stderr
