"""The commands that talk to a server or an API, as processes."""

import json
import os
import pty
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.e2e.clients import INITIALIZE
from tests.e2e.processes import PROGRAM, Server, environment, run

KEY = "KEY_sandbox_command"
FIND = ("call", "list_available_phone_numbers", "area_code=312", "limit=1", 'features=["sms"]')


def test_a_call_on_the_sandbox_prints_the_result(tmp_path: Path) -> None:
    ended = run(tmp_path, *FIND, "--sandbox")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["items"][0]["phone_number"].startswith("+1312")


def test_a_sandbox_that_is_kept_remembers_the_calls_before(tmp_path: Path) -> None:
    try:
        message = ("to=+12025550123", "from_number=+12025550101", "text=Hello")
        sent = json.loads(run(tmp_path, "call", "--sandbox", "--keep", "send_message", *message).stdout)
        again = run(tmp_path, "call", "--sandbox", "--keep", "get_message", f"message_id={sent['id']}")
        assert json.loads(again.stdout)["id"] == sent["id"]
    finally:
        base_url = json.loads((tmp_path / "sandbox.json").read_text())["base_url"]
        assert run(tmp_path, "sandbox", "--end").returncode == 0
    assert run(tmp_path, "call", "get_balance", TELNYX_API_BASE_URL=base_url, TELNYX_API_KEY=KEY).returncode == 1


def test_a_call_whose_result_comes_with_a_file_says_so(tmp_path: Path) -> None:
    speech = ("text=Good morning", "voice=Telnyx.KokoroTTS.af")
    ended = run(tmp_path, "call", "--sandbox", "text_to_speech", *speech)
    assert (ended.returncode, json.loads(ended.stdout)["size"] > 0) == (0, True)
    assert re.fullmatch(r"Not shown: a file of type audio/\w+ that came with it\.\n", ended.stderr)


def test_a_call_of_a_running_server_prints_the_result(tmp_path: Path, server: Server) -> None:
    ended = run(tmp_path, *FIND, "--url", server.url, TELNYX_API_KEY=KEY)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["items"][0]["phone_number"].startswith("+1312")


def test_a_call_that_the_tool_refuses_prints_why_and_ends_with_1(tmp_path: Path) -> None:
    ended = run(tmp_path, "call", "get_message", "mesage_id=1", "--sandbox")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert json.loads(ended.stdout)["error"]["code"] == "invalid_arguments"


def test_a_call_without_a_key_says_what_is_missing(tmp_path: Path) -> None:
    ended = run(tmp_path, "call", "get_balance")
    assert ended.returncode == 1
    assert "TELNYX_API_KEY" in ended.stdout


def test_an_unknown_tool_is_one_line(tmp_path: Path, server: Server) -> None:
    here = run(tmp_path, "call", "get_balanse")
    there = run(tmp_path, "call", "get_balanse", "--url", server.url, TELNYX_API_KEY=KEY)
    assert (here.returncode, here.stdout) == (2, "")
    assert (there.returncode, there.stdout) == (1, "")
    assert here.stderr.startswith("telnyx-mcp-server: Unknown tool 'get_balanse'")
    assert there.stderr == "telnyx-mcp-server: Unknown tool: get_balanse. Did you mean get_balance?\n"


def test_a_call_repeats_why_a_server_refused_the_key(tmp_path: Path, server: Server) -> None:
    ended = run(tmp_path, "call", "get_balance", "--url", server.url, TELNYX_API_KEY="KEY_refused")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.endswith("(HTTP 401)\n")
    assert ended.stderr.count("\n") == 1


def test_a_call_of_a_server_that_wants_a_key_says_where_to_put_it(tmp_path: Path, server: Server) -> None:
    ended = run(tmp_path, "call", "get_balance", "--url", server.url)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.endswith("(HTTP 401) Set TELNYX_API_KEY.\n")


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    ended = run(tmp_path, "call", "get_balance", "--url", "http://127.0.0.1:1/mcp")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "telnyx-mcp-server: No answer from http://127.0.0.1:1/mcp.\n"


def test_without_arguments_at_a_terminal_it_helps(tmp_path: Path) -> None:
    master, terminal = pty.openpty()
    try:
        ended = subprocess.run(
            [PROGRAM], stdin=terminal, capture_output=True, text=True, timeout=30, env=environment(tmp_path)
        )
    finally:
        os.close(master)
        os.close(terminal)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("usage: telnyx-mcp-server")


