"""Measures how much hostile clients slow down another account, with a server in front of the sandbox: scripts/flood
[connections [attack ...]].

Prints the latencies of one quiet account, right before and during each kind of attack, and the growth of the server's
memory. Ends with 1 where the p99 during an attack is more than twice that before it, and not just later by the time
that the attackers, who share the processors, may keep one. Bounded: a few hundred connections, a few seconds for each
attack.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

PROGRAM = str(Path(sys.executable).with_name("telnyx-mcp-server"))
MODERN = "2026-07-28"
CALLS = 500
MOST_TIMES = 2.0
SLICE_MS = 4.0
"""How long a process may wait for a processor that another one is using: a time slice of Linux."""
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "flood", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
Attack = Callable[[str, int], Awaitable[None]]


def main(connections: int, attacks: Sequence[str]) -> bool:
    """Print the figures; whether the account is hardly slowed down by any attack."""
    with tempfile.TemporaryDirectory() as data:
        process = subprocess.Popen(
            [PROGRAM, "serve", "--sandbox", "--port", "0", "--log-level", "error"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TELNYX_MCP_DATA_DIR": data},
        )
        try:
            url = (process.stdout.readline() if process.stdout else "").split()[-1].removesuffix("/mcp")
            return _measure(process.pid, url, connections, attacks)
        finally:
            process.terminate()
            process.wait()


def _measure(pid: int, url: str, connections: int, attacks: Sequence[str]) -> bool:
    asyncio.run(percentiles(url, "warm"))
    memory, well = _resident(pid), True
    print(f"{memory:.1f} MB before")
    for name in attacks:
        quiet = asyncio.run(percentiles(url, f"before_{name}"))
        with under(name, url, connections):
            slowed = asyncio.run(percentiles(url, f"under_{name}"))
            grown = _resident(pid) - memory
        well = well and is_hardly_slower(quiet[98], slowed[98])
        print(
            f"{name:<20} p50 {quiet[49]:4.1f} then {slowed[49]:4.1f} ms  p99 {quiet[98]:4.1f} then {slowed[98]:4.1f} ms"
            f" ({slowed[98] / quiet[98]:.1f}x)  {grown:+.1f} MB"
        )
    return well


def is_hardly_slower(quiet: float, slowed: float) -> bool:
    """Whether a latency during an attack is near enough to the one before it. Both in milliseconds."""
    return slowed <= max(MOST_TIMES * quiet, quiet + SLICE_MS)


async def percentiles(url: str, account: str, calls: int = CALLS) -> list[float]:
    """The percentiles of one account's call latencies, in milliseconds."""
    took: list[float] = []
    async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
        for _ in range(calls):
            started = time.perf_counter()
            answer = await _call(http, account, "get_balance", {})
            took.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == 200, answer.text
    return statistics.quantiles(took, n=100)


@contextmanager
def under(name: str, url: str, connections: int) -> Iterator[None]:
    """Run the attack in a process of its own, and let it have begun."""
    command = [sys.executable, "-m", "scripts.flood", name, url, str(connections)]
    with subprocess.Popen(command) as attackers:
        time.sleep(3)
        try:
            yield
        finally:
            attackers.terminate()


async def attack(name: str, url: str, connections: int) -> None:
    """Open connections of one kind, spread over a second, until the process ends."""

    async def one(number: int) -> None:
        await asyncio.sleep(number / connections)
        await ATTACKS[name](url, number)

    await asyncio.gather(*(one(number) for number in range(connections)))


async def _raw(url: str, *parts: bytes, every: float = 0.5) -> None:
    """Send these parts on a new connection, whenever the server has closed the one before."""
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


async def keys(url: str, number: int) -> None:
    """Large bodies from a hundred accounts with valid keys."""
    head = b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n"
    head += f"Authorization: Bearer KEY_sandbox_hostile{number % 100}\r\n\r\n".encode()
    await _raw(url, head, b"x" * 1_048_000, every=5)


async def made_up_keys(url: str, number: int) -> None:
    """Invalid keys, each of which the server has to check."""
    async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
        for attempt in itertools.count():
            await _tolerant(http.post("/mcp", headers={"Authorization": f"Bearer KEY0{number}x{attempt}"}, json={}))
            await asyncio.sleep(5)


