"""What becomes of open responses when the server is asked to end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx2
import pytest
from tests.protocol.servers import ACCEPT, KEY, MODERN, Peer, modern

pytestmark = pytest.mark.anyio

NAP_SECS = 2.5


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.protocol.listening", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def test_subscriptions_end_with_their_result_while_calls_finish(process: subprocess.Popen[str]) -> None:
    async with Peer.of(said(process)) as peer, anyio.create_task_group() as tasks:
        napped: list[tuple[httpx2.Response, float]] = []

        async def nap() -> None:
            response = await peer.modern("tools/call", {"name": "nap", "arguments": {"secs": NAP_SECS}})
            napped.append((response, time.monotonic()))

        tasks.start_soon(nap)
        assert await anyio.to_thread.run_sync(said, process) == "napping"
        headers = {
            "Authorization": f"Bearer {KEY}",
            "Accept": ACCEPT,
            "Mcp-Protocol-Version": MODERN,
            "Mcp-Method": "subscriptions/listen",
        }
        listen = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        with anyio.fail_after(20):
            async with peer.http.stream("POST", "/mcp", json=listen, headers=headers) as stream:
                messages = (json.loads(line[6:]) async for line in stream.aiter_lines() if line.startswith("data: {"))
                assert (await anext(messages))["method"] == "notifications/subscriptions/acknowledged"
                process.send_signal(signal.SIGTERM)
                asked_at = time.monotonic()
                (result,) = [message async for message in messages]
                ended_at = time.monotonic()
    assert result["id"] == 1
    assert result["result"]["resultType"] == "complete"
    (response, answered_at) = napped[0]
    assert response.status_code == 200
    assert ended_at < answered_at, "the subscription ends before the call does"
    assert ended_at - asked_at < NAP_SECS
    assert await anyio.to_thread.run_sync(process.wait, 10) in (0, -signal.SIGTERM)
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