@pytest.mark.parametrize("arguments", [(), ("stdio",), ("--tools", "get_balance")])
def test_on_stdio_nothing_but_the_protocol_is_on_stdout(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = run(tmp_path, *arguments, stdin=f"{json.dumps(INITIALIZE)}\n", TELNYX_MCP_LOG_LEVEL="debug")
    assert ended.returncode == 0
    (answer,) = (json.loads(line) for line in ended.stdout.splitlines())
    assert answer["result"]["serverInfo"]["title"] == "Telnyx"


def test_ctrl_c_ends_stdio_while_nobody_writes(tmp_path: Path) -> None:
    command = [PROGRAM, "stdio", "--tools", "get_balance"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, env=environment(tmp_path), **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(f"{json.dumps(INITIALIZE)}\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert (process.wait(30), process.stderr.read()) == (-signal.SIGINT, "")


@pytest.mark.parametrize("command", ["tools", "demo"])
def test_a_reader_that_has_seen_enough_is_no_failure(tmp_path: Path, command: str) -> None:
    with subprocess.Popen(
        [PROGRAM, command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(tmp_path)
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        if command == "demo":
            assert process.stdout.readline()  # then the story begins
        process.stdout.close()
        assert (process.stderr.read(), process.wait(30)) == ("", 0)


def test_the_demo_sends_a_message_calls_somebody_orders_a_number_and_ends(tmp_path: Path) -> None:
    ended = run(tmp_path, "demo")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.search(r"get_message +delivered, for 0\.\d+ USD", ended.stdout)
    assert re.search(r"gather_digits +asked for a code and heard 0123\n", ended.stdout)
    assert re.search(r"list_phone_numbers +\+1312\d{7}, ", ended.stdout)
    assert re.search(r"get_balance +100\.00 USD before, 9\d\.\d+ USD now", ended.stdout)
    assert "claude mcp add" in ended.stdout


def test_the_doctor_finds_a_sandbox_healthy(tmp_path: Path) -> None:
    ended = run(tmp_path, "doctor", "--sandbox", "--port", "0")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [line[0] for line in ended.stdout.splitlines()] == ["✓"] * 7


def test_the_doctor_finds_what_an_operator_got_wrong(tmp_path: Path, late_api: str) -> None:
    """And looks further: at Redis first of all."""
    port = late_api.rpartition(":")[2].removesuffix("/v2")
    redis = {"TELNYX_MCP_SECRET": "s" * 32, "TELNYX_MCP_REDIS_URL": f"unix://{tmp_path}/none.sock"}
    ended = run(tmp_path, "doctor", "serve", "--port", port, TELNYX_API_BASE_URL=late_api, **redis)
    assert ended.returncode == 1
    assert f"✗ Port {port} on 127.0.0.1 is in use; choose another with --port" in ended.stdout
    assert "✗ Redis: ConnectionError; check TELNYX_MCP_REDIS_URL" in ended.stdout
    assert "TELNYX_API_KEY" not in ended.stdout


def test_the_doctor_beside_the_running_server_takes_its_port_for_what_it_is(tmp_path: Path, server: Server) -> None:
    port = server.base_url.rpartition(":")[2]
    ended = run(tmp_path, "doctor", "serve", "--sandbox", "--port", port)
    assert ended.returncode == 0, ended.stdout
    assert f"✓ Port {port} on 127.0.0.1: this server runs there" in ended.stdout


def test_the_doctor_names_the_proxy_on_the_way_and_never_its_password(tmp_path: Path) -> None:
    proxy = "http://somebody:MARKED@127.0.0.1:1"
    ended = run(tmp_path, "doctor", "stdio", HTTPS_PROXY=proxy, https_proxy=proxy, NO_PROXY="", no_proxy="")
    assert ended.returncode == 1
    assert "through the proxy http://127.0.0.1:1 (" in ended.stdout
    assert "HTTPS_PROXY" in ended.stdout
    assert "MARKED" not in ended.stdout


def test_the_doctor_says_what_a_proxy_before_a_path_has_to_pass_on(tmp_path: Path) -> None:
    ended = run(tmp_path, "doctor", "--sandbox", "--port", "0", "--public-url", "https://mcp.example.com/telnyx")
    assert "/.well-known/oauth-authorization-server/telnyx" in ended.stdout
    assert "/.well-known/oauth-protected-resource/telnyx/*" in ended.stdout


def test_the_doctor_says_what_to_do_about_a_directory_that_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    ended = run(file, "doctor")
    assert ended.returncode == 1
    assert f"✗ Data directory {file} cannot be written" in ended.stdout
    assert ended.stdout.count("No secret can be kept in") == 1


def test_the_doctor_says_where_the_api_cannot_be_reached(tmp_path: Path) -> None:
    ended = run(tmp_path, "doctor", TELNYX_API_BASE_URL="http://127.0.0.1:1/v2", TELNYX_API_KEY=KEY)
    assert ended.returncode == 1
    assert "✗ http://127.0.0.1:1/v2 cannot be reached" in ended.stdout


class _Late(BaseHTTPRequestHandler):
    """An API whose clock stands in the past, and that knows no key."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return "Thu, 01 Jan 2026 00:00:00 GMT"

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def late_api() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Late) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v2"
        server.shutdown()
        thread.join()


def test_the_doctor_sees_a_wrong_clock_and_a_dead_key_and_never_prints_the_key(tmp_path: Path, late_api: str) -> None:
    ended = run(tmp_path, "doctor", TELNYX_API_BASE_URL=late_api, TELNYX_API_KEY="KEY_dead_and_buried")
    assert ended.returncode == 1
    assert re.search(r"✗ Clock is \d+ s fast", ended.stdout)
    assert "✗ TELNYX_API_KEY is refused" in ended.stdout
    assert "KEY_dead" not in ended.stdout + ended.stderr


def test_the_doctor_misses_the_key(tmp_path: Path, late_api: str) -> None:
    ended = run(tmp_path, "doctor", "stdio", TELNYX_API_BASE_URL=late_api)
    assert ended.returncode == 1
    assert "✗ TELNYX_API_KEY is not set" in ended.stdout


def test_an_address_that_speaks_no_mcp_is_named(tmp_path: Path, late_api: str) -> None:
    ended = run(tmp_path, "call", "get_balance", "--url", late_api, TELNYX_API_KEY=KEY)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert ended.stderr.startswith(f"telnyx-mcp-server: {late_api} is no MCP endpoint (")
