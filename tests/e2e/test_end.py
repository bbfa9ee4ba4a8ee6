"""How a server begins where it cannot, and how it ends."""

import signal
from pathlib import Path

import anyio
import anyio.to_thread
import httpx2
import pytest
from mcp import types
from mcp.client import Client
from tests.e2e.clients import INITIALIZE, Sandbox, call, connected, headers, post
from tests.e2e.processes import END_SECS, UNATTENDED, Server, run, served

from telnyx_tools.groups.events.waiting import GO_ON

OWN, PERSON, SILENT = "+12025550101", "+12025550123", "+15550000480"


@pytest.mark.parametrize("command", ["serve", "sandbox"])
def test_an_address_that_cannot_be_had_is_one_clear_line(server: Server, tmp_path: Path, command: str) -> None:
    port = server.base_url.rpartition(":")[2]
    second = run(tmp_path, command, "--port", port)
    expected = f"telnyx-mcp-server: Port {port} on 127.0.0.1 is in use; choose another with --port\n"
    assert (second.returncode, second.stdout, second.stderr) == (1, "", expected)
    elsewhere = run(tmp_path, command, "--host", "192.0.2.1", "--port", "0")
    why = "Cannot assign requested address; see --host and --port"
    expected = f"telnyx-mcp-server: Cannot listen on 192.0.2.1, port 0: {why}\n"
    assert (elsewhere.returncode, elsewhere.stdout, elsewhere.stderr) == (1, "", expected)


@pytest.mark.anyio
@pytest.mark.parametrize(("workers", "mode"), [("1", "auto"), ("1", "legacy"), ("2", "auto"), ("2", "legacy")])
async def test_sigterm_lets_the_call_in_progress_finish(tmp_path: Path, workers: str, mode: str) -> None:
    with served(tmp_path, "--sandbox", "--workers", workers) as server:
        async with connected(server.url, "KEY_sandbox_end", mode) as client, Sandbox.behind(client) as sandbox:
            await sandbox.fail(path="/messaging_profiles", action="slow", delay_secs=1)
            async with anyio.create_task_group() as tasks:
                outcome: list[types.CallToolResult] = []
                tasks.start_soon(_list_profiles, client, outcome)
                await sandbox.has_seen("/messaging_profiles")
                server.process.send_signal(signal.SIGTERM)
            assert not outcome[0].is_error
        assert server.process.wait(END_SECS) == 0
        assert "Traceback" not in server.log.read_text()


@pytest.mark.anyio
async def test_sigterm_answers_calls_that_wait_and_they_go_on_elsewhere_and_miss_nothing(tmp_path: Path) -> None:
    key, elsewhere = "KEY_sandbox_waiting", tmp_path / "elsewhere"
    elsewhere.mkdir()
    waits: dict[str, types.CallToolResult] = {}

    async def wait(client: Client, tool: str, **arguments: object) -> None:
        waits[tool] = await client.call_tool(tool, {"timeout_secs": 60, **arguments})

    settings = {"TELNYX_MCP_DATA_DIR": str(tmp_path), "TELNYX_MCP_POLICY": str(UNATTENDED)}
    with served(tmp_path, "--sandbox", **settings) as one, served(elsewhere, "--sandbox", **settings) as other:
        async with connected(one.url, key) as client, Sandbox.behind(client) as sandbox:
            made = await call(client, "make_call", to=SILENT, from_number=OWN, timeout_secs=600)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(lambda: wait(client, "wait_for_event", types=["message.received"]))
                tasks.start_soon(
                    lambda: wait(client, "wait_for_call", call_control_id=made["call_control_id"], until="ended")
                )
                await sandbox.has_seen("/detail_records")
                await sandbox.has_seen(f"/calls/{made['call_control_id']}")
                one.process.send_signal(signal.SIGTERM)
                with anyio.fail_after(10):
                    assert await anyio.to_thread.run_sync(one.process.wait) == 0
        ended, state = waits["wait_for_event"].structured_content, waits["wait_for_call"].structured_content
        assert "Call wait_for_call again" in state["note"]
        assert ended["note"] == GO_ON
        async with connected(other.url, key) as client, Sandbox.behind(client) as sandbox:
            await sandbox.write(key, PERSON, OWN, "hello")
            told = await call(client, "wait_for_event", types=["message.received"], since=ended["next"])
            assert [event["text"] for event in told["events"]] == ["hello"]


def test_while_it_drains_every_answer_is_the_last_of_its_connection(tmp_path: Path) -> None:
    paths = ("/", "/healthz", "/readyz", "/mcp", "/oauth/jwks", "/account", "/webhooks/unknown", "/nowhere")
    with served(tmp_path, "--sandbox", "--drain-secs", "3") as server, httpx2.Client(base_url=server.base_url) as http:
        assert {http.get(path, timeout=END_SECS).headers.get("connection") for path in paths} == {None}
        server.process.send_signal(signal.SIGTERM)
        while http.get("/readyz").status_code == 200:
            pass  # until the signal has arrived
        assert {path: http.get(path).headers.get("connection") for path in paths} == dict.fromkeys(paths, "close")
        assert server.process.wait(END_SECS) == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_a_server_in_the_same_way_however_many_workers_it_has(tmp_path: Path, workers: str) -> None:
    with served(tmp_path, "--workers", workers) as server:
        httpx2.get(f"{server.base_url}/readyz", timeout=END_SECS)  # by then the signal has its handler
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(END_SECS) == 130


@pytest.mark.anyio
async def test_sigterm_closes_the_open_stream_of_an_older_client(tmp_path: Path) -> None:
    key = "KEY_sandbox_stream"
    with served(tmp_path, "--sandbox") as server:
        session = post(server, INITIALIZE, key).headers["mcp-session-id"]
        own = {**headers(key), "Accept": "text/event-stream", "Mcp-Session-Id": session}
        async with httpx2.AsyncClient(timeout=END_SECS) as http, http.stream("GET", server.url, headers=own) as stream:
            assert stream.status_code == 200
            server.process.send_signal(signal.SIGTERM)
            assert (await stream.aread()).endswith(b"retry: 5000\r\n\r\n"), "when to come again"
        assert server.process.wait(END_SECS) == 0
        assert "Traceback" not in server.log.read_text()


async def _list_profiles(client: Client, outcome: list[types.CallToolResult]) -> None:
    outcome.append(await client.call_tool("list_messaging_profiles", {}))
