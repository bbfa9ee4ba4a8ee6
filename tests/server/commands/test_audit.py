"""The audit log on the command line: read, filtered, exported, verified."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from telnyx_remote_mcp.audit.log import DIRECTORY, AuditLog
from telnyx_remote_mcp.cli import main
from telnyx_remote_mcp.guardrails.entries import target_id
from telnyx_remote_mcp.store.secret import Secret

PERSON = "+13125550123"


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TELNYX_MCP_DATA_DIR", str(tmp_path))
    key = Secret.load(None, tmp_path).derive("audit")
    log = AuditLog(tmp_path / DIRECTORY, lambda: key, keep_days=1)
    target = {"kind": "phone", "masked": "+13…23", "id": target_id(PERSON, key)}
    log.append({"event": "start", "who": "a1", "tool": "send_message", "effect": "spends", "to": [target]})
    log.append({"event": "end", "who": "a1", "tool": "send_message", "effect": "spends", "outcome": "done"})
    log.append({"event": "refused", "who": "b2", "tool": "delete_bucket", "effect": "destroy", "rule": "not_permitted"})
    return tmp_path


@pytest.mark.parametrize(
    ("options", "tools"),
    [
        ([], ["send_message", "send_message", "delete_bucket"]),
        (["--tool", "send_message"], ["send_message", "send_message"]),
        (["--effect", "destroy"], ["delete_bucket"]),
        (["--outcome", "done"], ["send_message"]),
        (["--who", "b2"], ["delete_bucket"]),
        (["--to", "+1 (312) 555-0123"], ["send_message"]),
        (["--to", "+13125550124"], []),
        (["--since", "2999-01-01"], []),
        (["--until", "2999-01-01", "--tool", "delete_bucket"], ["delete_bucket"]),
    ],
)
def test_records_are_found_by_what_they_say(
    data_dir: Path, capsys: pytest.CaptureFixture[str], options: list[str], tools: list[str]
) -> None:
    assert main(["audit", "export", *options]) == 0
    assert [json.loads(line)["tool"] for line in capsys.readouterr().out.splitlines()] == tools


def test_a_person_reads_one_line_for_each_record(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "read", "--tool", "delete_bucket"]) == 0
    line = capsys.readouterr().out
    assert "refused  destroy  delete_bucket  who=b2  not_permitted" in line


@pytest.mark.parametrize("no_color", ["", "1"])
def test_at_a_terminal_it_is_a_table_in_colours_unless_they_are_not_wanted(data_dir: Path, no_color: str) -> None:
    ours, theirs = os.openpty()
    given = {**os.environ, "TELNYX_MCP_DATA_DIR": str(data_dir), "NO_COLOR": no_color, "TERM": "xterm"}
    command = [sys.executable, "-m", "telnyx_remote_mcp", "audit", "read"]
    subprocess.run(command, check=True, stdout=theirs, env=given)
    os.close(theirs)
    lines = os.read(ours, 10_000).decode().splitlines()
    os.close(ours)
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    assert (plain == lines) is bool(no_color)
    assert [line.index("who=") for line in plain] == [75, 75, 75]


def test_verifying_says_what_was_changed_and_ends_with_1(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify"]) == 0
    (file,) = (data_dir / DIRECTORY).glob("*.jsonl")
    file.write_bytes(file.read_bytes().replace(b"done", b"gone"))
    assert main(["audit", "verify"]) == 1
    out = capsys.readouterr().out
    assert "✓ 3 records" in out
    assert "record 2: changed" in out


def test_where_nothing_is_on_record_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELNYX_MCP_DATA_DIR", str(tmp_path / "none"))
    assert main(["audit", "read"]) == 1
    assert "no audit log" in capsys.readouterr().err


def test_lines_that_were_collected_as_the_guide_says_are_read_and_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELNYX_MCP_SECRET", "s" * 32)
    key = Secret(b"s" * 32).derive("audit")
    logs = [AuditLog(None, lambda: key, keep_days=1) for _ in range(2)]
    for number in range(3):
        os.write(2, b'{"time":"2026-03-01T00:00:00.000+00:00","level":"info"}\n')
        for log in logs:
            log.append({"event": "call", "tool": "get_balance", "effect": "read", "who": str(number)})
    (tmp_path / "lines").write_text(capfd.readouterr().err)
    guide = (Path(__file__).parents[3] / "docs/operations.md").read_text()
    (commands,) = re.findall(r"```sh\n(mkdir -p collected.*?)telnyx-mcp-server", guide, re.DOTALL)
    subprocess.run(["sh", "-euc", commands], cwd=tmp_path, check=True)
    collected = ("--data-dir", str(tmp_path / "collected"))
    assert main(["audit", "verify", *collected]) == 0
    assert "6 records are as they were written" in capfd.readouterr().out
    assert main(["audit", "read", "--who", "2", *collected]) == 0
    assert len(capfd.readouterr().out.splitlines()) == 2
