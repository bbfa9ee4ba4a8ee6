"""The sandbox as a process of its own."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2


@contextmanager
def process(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "telnyx_sandbox", "--port", "0", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as sandbox:
        assert sandbox.stdout is not None
        try:
            yield sandbox, json.loads(sandbox.stdout.readline())["base_url"]
        finally:
            sandbox.kill()


def test_it_says_where_it_listens_and_ends_cleanly_on_sigterm() -> None:
    with process() as (sandbox, base_url):
        headers = {"authorization": "Bearer KEY_sandbox_first"}
        assert httpx2.get(f"{base_url}/balance", headers=headers).status_code == 200
        sandbox.send_signal(signal.SIGTERM)
        output, errors = sandbox.communicate(timeout=10)
        assert (sandbox.returncode, output, errors) == (0, "", "")


def test_it_ends_with_its_parent() -> None:
    with process("--with-parent") as (sandbox, _):
        _, errors = sandbox.communicate(timeout=10)
        assert (sandbox.returncode, errors) == (0, "")


def test_without_a_parent_to_watch_a_closed_stdin_means_nothing() -> None:
    with process() as (sandbox, base_url):
        assert sandbox.stdin is not None
        sandbox.stdin.close()
        assert httpx2.get(f"{base_url}/balance").status_code == 401
        assert sandbox.poll() is None


def test_a_port_in_use_is_an_error() -> None:
    with process() as (_, base_url):
        port = httpx2.URL(base_url).port
        command = [sys.executable, "-m", "telnyx_sandbox", "--port", str(port)]
        second = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    assert second.returncode != 0
    assert second.stdout == ""
    assert second.stderr.startswith("python -m telnyx_sandbox: Address already in use")
    assert second.stderr.count("\n") == 1


def test_an_interrupt_ends_it_quietly() -> None:
    with process() as (sandbox, _):
        sandbox.send_signal(signal.SIGINT)
        _, errors = sandbox.communicate(timeout=10)
        assert (sandbox.returncode, errors) == (0, "")
