"""Measures what hostile clients cost another account, in front of the sandbox: scripts/flood [connections].

Prints the latencies of one quiet account, by itself and during each kind of attack, and how the memory of the server
grows. Bounded: a few hundred connections, a few seconds each.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

PROGRAM = str(Path(sys.executable).with_name("telnyx-mcp-server"))
MODERN = "2026-07-28"
CALLS = 150
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "flood", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
Attack = Callable[[str, int], Awaitable[None]]


def main(connections: int) -> None:
    with tempfile.TemporaryDirectory() as data:
        process = subprocess.Popen(
            [PROGRAM, "serve", "--sandbox", "--port", "0", "--log-level", "error"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TELNYX_MCP_DATA_DIR": data},
        )
        try:
            url = (process.stdout.readline() if process.stdout else "").split()[-1].removesuffix("/mcp")
            _measure(process.pid, url, connections)
        finally:
            process.terminate()
            process.wait()


def _measure(pid: int, url: str, connections: int) -> None:
    asyncio.run(_calls(url, "warm"))
    quiet, memory = asyncio.run(_calls(url, "quiet")), _resident(pid)
    print(f"{'quiet':<20} p50 {quiet[49]:6.1f} ms  p99 {quiet[98]:6.1f} ms  {memory:6.1f} MB")
    for name in ATTACKS:
        with _under(name, url, connections):
            centiles = asyncio.run(_calls(url, f"under_{name}"))
            grown = _resident(pid) - memory
        print(
            f"{name:<20} p50 {centiles[49]:6.1f} ms  p99 {centiles[98]:6.1f} ms ({centiles[98] / quiet[98]:.1f}x)"
            f"  {grown:+.1f} MB"
        )


async def _calls(url: str, account: str) -> list[float]:
    """The centiles of one account's calls, in milliseconds."""
    headers = {
        "Authorization": f"Bearer KEY_sandbox_{account}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": MODERN,
        "Mcp-Method": "tools/call",
        "Mcp-Name": "get_balance",
    }
    params = {"name": "get_balance", "arguments": {}, "_meta": META}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    took: list[float] = []
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as http:
        for _ in range(CALLS):
            started = time.perf_counter()
            answer = await http.post("/mcp", json=message)
            took.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == 200, answer.text
    return statistics.quantiles(took, n=100)


@contextmanager
def _under(name: str, url: str, connections: int) -> Iterator[None]:
    """The attack, from a process of its own."""
    command = [sys.executable, "-m", "scripts.flood", name, url, str(connections)]
    with subprocess.Popen(command) as attackers:
        time.sleep(3)
        try:
            yield
        finally:
            attackers.terminate()


async def attack(name: str, url: str, connections: int) -> None:
    """Connections of one kind, begun over a second, until the process ends."""

    async def one(number: int) -> None:
        await asyncio.sleep(number / connections)
        await ATTACKS[name](url, number)

    await asyncio.gather(*(one(number) for number in range(connections)))


async def _raw(url: str, *parts: bytes, every: float = 0.5) -> None:
    """Connections that send these parts, and begin anew whenever the server closes."""
    host, port = url.removeprefix("http://").split(":")
    while True:
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            await reader.read()
        except OSError:
            pass
        finally:
            writer.close()
        await asyncio.sleep(every)


async def idle(url: str, number: int) -> None:
    await _raw(url)


async def half_a_head(url: str, number: int) -> None:
    await _raw(url, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ")


async def endless_head(url: str, number: int) -> None:
    await _raw(url, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ", b"x" * 1_000_000, every=5)


async def nobodys_body(url: str, number: int) -> None:
    await _raw(
        url, b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n\r\n", b"x" * 1_048_000, every=5
    )


async def somebodys_body(url: str, number: int) -> None:
    head = b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n"
    head += b"Authorization: Bearer KEY_sandbox_hostile\r\n\r\n"
    await _raw(url, head, b"x" * 1_048_000, every=5)


async def sessions(url: str, number: int) -> None:
    client = {"name": "flood", "version": "1"}
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    headers = {
        "Authorization": "Bearer KEY_sandbox_hostile",
        "Accept": "application/json, text/event-stream",
    }
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as http:
        while True:
            await http.post("/mcp", json=message)
            await asyncio.sleep(5)


ATTACKS: dict[str, Attack] = {
    "idle": idle,
    "half_a_head": half_a_head,
    "endless_head": endless_head,
    "bodies_of_nobody": nobodys_body,
    "bodies_of_one_key": somebodys_body,
    "sessions_of_one_key": sessions,
}


def _resident(pid: int) -> float:
    """The memory of a process, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ATTACKS:
        asyncio.run(attack(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 300)
