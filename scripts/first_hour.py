"""Runs the first hour of a developer and of a user of Claude Desktop, with the lines that the guides print, in a
temporary home directory: scripts/first_hour

The developer installs with uv and sends a message in the sandbox, then without uv: with pipx, and with pip in a venv.
Claude Desktop starts the program of its configuration file, with cold and warm caches, and that of the bundle. All runs
share one download cache. The operator's path is in `tests/e2e/test_operator.py`, signing in in
`tests/browser/test_dance.py`. Needs uv and a package registry. Lines for Docker are only checked as texts, in
`tests/server/discovery/test_deployment.py`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from scripts.bundle import wheel_of

from telnyx_remote_mcp.discovery.bundle import contents
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
        times["person, bundle"] = _bundle(environment, Path(home))
        times["developer, pipx"], times["developer, venv"] = _without_uv(environment, Path(home))
    for role, seconds in times.items():
        print(f"first hour: {role}: {seconds:.1f} s to the first message")
    return 0 if max(times.values()) < LIMIT_SECS else 1


def _developer(environment: dict[str, str]) -> float:
    """Run the lines of the README up to the first message. Other tests cover the server of the last line."""
    section = (ROOT / "README.md").read_text().partition("## I build with it")[2]
    lines = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert lines is not None
    install, send, _ = lines[1].splitlines()
    started = time.monotonic()
    subprocess.run(["sh", "-ec", install], check=True, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    sent = subprocess.run(["sh", "-ec", send], check=True, cwd="/", env=environment, stdout=subprocess.PIPE, text=True)
    assert json.loads(sent.stdout)["to"]
    return time.monotonic() - started


def _without_uv(environment: dict[str, str], home: Path) -> tuple[float, float]:
    """Run the two other lines of the README, in a copy of the checkout, and send a message with each."""
    printed = re.search(r"Without uv: `(pipx [^`]*)`, or `(python3 [^`]*)`", (ROOT / "README.md").read_text())
    assert printed is not None
    ignored = shutil.ignore_patterns(".*", "node_modules", "__pycache__", "tests", "docs")
    checkout = shutil.copytree(ROOT, home / "checkout", ignore=ignored)
    pipx = ["uv", "tool", "install", "--quiet", "pipx"]
    subprocess.run(pipx, check=True, env=environment, stderr=subprocess.DEVNULL)
    clean = {**environment, "PIPX_HOME": f"{home}/pipx", "PIPX_BIN_DIR": f"{checkout}/pipx/bin"}
    times = []
    for line, programs in zip(printed.groups(), ("pipx/bin", "env/bin"), strict=True):
        started = time.monotonic()
        subprocess.run(["sh", "-ec", line], check=True, cwd=checkout, env=clean, capture_output=True)
        send = [f"{checkout}/{programs}/telnyx-mcp-server", "call", "--sandbox", "send_message"]
        send += [f"{name}={value}" for name, value in MESSAGE.items()]
        sent = subprocess.run(send, check=True, cwd="/", env=clean, stdout=subprocess.PIPE, text=True)
        assert json.loads(sent.stdout)["to"]
        times.append(time.monotonic() - started)
    return times[0], times[1]


def _bundle(environment: dict[str, str], home: Path) -> float:
    """Start the bundle as Claude Desktop would, by its manifest, and let it send a message."""
    directory = home / "bundle"
    directory.mkdir()
    for name, text in contents(wheel_of(directory).name).items():
        (directory / name).write_text(text)
    started = json.loads((directory / "manifest.json").read_text())["server"]["mcp_config"]
    filled = {"api_key": "KEY_sandbox_person", "sandbox": "true", "read_only": "false", "file_roots": ""}

    def given(text: str) -> str:
        for name, value in filled.items():
            text = text.replace(f"${{user_config.{name}}}", value)
        return text.replace("${__dirname}", str(directory))

    variables = {name: given(value) for name, value in started["env"].items()}
    return _converse([started["command"], *map(given, started["args"])], {**environment, **variables})


def _person(environment: dict[str, str]) -> float:
    """Start the program in Claude Desktop's configuration file as it would, and let it send a message."""
    (desktop,) = (client for client in clients("", "KEY_sandbox_person") if client.local)
    server = json.loads(desktop.snippet)["mcpServers"]["telnyx"]
    uvx = subprocess.run(["sh", "-c", "command -v uvx"], check=True, capture_output=True, text=True, env=environment)
    command = [server["command"].replace(UVX, uvx.stdout.strip())]
    command += [each.replace(CHECKOUT, str(ROOT)) for each in server["args"]]
    return _converse(command, {**environment, **server["env"], "TELNYX_MCP_SANDBOX": "true"})


def _converse(command: list[str], given: dict[str, str]) -> float:
    """Start a server over stdio and let it send a message. Returns how long that took."""
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
