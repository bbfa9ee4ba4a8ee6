"""Measures the cost of agents that wait for events on one worker, and how fast they wake, with a server in front of the
sandbox: scripts/waiting [agents [accounts]].

All agents wait at the same time over HTTP, on so many accounts. Then a signed webhook is sent for each agent, one by
one. Prints the growth of the worker's memory, and the time from sending a webhook to the answer at the agent.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from telnyx_sandbox.signing import Signer

PROGRAM = str(Path(sys.executable).with_name("telnyx-mcp-server"))
MODERN = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "waiting", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
OURS = "+12025550101"
BEGIN_SECS, APART_SECS = 0.02, 0.04
"""The time between the starts of two agents, and between two webhooks."""
MOST_MB, MOST_MS = 100.0, 50.0


@dataclass(frozen=True, slots=True)
class Figures:
    """The results, in megabytes and milliseconds."""

    agents: int
    memory: float
    p50: float
    p99: float
    worst: float


def main(agents: int, accounts: int) -> int:
    with tempfile.TemporaryDirectory() as data:
        process = subprocess.Popen(
            [PROGRAM, "serve", "--sandbox", "--port", "0", "--log-level", "error", "--rate-limit-per-minute", "100000"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TELNYX_MCP_DATA_DIR": data},
        )
        try:
            url = (process.stdout.readline() if process.stdout else "").split()[-1].removesuffix("/mcp")
            figures = asyncio.run(measure(process.pid, url, agents, accounts))
        finally:
            process.terminate()
            process.wait()
    print(
        f"{figures.agents} agents of {accounts} accounts: {figures.memory:+.1f} MB, woken after "
        f"p50 {figures.p50:.1f} ms, p99 {figures.p99:.1f} ms, at most {figures.worst:.1f} ms"
    )
    return 0 if figures.memory < MOST_MB and figures.p99 < MOST_MS else 1


async def measure(pid: int, url: str, agents: int, accounts: int, apart_secs: float = APART_SECS) -> Figures:
    """Measure a server that listens at this URL and has this process id."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx2.AsyncClient(base_url=url, timeout=300, limits=limits) as http:
        keys = [f"KEY_sandbox_waiting_{number}" for number in range(accounts)]
        inboxes = [await _inbox(http, key) for key in keys]
        await _waited(http, keys[0], "+13125559999", 0)
        before = resident(pid)
        waiting = []
        for number in range(agents):
            waiting.append(asyncio.create_task(_waited(http, keys[number % accounts], _person(number), 250)))
            await asyncio.sleep(BEGIN_SECS)
        await _all_wait(http, keys, agents)
        memory = resident(pid) - before
        took = []
        for number, task in enumerate(waiting):
            began = time.perf_counter()
            await _tell(http, inboxes[number % accounts], keys[number % accounts], _person(number))
            (event,) = (await task)["events"]
            took.append((time.perf_counter() - began) * 1_000)
            assert event["from"] == _person(number)
            await asyncio.sleep(apart_secs)
    centiles = statistics.quantiles(took, n=100)
    return Figures(agents, memory, centiles[49], centiles[98], max(took))


async def _all_wait(http: httpx2.AsyncClient, keys: Sequence[str], agents: int) -> None:
    """Return once every agent waits: when the server answers another request after theirs."""
    await asyncio.sleep(max(1.0, agents / 100))
    for key in keys:
        await _call(http, key, "get_server_info", {})


async def _inbox(http: httpx2.AsyncClient, key: str) -> str:
    """The path of the account's webhook URL."""
    url: str = (await _call(http, key, "get_webhook_setup", {}))["inbox_url"]
    return "/webhooks/" + url.rpartition("/")[2]


async def _waited(http: httpx2.AsyncClient, key: str, person: str, secs: int) -> dict[str, Any]:
    arguments = {"types": ["message.received"], "conversation": [OURS, person], "timeout_secs": secs}
    return await _call(http, key, "wait_for_event", arguments)


async def _call(http: httpx2.AsyncClient, key: str, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments, "_meta": META}
    answer = await http.post(
        "/mcp?groups=events,guards",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params},
        headers={
            "Authorization": f"Bearer {key}",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": MODERN,
            "Mcp-Method": "tools/call",
            "Mcp-Name": tool,
        },
    )
    assert answer.status_code == 200, answer.text
    (data,) = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: {")] or [
        answer.text
    ]
    result = json.loads(data)["result"]
    assert not result.get("isError"), result
    content: dict[str, Any] = result["structuredContent"]
    return content


async def _tell(http: httpx2.AsyncClient, path: str, key: str, person: str) -> None:
    payload = {
        "id": str(uuid4()),
        "direction": "inbound",
        "type": "SMS",
        "from": {"phone_number": person},
        "to": [{"phone_number": OURS}],
        "text": "Hello",
    }
    event = {"record_type": "event", "id": str(uuid4()), "event_type": "message.received", "payload": payload}
    event["occurred_at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    body = json.dumps({"data": event}).encode()
    answer = await http.post(path, content=body, headers=Signer(key).headers(body))
    assert answer.status_code == 200, answer.text


def _person(number: int) -> str:
    return f"+1312555{number:04}"


def resident(pid: int) -> float:
    """The memory of a process, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(given[0] if given else 500, given[1] if len(given) > 1 else 50))
