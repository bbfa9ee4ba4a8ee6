"""Over stdio nobody waits for an answer that never comes, whatever line was written."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e.clients import INITIALIZE
from tests.e2e.processes import PROGRAM, environment

SECRET = "hunter2"
DEEP = b'{"jsonrpc":"2.0","id":31,"method":"tools/call","params":{"arguments":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_002
LONG = b'{"method":"ping","params":{"text":"' + b"x" * 5_000_000 + b'"},"jsonrpc":"2.0","id":32}'
MESSAGE = r'{"from_number":"+12025550101","to":"+12025550123","text":"on my way \ud83d"}'
LINES = [
    b"\xef\xbb\xbf" + json.dumps(INITIALIZE | {"id": 11}).encode(),
    b'{"jsonrpc":"2.0","id":94,"method":"tools/call","params":{"name":"send_message","arguments":%s}}'
    % MESSAGE.encode(),
    rb'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_balance","arguments":{"\ud800":1}}}',
    b'{"jsonrpc":"2.0","id":97,"method":"tools/call","params":"oops"}',
    b'{"id":99,"method":"tools/list","params":{}}',
    b'{"jsonrpc":"2.0","id":98,"method":123}',
    DEEP,
    b'[{"jsonrpc":"2.0","id":12,"method":"ping"}]',
    f"not json {SECRET}".encode(),
    LONG,
    b'{"jsonrpc":"2.0","id":33,"method":"ping"}\r',
    b"",
    b'{"jsonrpc":"2.0","id":34,"method":"ping"}',
]
ANSWERED = {94: -32602, 1: -32602, 97: -32602, 99: -32600, 98: -32600, 31: -32600, None: -32600, 32: -32600}


def test_every_line_with_an_id_is_answered_and_every_other_is_told_on_stderr(tmp_path: Path) -> None:
    command = [PROGRAM, "stdio", "--sandbox"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment(tmp_path), **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"\n".join([*LINES, b""]))
        process.stdin.flush()
        answers: list[dict[str, Any]] = [json.loads(process.stdout.readline()) for _ in range(len(ANSWERED) + 3)]
        process.stdin.close()
        assert process.wait(30) == 0
        told = process.stderr.read().decode()
    errors = {answer["id"]: answer["error"] for answer in answers if "error" in answer}
    assert {request: error["code"] for request, error in errors.items()} == ANSWERED
    assert "text" in errors[94]["message"]
    assert {answer["id"] for answer in answers if "result" in answer} == {11, 33, 34}
    assert len(told.splitlines()) == 1
    assert "Not JSON" in told
    assert SECRET not in told
