"""What a call asks first, it asks the person at the terminal; without one it says what to do."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from tests.e2e.processes import PROGRAM, environment, run, served

KEY = "KEY_sandbox_terminal"
TEXT = ("send_message", "to=+12025550123", "from_number=+12025550101", "text=hi")


def typed(answer: str, data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command at a terminal where this is typed; what it writes goes elsewhere."""
    ours, terminal = pty.openpty()
    try:
        os.write(ours, answer.encode())
        return subprocess.run(
            [PROGRAM, "call", *arguments],
            stdin=terminal,
            capture_output=True,
            text=True,
            timeout=60,
            env=environment(data_dir, TELNYX_API_KEY=KEY),
        )
    finally:
        os.close(ours)
        os.close(terminal)


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "policy.toml"
    path.write_text('[effects]\nspends = "ask"\n')
    return str(path)


def test_a_call_here_asks_at_the_terminal_and_elsewhere_says_what_to_do(tmp_path: Path, policy: str) -> None:
    here = ("--sandbox", "--policy", policy, *TEXT)
    made = typed("what?\n1\n", tmp_path, *here)
    assert "telnyx-mcp-server call wants to send message:\n  to: +12025550123\n" in made.stderr
    assert (made.returncode, "id" in json.loads(made.stdout)) == (0, True)
    told = run(tmp_path, "call", *here)
    assert (told.returncode, json.loads(told.stdout)["error"]["code"]) == (1, "approval_required")
    assert "in a terminal" in told.stdout


def test_a_call_of_a_running_server_asks_at_the_terminal(tmp_path: Path, policy: str) -> None:
    with served(tmp_path, "--sandbox", "--policy", policy) as server:
        there = ("--url", server.url, *TEXT)
        told = run(tmp_path, "call", *there, TELNYX_API_KEY=KEY)
        assert "/approve/" in json.loads(told.stdout)["error"]["link"]
        made = typed("yes\n", tmp_path, *there)
        assert (made.returncode, "id" in json.loads(made.stdout)) == (0, True)
