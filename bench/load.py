"""The load generator: keep-alive connections on raw sockets, cheap enough that the servers are the bottleneck."""

from __future__ import annotations

import asyncio
import re
import statistics
from dataclasses import dataclass
from time import perf_counter
from typing import cast

from bench.servers import Server

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """The request to one server, and how often it is sent in one run. A correct answer is a 200 that contains
    `proof`."""

    name: str
    server: Server
    request: bytes
    proof: bytes
    requests: int


@dataclass(frozen=True)
class Sample:
    """One run: requests per second, latencies, and the server's processor time per request, in milliseconds."""

    rate: float
    p50: float
    p99: float
    cpu: float


class WrongAnswer(Exception):
    """A server gave a wrong answer, so that its speed means nothing."""


async def measure(target: Target, connections: int) -> Sample:
    """Send the target's requests over `connections` connections, one at a time on each. Raises WrongAnswer."""
    run = _Run(target)
    opened = [await run.connect() for _ in range(connections)]
    started, cpu = perf_counter(), target.server.cpu_secs
    for connection in opened:
        connection.send()
    try:
        await asyncio.gather(*(connection.finished for connection in opened))
    finally:
        for connection in opened:
            connection.close()
    seconds, cpu = perf_counter() - started, target.server.cpu_secs - cpu
    centiles = statistics.quantiles(run.latencies, n=100)
    return Sample(
        rate=target.requests / seconds,
        p50=centiles[49] * 1000,
        p99=centiles[98] * 1000,
        cpu=cpu / target.requests * 1000,
    )


class _Run:
    def __init__(self, target: Target) -> None:
        self.target = target
        self.left = target.requests
        self.latencies: list[float] = []

    async def connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: _Connection(self), "127.0.0.1", self.target.server.port)
        return connection


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the answer to the previous one is complete."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._answer = bytearray()
        self._sent = 0.0
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def send(self) -> None:
        if self._run.left == 0:
            self.finished.set_result(None)
            return
        self._run.left -= 1
        self._sent = perf_counter()
        self._transport.write(self._run.target.request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not _is_complete(self._answer):
            return
        self._run.latencies.append(perf_counter() - self._sent)
        if self._answer.startswith(b"HTTP/1.1 200") and self._run.target.proof in self._answer:
            self._answer.clear()
            self.send()
        else:
            self._fail(bytes(self._answer[:600]).decode("latin-1"))

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(f"closed the connection ({error})")

    def close(self) -> None:
        self._transport.close()

    def _fail(self, problem: str) -> None:
        if not self.finished.done():
            self.finished.set_exception(WrongAnswer(f"{self._run.target.name}: {problem}"))


def _is_complete(answer: bytearray) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    length = _LENGTH.search(answer, 0, head)
    if length is None:
        return answer.endswith(b"\r\n0\r\n\r\n")
    return len(answer) >= head + 4 + int(length[1])