async def many_values(url: str, number: int) -> None:
    """Arguments of 1 MB that consist of very many values."""
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_balance","arguments":{"a":['
    body += b"1," * 490_000 + b"1]}}}"
    head = f"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    head += "Authorization: Bearer KEY_sandbox_hostile\r\nAccept: */*\r\nContent-Type: application/json\r\n\r\n"
    await _raw(url, head.encode() + body, every=5)


async def copies(url: str, number: int) -> None:
    """Copies of a large object, as many at the same time as the server allows one account."""
    async with httpx2.AsyncClient(base_url=url, timeout=60) as http:
        stored = {"bucket_name": "flood", "object_name": "a", "text": "x" * 600_000, "overwrite": True}
        await _tolerant(_call(http, "hostile", "cloud_storage_put_object", {**stored, "create_bucket": True}))
        while True:
            copy = {"bucket_name": "flood", "object_name": "a", "to_object_name": f"b{number}", "overwrite": True}
            await _tolerant(_call(http, "hostile", "cloud_storage_copy_object", copy))
            await asyncio.sleep(0.2)


async def calls(url: str, number: int) -> None:
    """Calls by one account, ten a second on each connection; most are beyond its rate, and refused."""
    async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
        while True:
            await _tolerant(_call(http, "hostile", "get_balance", {}))
            await asyncio.sleep(0.1)


async def waits(url: str, number: int) -> None:
    """Calls by one account that wait until something happens, which never does."""
    async with httpx2.AsyncClient(base_url=url, timeout=300) as http:
        while True:
            await _tolerant(_call(http, "hostile", "wait_for_event", {"timeout_secs": 250}))
            await asyncio.sleep(0.5)


async def registrations(url: str, number: int) -> None:
    async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
        for attempt in itertools.count():
            client = {"redirect_uris": [f"http://127.0.0.1/{attempt}"], "client_name": "x" * 200}
            await _tolerant(http.post("/oauth/register", json=client))
            await asyncio.sleep(0.5)


async def documents(url: str, number: int) -> None:
    """Sign-in requests from clients whose metadata documents cannot be fetched."""
    async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
        for attempt in itertools.count():
            client = f"https://host{number}-{attempt}.invalid/client.json"
            query = {"response_type": "code", "client_id": client, "redirect_uri": "http://127.0.0.1/cb"}
            query |= {"code_challenge": "x" * 43, "code_challenge_method": "S256"}
            await _tolerant(http.get("/oauth/authorize", params=query))
            await asyncio.sleep(0.5)


async def _tolerant(answer: Awaitable[object]) -> None:
    """Wait for an answer, and ignore it if there is none."""
    with suppress(httpx2.HTTPError):
        await answer


async def _call(http: httpx2.AsyncClient, account: str, tool: str, arguments: dict[str, object]) -> httpx2.Response:
    message = {"name": tool, "arguments": arguments, "_meta": META}
    return await http.post(
        "/mcp",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": message},
        headers={
            "Authorization": f"Bearer KEY_sandbox_{account}",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": MODERN,
            "Mcp-Method": "tools/call",
            "Mcp-Name": tool,
        },
    )


ATTACKS: dict[str, Attack] = {
    "idle": idle,
    "half_a_head": half_a_head,
    "endless_head": endless_head,
    "bodies_of_nobody": nobodys_body,
    "bodies_of_one_key": somebodys_body,
    "bodies_of_100_keys": keys,
    "many_values": many_values,
    "made_up_keys": made_up_keys,
    "sessions_of_one_key": sessions,
    "copies_of_one_key": copies,
    "calls_of_one_key": calls,
    "waits_of_one_key": waits,
    "registrations": registrations,
    "documents": documents,
}


def _resident(pid: int) -> float:
    """The memory of a process, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ATTACKS:
        asyncio.run(attack(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    else:
        well = main(int(sys.argv[1]) if sys.argv[1:] else 300, sys.argv[2:] or list(ATTACKS))
        raise SystemExit(0 if well else 1)
