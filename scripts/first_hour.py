"""Walks the first hour of two roles in a home of its own, with the lines that the guides print: scripts/first_hour

The developer installs with uv and sends a message in the sandbox; the person at Claude Desktop lets it start the
program of the file, cold and warm. The operator's path is `tests/e2e/test_operator.py`, signing in
`tests/browser/test_dance.py`. Needs uv and a registry. Lines for Docker are checked by reading, in
`tests/server/discovery/test_deployment.py`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from telnyx_remote_mcp.web.clients import CHECKOUT, UVX, clients

ROOT = Path(__file__).parents[1]
LIMIT_SECS = 300
MESSAGE = {"to": "+12025550123", "from_number": "+12025550101", "text": "Hello"}


def main() -> int:
    with tempfile.TemporaryDirectory() as home:
        path = f"{home}/.local/bin{os.pathsep}{os.environ['PATH']}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TELNYX", "VIRTUAL_ENV"))}
        environment = {**kept, "HOME": home, "PATH": path, "UV_CACHE_DIR": f"{home}/cache"}
        times = {"developer": _developer(environment), "person, cold": _person(environment)}
        times["person, warm"] = _person(environment)
    for role, seconds in times.items():
        print(f"first hour: {role}: {seconds:.1f} s to the first message")
    return 0 if sum(times.values()) < LIMIT_SECS else 1


def _developer(environment: dict[str, str]) -> float:
    """Run the lines of the README up to the first message; the server of the last line is that of other tests."""
    section = (ROOT / "README.md").read_text().partition("## I build with it")[2]
    lines = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert lines is not None
    install, send, _ = lines[1].splitlines()
    started = time.monotonic()
    subprocess.run(["sh", "-ec", install], check=True, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    sent = subprocess.run(["sh", "-ec", send], check=True, cwd="/", env=environment, stdout=subprocess.PIPE, text=True)
    assert json.loads(sent.stdout)["to"]
    return time.monotonic() - started


def _person(environment: dict[str, str]) -> float:
    """Start what the file for Claude Desktop says, as it would, and have it send a message."""
    (desktop,) = (client for client in clients("", "KEY_sandbox_person") if client.local)
    server = json.loads(desktop.snippet)["mcpServers"]["telnyx"]
    uvx = subprocess.run(["sh", "-c", "command -v uvx"], check=True, capture_output=True, text=True, env=environment)
    command = [server["command"].replace(UVX, uvx.stdout.strip())]
    command += [each.replace(CHECKOUT, str(ROOT)) for each in server["args"]]
    given = {**environment, **server["env"], "TELNYX_MCP_SANDBOX": "true"}
    started = time.monotonic()
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd="/", env=given, text=True, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for message in _conversation():
            process.stdin.write(json.dumps(message) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline()) if "id" in message else None
        process.stdin.close()
        assert answer is not None
        assert not answer["result"].get("isError"), answer
    return time.monotonic() - started


def _conversation() -> list[dict[str, object]]:
    client = {"name": "first-hour", "version": "1"}
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    return [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "send_message", "arguments": MESSAGE}},
    ]


if __name__ == "__main__":
    sys.exit(main())
